//! Who follows, blocks and mutes whom.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use folkmoot_common::{db::sqlx, events::identity::Relation, in_transaction, with_reader};
use uuid::Uuid;

use super::{
    Store,
    apply::{AUTHOR, claim, settle},
};

/// Most people whom a reader's socket leaves out.
const MAX_HIDDEN: i64 = 10_000;

const GONE: &str =
    "select count(*) from members where user_id in ($1, $2) and deleted_at is not null";
/// What is heard of for the first time.
const FIRST: &str = "insert into relations (kind, user_id, target_id, is_active, changed_at) values ($1, $2, $3, $4, $5) \
    on conflict (kind, user_id, target_id) do nothing";
const FLIP: &str = "update relations set is_active = $4, changed_at = $5 \
    where kind = $1 and user_id = $2 and target_id = $3 and changed_at < $5 and is_active <> $4";
const CONFIRM: &str = "update relations set changed_at = $4 \
    where kind = $1 and user_id = $2 and target_id = $3 and changed_at < $4";
const FOLLOWERS: &str = "update members set follower_count = follower_count + $2 where user_id = $1 \
    returning is_large, follower_count > $3 as is_large_now";
const GROW: &str = "update members set is_large = $3 where user_id = $1 and follower_count > $2 and is_large <> $3";
const SHRINK: &str = "update members set is_large = $3 where user_id = $1 and follower_count <= $2 and is_large <> $3";
const ACTIVE_FOLLOWERS: &str = "select r.user_id from relations r join members m on m.user_id = r.user_id \
    where r.kind = 'follow' and r.target_id = $1 and r.user_id > $2 and r.is_active \
    and m.active_at > $3 and m.deleted_at is null order by r.user_id limit $4";
const LARGE_FOLLOWED: &str = "select m.user_id from members m where m.is_large and (m.user_id = $1 or exists \
    (select 1 from relations r where r.kind = 'follow' and r.user_id = $1 and r.target_id = m.user_id and r.is_active)) \
    order by m.user_id limit $2";
const FOLLOWS: &str = "select count(*) from relations \
    where kind = 'follow' and user_id = $1 and target_id = $2 and is_active";
const HEARS: &str = "select count(*) from relations f where f.kind = 'follow' and f.user_id = $1 and f.target_id = $2 \
    and f.is_active and not exists (select 1 from relations x where x.kind = 'mute' \
    and x.user_id = $1 and x.target_id = $2 and x.is_active)";
const HIDDEN: &str = "select target_id from relations where kind in ('block', 'mute') and user_id = $1 and is_active \
    union select user_id from relations where kind = 'block' and target_id = $1 and is_active limit $2";
const SHRUNK: &str =
    "select user_id from members where is_large and follower_count <= $1 limit 100";
const GROWN: &str = "update members set is_large = $2 where follower_count > $1 and is_large <> $2";

/// What one member has to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bond {
    Follow,
    Block,
    Mute,
}

impl Bond {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Block => "block",
            Self::Mute => "mute",
        }
    }
}

/// What news of two members came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Related {
    /// It was not taken before.
    pub(crate) is_new: bool,
    /// Those who have so few followers now that what they write is handed out again.
    pub(crate) shrunk: Vec<String>,
}

/// Sets a relation to what an event says of it, unless newer news was there; an expression that is true if that is a change.
macro_rules! relate {
    ($tx:expr, $kind:expr, $user:expr, $target:expr, $is_active:expr, $changed_at:expr) => {{
        let bound = |sql| sqlx::query(sql).bind($kind).bind($user).bind($target);
        let (first, flip, confirm) = (bound(FIRST), bound(FLIP), bound(CONFIRM));
        settle!($tx, first, flip, confirm, $is_active, $changed_at)
    }};
}

/// Counts a follower more or less; an expression that is true if the author is no longer a large one.
macro_rules! recount {
    ($tx:expr, $target:expr, $step:expr, $limit:expr) => {{
        let count = sqlx::query_as::<_, (bool, bool)>(FOLLOWERS).bind($target);
        let count = count.bind::<i64>($step).bind($limit);
        match count.fetch_optional(&mut *$tx).await? {
            Some((false, true)) => {
                let grow = sqlx::query(GROW).bind($target).bind($limit).bind(true);
                grow.execute(&mut *$tx).await?;
                false
            }
            Some((true, false)) => {
                let shrink = sqlx::query(SHRINK).bind($target).bind($limit).bind(false);
                shrink.execute(&mut *$tx).await?.rows_affected() == 1
            }
            _ => false,
        }
    }};
}

