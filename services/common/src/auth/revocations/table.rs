//! What was revoked lately, as one process knows it. Pure.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{super::Principal, REMEMBERED};

type Time = DateTime<Utc>;

/// Most revocations that are remembered; beyond it the oldest are dropped.
const MAX_ENTRIES: usize = 500_000;

/// Access tokens that count no more although they have not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revocation {
    /// Those of a session.
    Session {
        /// The `sid` of the tokens.
        session_id: String,
    },
    /// Those of a user that were issued before a time: their roles, or their account, are not what they say.
    User {
        /// The `sub` of the tokens.
        user_id: String,
        /// Tokens of this second count no more either: `iat` has no fraction.
        before: Time,
    },
    /// All of a user, whenever they were issued.
    Ban {
        /// The `sub` of the tokens.
        user_id: String,
        /// Until when; for ever without.
        until: Option<Time>,
    },
    /// A ban was lifted. Tokens that were issued after it count.
    Unban {
        /// The `sub` of the tokens.
        user_id: String,
    },
}

/// Why a token counts no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Its session has ended, or it says what is not so any more.
    Revoked,
    /// Its user is banned.
    Banned,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Session(String),
    User(String),
    Ban(String),
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Tokens issued before it count no more; sessions and bans do not ask.
    before: Option<Time>,
    /// When a ban ends. One that was lifted is remembered as ended, so that older news does not renew it.
    until: Option<Time>,
    told_at: Time,
}

impl Entry {
    fn is_remembered(&self, now: Time) -> bool {
        self.told_at + REMEMBERED > now
    }
}

/// The table.
#[derive(Debug, Default)]
pub(super) struct Table {
    entries: HashMap<Key, Entry>,
    by_time: BTreeSet<(Time, Key)>,
}

impl Table {
    /// Takes note of what was told at a time; true if it is news.
    pub(super) fn insert(&mut self, revocation: &Revocation, told_at: Time, now: Time) -> bool {
        self.forget(now);
        let (key, before, until) = parts(revocation, told_at);
        let entry = Entry {
            before,
            until,
            told_at,
        };
        let known = self.entries.get(&key).map(|known| known.told_at);
        if !entry.is_remembered(now) || known.is_some_and(|known| known >= told_at) {
            return false;
        }
        if let Some(known) = known {
            self.by_time.remove(&(known, key.clone()));
        }
        self.by_time.insert((told_at, key.clone()));
        self.entries.insert(key, entry);
        true
    }

    /// Whether a token still counts.
    pub(super) fn check(
        &self,
        user_id: &str,
        session_id: Option<&str>,
        issued_at: Option<Time>,
        now: Time,
    ) -> Result<(), Refusal> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let held = |key: Key| {
            self.entries
                .get(&key)
                .filter(|entry| entry.is_remembered(now))
        };
        let banned = held(Key::Ban(user_id.to_owned()));
        if banned.is_some_and(|entry| entry.until.is_none_or(|until| until > now)) {
            return Err(Refusal::Banned);
        }
        let session = session_id.and_then(|session_id| held(Key::Session(session_id.to_owned())));
        let user = held(Key::User(user_id.to_owned())).and_then(|entry| entry.before);
        let stale = user.is_some_and(|before| issued_at.is_none_or(|issued| issued <= before));
        if session.is_some() || stale {
            return Err(Refusal::Revoked);
        }
        Ok(())
    }

    fn forget(&mut self, now: Time) {
        while let Some((told_at, key)) = self.by_time.first() {
            if *told_at + REMEMBERED > now && self.entries.len() < MAX_ENTRIES {
                return;
            }
            self.entries.remove(key);
            self.by_time.pop_first();
        }
    }
}

