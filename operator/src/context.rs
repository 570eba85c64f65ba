//! What all passes share.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use chrono::{DateTime, Utc};
use folkmoot_common::clock::SharedClock;
use folkmoot_crds::ForumInstanceStatus;
use kube::{Client, runtime::events::Recorder};
use parking_lot::{Mutex, RwLock};

use crate::{
    cache::{Cache, Key},
    forum::{references::Platform, scale::Scaler},
    pods::Readings,
};

/// What all passes share.
pub struct Context {
    /// Of the Kubernetes API.
    pub client: Client,
    /// What is in the cluster.
    pub cache: Arc<Cache>,
    /// The time.
    pub clock: SharedClock,
    /// Tells events.
    pub recorder: Recorder,
    /// What the cluster offers.
    pub platform: RwLock<Platform>,
    /// What pods said.
    pub readings: Readings,
    /// Chooses the number of chat pods.
    pub scaler: Scaler,
    /// A pass ends within it.
    pub pass_timeout: Duration,
    /// What is remembered of each forum.
    pub memories: Memories,
    /// Makes waiting times differ.
    pub(crate) jitter: AtomicU64,
}

/// What is remembered of each forum between passes; nothing is lost when the process ends.
#[derive(Debug, Default)]
pub struct Memories(Mutex<HashMap<Key, Memory>>);

/// What is remembered of a forum.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// Passes in a row that ended early.
    pub failures: u32,
    /// The status that was written last, and its resource version: the watch may not have told of it yet.
    pub written: Option<(u64, ForumInstanceStatus)>,
    /// When it was written.
    pub written_at: Option<DateTime<Utc>>,
}

impl Memories {
    /// What is remembered.
    #[must_use]
    pub fn get(&self, forum: &Key) -> Memory {
        self.0.lock().get(forum).cloned().unwrap_or_default()
    }

    /// Changes what is remembered.
    pub fn change(&self, forum: &Key, change: impl FnOnce(&mut Memory)) {
        let mut memories = self.0.lock();
        change(memories.entry(forum.clone()).or_default());
    }

    /// Whether `version` of a forum is what our own status write made of it.
    #[must_use]
    pub fn is_echo(&self, forum: &Key, version: u64) -> bool {
        let memories = self.0.lock();
        let written = memories
            .get(forum)
            .and_then(|memory| memory.written.as_ref());
        written.is_some_and(|(written, _)| *written == version)
    }

    /// Forgets a forum that is gone.
    pub fn forget(&self, forum: &Key) {
        self.0.lock().remove(forum);
    }
}

impl Context {
    /// Forgets a forum that is gone.
    pub fn forget(&self, forum: &Key) {
        self.memories.forget(forum);
        self.cache.forget(forum);
        self.scaler.forget(forum);
    }
}
