//! Leases and limits of one process.
//!
//! Every operation is a range operation on an ordered map. What ran out is settled once, from the front of
//! the order by time, so its cost is that of the lease which put it there.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    time::Duration,
};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;

use super::{
    lease::{Ended, Lease, Released, SWEEP_WINDOW, Taken, deadline, group},
    throttle::{self, Decision, Quota},
    timelines::memory::Timelines,
};

type Time = DateTime<Utc>;

/// Most members of one set, held or waiting to be swept; beyond it the one that ends first is dropped.
const MAX_MEMBERS: usize = 1_000_000;
/// Most keys of which actions are counted; beyond it the one that is nearest to a full quota is dropped.
const MAX_THROTTLED: usize = 200_000;
/// How many forgotten things each call removes. More than a call adds, so what is forgotten cannot pile up.
const TENDED: usize = 4;

/// The store.
#[derive(Debug, Default)]
pub(super) struct Memory {
    sets: Mutex<Sets>,
    throttled: Mutex<Throttled>,
    pub(super) timelines: Timelines,
}

impl Memory {
    pub(super) fn lease(
        &self,
        set: &str,
        member: &str,
        value: &str,
        ttl: Duration,
        now: Time,
    ) -> Taken {
        let mut sets = self.sets.lock();
        sets.tend(now);
        let set = sets.by_name.entry(set.to_owned()).or_default();
        set.settle(now);
        set.forget(now, TENDED);
        set.take(member, value, deadline(now, ttl), now)
    }

    pub(super) fn release(&self, set: &str, member: &str, now: Time) -> Released {
        self.with(set, now, |set| set.release(member, now))
            .unwrap_or_default()
    }

    pub(super) fn lookup(&self, set: &str, member: &str, now: Time) -> Option<Lease> {
        self.with(set, now, |set| {
            set.lookup(member).filter(|lease| lease.expires_at > now)
        })
        .flatten()
    }

    pub(super) fn list(&self, set: &str, after: Option<&str>, limit: u32, now: Time) -> Vec<Lease> {
        self.with(set, now, |set| set.list(after, limit, now))
            .unwrap_or_default()
    }

    pub(super) fn count(&self, set: &str, now: Time) -> u64 {
        self.with(set, now, |set| set.held.len() as u64)
            .unwrap_or_default()
    }

    pub(super) fn sweep(&self, set: &str, limit: u32, now: Time) -> Vec<Ended> {
        self.with(set, now, |set| set.sweep(limit, now))
            .unwrap_or_default()
    }

    pub(super) fn throttle(&self, key: &str, quota: Quota, now: Time) -> Decision {
        self.throttled
            .lock()
            .decide(key, quota, now.timestamp_micros())
    }

    /// Does `act` on a set that exists, and removes the set when that left it empty.
    fn with<T>(&self, name: &str, now: Time, act: impl FnOnce(&mut Set) -> T) -> Option<T> {
        let mut sets = self.sets.lock();
        let set = sets.by_name.get_mut(name)?;
        set.settle(now);
        let result = act(set);
        if set.members.is_empty() {
            sets.by_name.remove(name);
        }
        Some(result)
    }
}

#[derive(Debug, Default)]
struct Sets {
    by_name: BTreeMap<String, Set>,
    tended: String,
}

impl Sets {
    /// Looks at the next few sets, in a circle, for what nobody will sweep any more.
    fn tend(&mut self, now: Time) {
        for _ in 0..TENDED {
            let behind = (Bound::Excluded(self.tended.as_str()), Bound::Unbounded);
            let Some((name, set)) = self.by_name.range_mut::<str, _>(behind).next() else {
                self.tended.clear();
                return;
            };
            set.forget(now, TENDED);
            self.tended.clone_from(name);
            if set.members.is_empty() {
                self.by_name.remove(&self.tended);
            }
        }
    }
}

/// Members by name, by time, and the names of those whose lease runs.
#[derive(Debug, Default)]
struct Set {
    members: BTreeMap<String, Member>,
    due: BTreeSet<(Time, String)>,
    held: BTreeSet<String>,
    settled: Time,
}

#[derive(Debug)]
struct Member {
    value: String,
    expires_at: Time,
}

impl Set {
    /// Takes out of `held` what ran out since the last time.
    fn settle(&mut self, now: Time) {
        if now <= self.settled {
            self.settled = now;
            return;
        }
        let ended = (
            Bound::Excluded((self.settled, String::new())),
            Bound::Included((now, END.to_owned())),
        );
        for (_, member) in self.due.range(ended) {
            self.held.remove(member);
        }
        self.settled = now;
    }

    /// Removes at most `limit` that nobody swept in time.
    fn forget(&mut self, now: Time, limit: usize) {
        for _ in 0..limit {
            let Some((expires_at, member)) = self.due.first() else {
                return;
            };
            if deadline(*expires_at, SWEEP_WINDOW) > now {
                return;
            }
            self.remove(&member.clone());
        }
    }

    fn take(&mut self, member: &str, value: &str, expires_at: Time, now: Time) -> Taken {
        let before = self.remove(member);
        let first = before.is_none() && !self.has_group(member);
        while self.members.len() >= MAX_MEMBERS {
            let Some((_, first)) = self.due.pop_first() else {
                break;
            };
            self.remove(&first);
        }
        self.due.insert((expires_at, member.to_owned()));
        if expires_at > now {
            self.held.insert(member.to_owned());
        }
        self.members.insert(
            member.to_owned(),
            Member {
                value: value.to_owned(),
                expires_at,
            },
        );
        Taken {
            new: before.is_none_or(|before| before.expires_at <= now),
            first,
        }
    }

