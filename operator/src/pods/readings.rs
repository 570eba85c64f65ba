//! The last answers of the pods.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::RwLock;

use super::answer::{Problems, Sockets};

/// An answer that is older says nothing of now.
const STALE: TimeDelta = TimeDelta::seconds(60);

/// What one pod answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// The parts of its process that do not work, or why that is not known.
    pub problems: Result<Problems, String>,
    /// Its sockets, or why they are not known; `None` if it is no chat pod.
    pub sockets: Option<Result<Sockets, String>>,
}

impl Reading {
    /// Whether two readings say the same, whenever they were made.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.problems == other.problems && self.sockets == other.sockets
    }
}

/// The last answers of all pods, by their UIDs; shared by those who ask and those who look.
#[derive(Debug, Clone, Default)]
pub struct Readings(Arc<RwLock<HashMap<String, Arc<Reading>>>>);

impl Readings {
    /// The last answer of a pod.
    #[must_use]
    pub fn of(&self, uid: &str) -> Option<Reading> {
        self.0
            .read()
            .get(uid)
            .map(|reading| Reading::clone(reading))
    }

    /// The sockets of a chat pod, if it has said so lately.
    #[must_use]
    pub fn sockets(&self, uid: &str, now: DateTime<Utc>) -> Option<Sockets> {
        let reading = self.0.read().get(uid)?.clone();
        let fresh = (now - reading.at).abs() <= STALE;
        reading
            .sockets
            .as_ref()?
            .as_ref()
            .ok()
            .filter(|_| fresh)
            .copied()
    }

    /// Keeps an answer; true if it says something else than the last.
    pub fn put(&self, uid: &str, reading: Reading) -> bool {
        let mut all = self.0.write();
        let changed = all
            .get(uid)
            .is_none_or(|last| !last.says_the_same(&reading));
        all.insert(uid.to_owned(), Arc::new(reading));
        changed
    }

    /// Forgets the pods that are not among `known`.
    pub fn keep(&self, known: impl Fn(&str) -> bool) {
        self.0.write().retain(|uid, _| known(uid));
    }
}