impl Store {
    /// Somebody follows, blocks or mutes somebody, or does so no more. A block ends what they followed of each other.
    pub(crate) async fn relate(
        &self,
        event_id: Uuid,
        bond: Bond,
        relation: &Relation,
        is_active: bool,
    ) -> sqlx::Result<Related> {
        let (now, limit) = (self.now(), self.large_author_followers);
        let Relation {
            user_id,
            target_id,
            changed_at,
            ..
        } = relation;
        Ok(in_transaction!(&self.db, tx => {
            let is_new = claim!(tx, event_id, now);
            let gone: i64 = sqlx::query_scalar(GONE).bind(user_id).bind(target_id).fetch_one(&mut *tx).await?;
            let mut shrunk = Vec::new();
            if gone == 0 {
                let mut both = [(user_id, relation.username.as_str()), (target_id, "")];
                // In one order, so that two who follow each other at once do not wait for each other.
                both.sort_unstable();
                for (id, name) in both {
                    let author = sqlx::query(AUTHOR).bind(id).bind(name).bind(false);
                    author.bind(DateTime::UNIX_EPOCH).execute(&mut *tx).await?;
                }
                let flipped = relate!(tx, bond.as_str(), user_id, target_id, is_active, *changed_at);
                if flipped && bond == Bond::Follow && recount!(tx, target_id, if is_active { 1 } else { -1 }, limit) {
                    shrunk.push(target_id.clone());
                }
                if is_active && bond == Bond::Block {
                    for (one, other) in [(user_id, target_id), (target_id, user_id)] {
                        let ended = relate!(tx, "follow", one, other, false, *changed_at);
                        if ended && recount!(tx, other, -1, limit) {
                            shrunk.push(other.clone());
                        }
                    }
                }
            }
            Related { is_new, shrunk }
        }))
    }

    /// Those who follow an author and asked for their feed after `active_after`, behind the id `behind`.
    pub(crate) async fn active_followers(
        &self,
        author_id: &str,
        behind: &str,
        active_after: DateTime<Utc>,
        limit: i64,
    ) -> sqlx::Result<Vec<String>> {
        with_reader!(&self.db, db => {
            let followers = sqlx::query_scalar(ACTIVE_FOLLOWERS).bind(author_id).bind(behind);
            followers.bind(active_after).bind(limit).fetch_all(db).await
        })
    }

    /// The large authors that somebody follows, and they themselves if they are one.
    pub(crate) async fn large_followed(
        &self,
        user_id: &str,
        limit: i64,
    ) -> sqlx::Result<Vec<String>> {
        with_reader!(&self.db, db => {
            sqlx::query_scalar(LARGE_FOLLOWED).bind(user_id).bind(limit).fetch_all(db).await
        })
    }

    /// Whether somebody follows somebody.
    pub(crate) async fn follows(&self, user_id: &str, target_id: &str) -> sqlx::Result<bool> {
        self.is_any(FOLLOWS, user_id, target_id).await
    }

    /// Whether somebody follows somebody and has not muted them.
    pub(crate) async fn hears(&self, user_id: &str, target_id: &str) -> sqlx::Result<bool> {
        self.is_any(HEARS, user_id, target_id).await
    }

    async fn is_any(
        &self,
        statement: &'static str,
        user_id: &str,
        target_id: &str,
    ) -> sqlx::Result<bool> {
        let count: i64 = with_reader!(&self.db, db => {
            sqlx::query_scalar(statement).bind(user_id).bind(target_id).fetch_one(db).await
        })?;
        Ok(count > 0)
    }

    /// Those of whom somebody is told nothing.
    pub(crate) async fn hidden_from(&self, user_id: &str) -> sqlx::Result<HashSet<String>> {
        let hidden: Vec<String> = with_reader!(&self.db, db => {
            sqlx::query_scalar(HIDDEN).bind(user_id).bind(MAX_HIDDEN).fetch_all(db).await
        })?;
        Ok(hidden.into_iter().collect())
    }

    /// Brings authors in line with a limit that was set anew: names some who are not large by it.
    pub(crate) async fn misjudged(&self) -> sqlx::Result<Vec<String>> {
        let limit = self.large_author_followers;
        folkmoot_common::with_writer!(&self.db, db => {
            sqlx::query(GROWN).bind(limit).bind(true).execute(db).await.map(|_| ())
        })?;
        with_reader!(&self.db, db => sqlx::query_scalar(SHRUNK).bind(limit).fetch_all(db).await)
    }

    /// From now on what an author writes is handed out.
    pub(crate) async fn shrink(&self, user_id: &str) -> sqlx::Result<()> {
        let limit = self.large_author_followers;
        folkmoot_common::with_writer!(&self.db, db => {
            let shrink = sqlx::query(SHRINK).bind(user_id).bind(limit).bind(false);
            shrink.execute(db).await.map(|_| ())
        })
    }
}