    fn release(&mut self, member: &str, now: Time) -> Released {
        self.remove(member)
            .map_or_else(Released::default, |held| Released {
                held: held.expires_at > now,
                last: !self.has_group(member),
            })
    }

    /// Whether a lease of the group of `member` is there, held or not swept yet.
    fn has_group(&self, member: &str) -> bool {
        let Some(group) = group(member) else {
            return false;
        };
        let from = (Bound::Included(group), Bound::Unbounded);
        let next = self.members.range::<str, _>(from).next();
        next.is_some_and(|(name, _)| name.starts_with(group))
    }

    fn remove(&mut self, member: &str) -> Option<Member> {
        let (name, removed) = self.members.remove_entry(member)?;
        self.held.remove(member);
        self.due.remove(&(removed.expires_at, name));
        Some(removed)
    }

    fn lookup(&self, member: &str) -> Option<Lease> {
        let found = self.members.get(member)?;
        Some(Lease {
            member: member.to_owned(),
            value: found.value.clone(),
            expires_at: found.expires_at,
        })
    }

    fn list(&self, after: Option<&str>, limit: u32, now: Time) -> Vec<Lease> {
        let behind = after.map_or(Bound::Unbounded, Bound::Excluded);
        let names = self.held.range::<str, _>((behind, Bound::Unbounded));
        names
            .filter_map(|name| self.lookup(name))
            .filter(|lease| lease.expires_at > now)
            .take(limit as usize)
            .collect()
    }

    fn sweep(&mut self, limit: u32, now: Time) -> Vec<Ended> {
        let ended = self
            .due
            .iter()
            .take_while(|(expires_at, _)| *expires_at <= now);
        let ended: Vec<Lease> = ended
            .take(limit as usize)
            .filter_map(|(_, member)| self.lookup(member))
            .collect();
        for lease in &ended {
            self.remove(&lease.member);
        }
        let mut told = BTreeSet::new();
        let last = |lease: &Lease| {
            let name = group(&lease.member).unwrap_or(&lease.member);
            told.insert(name.to_owned()) && !self.has_group(&lease.member)
        };
        let last: Vec<bool> = ended.iter().map(last).collect();
        let ended = ended.into_iter().zip(last);
        ended.map(|(lease, last)| Ended { lease, last }).collect()
    }
}

/// Sorts behind every member: members are identifiers, whose characters are ASCII.
const END: &str = "\u{10FFFF}";

/// When the bucket of each key will be empty, in microseconds.
#[derive(Debug, Default)]
struct Throttled {
    empty_at: BTreeMap<String, i64>,
    by_time: BTreeSet<(i64, String)>,
}

impl Throttled {
    fn decide(&mut self, key: &str, quota: Quota, now: i64) -> Decision {
        self.forget(now);
        let before = self.empty_at.get(key).copied();
        let (decision, after) = throttle::decide(before, now, quota);
        if let Some(after) = after {
            if let Some(before) = before {
                self.by_time.remove(&(before, key.to_owned()));
            }
            self.empty_at.insert(key.to_owned(), after);
            self.by_time.insert((after, key.to_owned()));
        }
        decision
    }

    /// An empty bucket is as good as none.
    fn forget(&mut self, now: i64) {
        for _ in 0..TENDED {
            let Some((empty_at, _)) = self.by_time.first() else {
                return;
            };
            if *empty_at > now && self.by_time.len() < MAX_THROTTLED {
                return;
            }
            if let Some((_, key)) = self.by_time.pop_first() {
                self.empty_at.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const TTL: Duration = Duration::from_secs(30);

    fn at(seconds: i64) -> Time {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_set_that_nobody_sweeps_disappears_by_itself() {
        let memory = Memory::default();
        for set in 0..1_000 {
            memory.lease(&format!("room:{set}"), "ann", "", TTL, at(0));
        }
        for call in 0..500 {
            memory.lease("other", &format!("user{call}"), "", TTL, at(1_000));
        }
        assert_eq!(memory.sets.lock().by_name.len(), 1);
    }

    #[test]
    fn members_that_nobody_sweeps_are_forgotten_while_others_come() {
        let memory = Memory::default();
        for user in 0..1_000 {
            memory.lease("online", &format!("old{user}"), "", TTL, at(0));
        }
        for user in 0..300 {
            memory.lease("online", &format!("new{user}"), "", TTL, at(1_000));
        }
        let sets = memory.sets.lock();
        let online = &sets.by_name["online"];
        assert_eq!(
            (online.members.len(), online.due.len(), online.held.len()),
            (300, 300, 300)
        );
    }

    #[test]
    fn released_and_swept_sets_are_gone() {
        let memory = Memory::default();
        memory.lease("a", "ann", "", TTL, at(0));
        memory.lease("b", "ann", "", TTL, at(0));
        assert!(memory.release("a", "ann", at(1)).held);
        assert_eq!(memory.sweep("b", 10, at(60)).len(), 1);
        assert!(memory.sets.lock().by_name.is_empty());
    }

    #[test]
    fn empty_buckets_are_forgotten() {
        let memory = Memory::default();
        for key in 0..1_000 {
            memory.throttle(&format!("user{key}"), Quota::per_second(1), at(0));
        }
        for _ in 0..300 {
            memory.throttle("ann", Quota::per_second(1), at(100));
        }
        assert_eq!(memory.throttled.lock().empty_at.len(), 1);
    }
}