impl Revocation {
    /// Its name among all: two of the same name are about the same tokens.
    pub(super) fn key(&self) -> Key {
        match self {
            Self::Session { session_id } => Key::Session(session_id.clone()),
            Self::User { user_id, .. } => Key::User(user_id.clone()),
            Self::Ban { user_id, .. } | Self::Unban { user_id } => Key::Ban(user_id.clone()),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Session(id) => write!(f, "session:{id}"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::Ban(id) => write!(f, "ban:{id}"),
        }
    }
}

fn parts(revocation: &Revocation, told_at: Time) -> (Key, Option<Time>, Option<Time>) {
    let (before, until) = match revocation {
        Revocation::Session { .. } => (None, None),
        Revocation::User { before, .. } => (Some(*before), None),
        Revocation::Ban { until, .. } => (None, *until),
        Revocation::Unban { .. } => (None, Some(told_at)),
    };
    (revocation.key(), before, until)
}

/// What a principal's token is checked by.
pub(super) fn check(table: &Table, principal: &Principal, now: Time) -> Result<(), Refusal> {
    let session_id = principal.session_id.as_deref();
    table.check(&principal.user_id, session_id, principal.issued_at, now)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(seconds: i64) -> Time {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
    }

    fn ban(until: Option<Time>) -> Revocation {
        Revocation::Ban {
            user_id: "ann".to_owned(),
            until,
        }
    }

    fn user(before: Time) -> Revocation {
        Revocation::User {
            user_id: "ann".to_owned(),
            before,
        }
    }

    #[test]
    fn a_session_ends_alone() {
        let mut table = Table::default();
        let revocation = Revocation::Session {
            session_id: "one".to_owned(),
        };
        assert!(table.insert(&revocation, at(0), at(0)));
        assert!(!table.insert(&revocation, at(0), at(1)), "told again");
        assert_eq!(
            table.check("ann", Some("one"), Some(at(0)), at(1)),
            Err(Refusal::Revoked)
        );
        assert_eq!(table.check("ann", Some("two"), Some(at(0)), at(1)), Ok(()));
        assert_eq!(table.check("ann", None, None, at(1)), Ok(()));
    }

    #[test]
    fn older_tokens_of_a_user_end_and_newer_ones_count() {
        let mut table = Table::default();
        assert!(table.insert(&user(at(10)), at(10), at(10)));
        let check = |table: &Table, issued| table.check("ann", Some("one"), issued, at(11));
        assert_eq!(check(&table, Some(at(10))), Err(Refusal::Revoked));
        assert_eq!(check(&table, None), Err(Refusal::Revoked));
        assert_eq!(check(&table, Some(at(11))), Ok(()));
        assert!(!table.insert(&user(at(5)), at(5), at(11)), "older news");
        assert_eq!(check(&table, Some(at(8))), Err(Refusal::Revoked));
        assert_eq!(table.check("bob", None, Some(at(0)), at(11)), Ok(()));
    }

    #[test]
    fn a_ban_holds_until_its_end_or_until_it_is_lifted() {
        let mut table = Table::default();
        table.insert(&ban(Some(at(60))), at(0), at(0));
        let check = |table: &Table, now| table.check("ann", None, Some(now), now);
        assert_eq!(check(&table, at(59)), Err(Refusal::Banned));
        assert_eq!(check(&table, at(60)), Ok(()));
        assert!(table.insert(&ban(None), at(61), at(61)));
        assert_eq!(check(&table, at(62)), Err(Refusal::Banned));
        let unban = Revocation::Unban {
            user_id: "ann".to_owned(),
        };
        assert!(table.insert(&unban, at(63), at(63)));
        assert!(
            !table.insert(&ban(None), at(61), at(64)),
            "told again, late"
        );
        assert_eq!(check(&table, at(63)), Ok(()));
    }

    #[test]
    fn what_concerns_no_living_token_is_forgotten() {
        let mut table = Table::default();
        let end = at(0) + REMEMBERED;
        assert!(table.insert(&user(at(0)), at(0), at(0)));
        assert_eq!(table.check("ann", None, Some(at(0)), end), Ok(()));
        assert!(!table.insert(&user(at(0)), at(0), end), "too late");
        assert!(table.entries.is_empty() && table.by_time.is_empty());
    }
}
