//! Timelines of one process.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use uuid::Uuid;

use super::{Bounds, FILLING, Slice, TimelineRead};
use crate::kv::lease::deadline;

type Time = DateTime<Utc>;

/// Most timelines; beyond it the one that ends first is dropped. It is made again from SQL.
const MAX_TIMELINES: usize = 4_096;
/// How many that ended each call removes: more than a call makes.
const TENDED: usize = 4;

/// All timelines.
#[derive(Debug, Default)]
pub(in crate::kv) struct Timelines(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    by_name: HashMap<String, Timeline>,
    due: BTreeSet<(Time, String)>,
}

#[derive(Debug)]
struct Timeline {
    /// Ascending; the nil id is the end.
    ids: Vec<Uuid>,
    filling: Option<Uuid>,
    expires_at: Time,
}

impl Timelines {
    pub(in crate::kv) fn read(&self, reads: &[TimelineRead], now: Time) -> Vec<Option<Slice>> {
        let mut state = self.0.lock();
        state.tend(now);
        reads.iter().map(|read| state.read(read, now)).collect()
    }

    pub(in crate::kv) fn open(&self, name: &str, token: Uuid, now: Time) -> bool {
        let mut state = self.0.lock();
        state.tend(now);
        if state.by_name.contains_key(name) {
            return false;
        }
        let timeline = Timeline {
            ids: Vec::new(),
            filling: Some(token),
            expires_at: deadline(now, FILLING),
        };
        state.insert(name, timeline);
        true
    }

    pub(in crate::kv) fn fill(
        &self,
        name: &str,
        token: Uuid,
        slice: &Slice,
        bounds: Bounds,
        now: Time,
    ) -> bool {
        let mut state = self.0.lock();
        state.tend(now);
        let is_ours = |timeline: &Timeline| timeline.filling == Some(token);
        if !state.by_name.get(name).is_some_and(is_ours) {
            return false;
        }
        let Some(mut timeline) = state.remove(name) else {
            return false;
        };
        timeline.filling = None;
        timeline.expires_at = deadline(now, bounds.ttl);
        let end = slice.is_end.then_some(Uuid::nil());
        for id in slice.ids.iter().copied().chain(end) {
            timeline.insert(id);
        }
        timeline.trim(bounds.capacity);
        if !timeline.ids.is_empty() {
            state.insert(name, timeline);
        }
        true
    }

    pub(in crate::kv) fn add(&self, names: &[String], ids: &[Uuid], capacity: u32, now: Time) {
        let mut state = self.0.lock();
        state.tend(now);
        for name in names {
            if let Some(timeline) = state.by_name.get_mut(name) {
                timeline.add(ids, capacity);
            }
        }
    }

    pub(in crate::kv) fn remove(&self, names: &[String], ids: &[Uuid]) {
        let mut state = self.0.lock();
        for name in names {
            let Some(timeline) = state.by_name.get_mut(name) else {
                continue;
            };
            timeline.ids.retain(|id| !ids.contains(id));
            if timeline.ids.is_empty() && timeline.filling.is_none() {
                state.remove(name);
            }
        }
    }

    pub(in crate::kv) fn drop_all(&self, names: &[String]) {
        let mut state = self.0.lock();
        for name in names {
            state.remove(name);
        }
    }
}

impl State {
    /// Drops what ended.
    fn tend(&mut self, now: Time) {
        for _ in 0..TENDED {
            let Some((expires_at, name)) = self.due.first() else {
                return;
            };
            if *expires_at > now {
                return;
            }
            self.remove(&name.clone());
        }
    }

    fn read(&mut self, read: &TimelineRead, now: Time) -> Option<Slice> {
        let timeline = self.by_name.get(&read.name)?;
        if timeline.filling.is_some() || timeline.expires_at <= now {
            return None;
        }
        let before = read.before.unwrap_or(Uuid::max());
        let end = timeline.ids.partition_point(|id| *id < before);
        let newest = timeline.ids[..end].iter().rev();
        let slice = Slice::of(newest.take(read.limit as usize).copied().collect());
        let mut timeline = self.remove(&read.name)?;
        timeline.expires_at = deadline(now, read.ttl);
        self.insert(&read.name, timeline);
        Some(slice)
    }

    fn insert(&mut self, name: &str, timeline: Timeline) {
        while self.by_name.len() >= MAX_TIMELINES {
            let Some((_, first)) = self.due.pop_first() else {
                break;
            };
            self.by_name.remove(&first);
        }
        self.due.insert((timeline.expires_at, name.to_owned()));
        self.by_name.insert(name.to_owned(), timeline);
    }

    fn remove(&mut self, name: &str) -> Option<Timeline> {
        let (name, removed) = self.by_name.remove_entry(name)?;
        self.due.remove(&(removed.expires_at, name));
        Some(removed)
    }
}

impl Timeline {
    fn add(&mut self, ids: &[Uuid], capacity: u32) {
        for id in ids {
            let is_oldest = self.ids.first().is_some_and(|oldest| id < oldest);
            if self.filling.is_some() || !is_oldest {
                self.insert(*id);
            }
        }
        self.trim(capacity);
    }

    fn insert(&mut self, id: Uuid) {
        if let Err(place) = self.ids.binary_search(&id) {
            self.ids.insert(place, id);
        }
    }

    fn trim(&mut self, capacity: u32) {
        let extra = self.ids.len().saturating_sub(capacity as usize);
        self.ids.drain(..extra);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::TimeDelta;

    use super::*;

    fn at(seconds: i64) -> Time {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn the_number_of_timelines_is_bounded_and_those_that_ended_go() {
        let timelines = Timelines::default();
        let bounds = |seconds| Bounds {
            capacity: 10,
            ttl: Duration::from_secs(seconds),
        };
        let slice = Slice {
            ids: vec![Uuid::from_u128(7)],
            is_end: true,
        };
        for n in 0..MAX_TIMELINES + 100 {
            let (name, token) = (format!("home:{n}"), Uuid::from_u128(n as u128 + 1));
            assert!(timelines.open(&name, token, at(0)));
            assert!(timelines.fill(&name, token, &slice, bounds(60 + n as u64), at(0)));
        }
        assert_eq!(timelines.0.lock().by_name.len(), MAX_TIMELINES);
        for _ in 0..MAX_TIMELINES {
            timelines.add(&[], &[], 10, at(1_000_000));
        }
        let state = timelines.0.lock();
        assert!(state.by_name.is_empty() && state.due.is_empty());
    }
}
