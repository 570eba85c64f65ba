//! Short-lived shared state: leases, rate limits, and fan-out between replicas.
//!
//! In memory for one process, in Redis for several. Every key begins with the instance's prefix and has a
//! time to live: SQL is the truth, and Redis may be flushed at any time.

mod groups;
mod lease;
mod memory;
pub mod pubsub;
mod redis;
mod throttle;
mod timelines;

use std::{sync::Arc, time::Duration};

use thiserror::Error;

pub use lease::Lease;
pub use throttle::{Decision, Quota};
pub use timelines::{Bounds, FILLING, Filling, Slice, TimelineRead};

use crate::{
    clock::SharedClock,
    config::{InvalidSetting, Secret},
    health::Health,
};

/// The key-value store could not be reached.
#[derive(Debug, Clone, Error)]
#[error("key-value store: {0}")]
pub struct KvError(pub String);

/// A handle to the key-value store.
#[derive(Debug, Clone)]
pub struct Kv {
    clock: SharedClock,
    backend: Backend,
}

#[derive(Debug, Clone)]
enum Backend {
    Memory(Arc<memory::Memory>),
    Redis(redis::Redis),
}

impl Kv {
    /// In Redis when a URL is given, else in memory. The connection is made in the background and remade when lost.
    ///
    /// # Errors
    /// If the URL cannot be used.
    pub fn open(
        url: Option<&Secret>,
        instance: &str,
        clock: SharedClock,
        health: &Health,
    ) -> Result<Self, InvalidSetting> {
        let backend = match url {
            None => Backend::Memory(Arc::default()),
            Some(url) => Backend::Redis(redis::Redis::open(url, instance, health)?),
        };
        Ok(Self { clock, backend })
    }

    /// In memory.
    #[must_use]
    pub fn memory(clock: SharedClock) -> Self {
        Self {
            clock,
            backend: Backend::Memory(Arc::default()),
        }
    }

    /// Takes or renews a lease on `member` of `set` for `ttl`, with a value to show. True if it was not held before.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn lease(
        &self,
        set: &str,
        member: &str,
        value: &str,
        ttl: Duration,
    ) -> Result<bool, KvError> {
        let now = self.clock.now();
        match &self.backend {
            Backend::Memory(memory) => Ok(memory.lease(set, member, value, ttl, now).new),
            Backend::Redis(redis) => {
                let taken = redis.lease(set, member, value, ttl, now).await?;
                Ok(taken.new)
            }
        }
    }

    /// Renews many leases of one set in one round trip; those that had run out are taken anew.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn lease_many(
        &self,
        set: &str,
        members: &[(String, String)],
        ttl: Duration,
    ) -> Result<(), KvError> {
        let now = self.clock.now();
        match &self.backend {
            Backend::Memory(memory) => {
                for (member, value) in members {
                    memory.lease(set, member, value, ttl, now);
                }
                Ok(())
            }
            Backend::Redis(redis) => redis.lease_many(set, members, ttl, now).await,
        }
    }

    /// Gives a lease back. True if it was held.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn release(&self, set: &str, member: &str) -> Result<bool, KvError> {
        let now = self.clock.now();
        match &self.backend {
            Backend::Memory(memory) => Ok(memory.release(set, member, now).held),
            Backend::Redis(redis) => Ok(redis.release(set, member, now).await?.held),
        }
    }

    /// The lease on `member`, if it is held.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn lookup(&self, set: &str, member: &str) -> Result<Option<Lease>, KvError> {
        let now = self.clock.now();
        match &self.backend {
            Backend::Memory(memory) => Ok(memory.lookup(set, member, now)),
            Backend::Redis(redis) => redis.lookup(set, member, now).await,
        }
    }

    /// Held leases in the order of their members, behind `after`, at most `limit`: a range read, whatever the set's size.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn list(
        &self,
        set: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Lease>, KvError> {
        let now = self.clock.now();
        match &self.backend {
            Backend::Memory(memory) => Ok(memory.list(set, after, limit, now)),
            Backend::Redis(redis) => redis.list(set, after, limit, now).await,
        }
    }

    /// How many leases of `set` are held.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn count(&self, set: &str) -> Result<u64, KvError> {
        let now = self.clock.now();
        match &self.backend {
            Backend::Memory(memory) => Ok(memory.count(set, now)),
            Backend::Redis(redis) => redis.count(set, now).await,
        }
    }

    /// Removes at most `limit` leases that ran out and returns them; of several callers one gets each.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn sweep(&self, set: &str, limit: u32) -> Result<Vec<Lease>, KvError> {
        let ended = self.ended(set, limit).await?.into_iter();
        Ok(ended.map(|ended| ended.lease).collect())
    }

    /// Counts one action by `key` against `quota`, shared by all replicas.
    ///
    /// While Redis cannot be reached each process counts for itself, so that an outage neither locks people
    /// out nor lifts the limit.
    pub async fn throttle(&self, key: &str, quota: Quota) -> Decision {
        let now = self.clock.now();
        match &self.backend {
            Backend::Memory(memory) => memory.throttle(key, quota, now),
            Backend::Redis(redis) => redis.throttle(key, quota, now).await,
        }
    }
}
