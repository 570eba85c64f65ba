//! Leases that belong together: those of `GROUP/NAME` with one group, as the replicas where one user is.
//!
//! Who comes first and who goes last is decided in the same step as the lease itself, so of several callers at
//! once exactly one is told, and the two alternate. A lease that ran out counts until it is swept: only then
//! has anybody noticed.

use std::time::Duration;

use super::{Backend, Kv, KvError, Lease, lease::Ended};

impl Kv {
    /// Takes or renews a lease on `member` for `ttl`, with a value to show. True if it is the first of its group.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn enter(
        &self,
        set: &str,
        member: &str,
        value: &str,
        ttl: Duration,
    ) -> Result<bool, KvError> {
        let now = self.clock.now();
        let taken = match &self.backend {
            Backend::Memory(memory) => memory.lease(set, member, value, ttl, now),
            Backend::Redis(redis) => redis.lease(set, member, value, ttl, now).await?,
        };
        Ok(taken.first)
    }

    /// Gives a lease back. True if it was there and the last of its group.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn leave(&self, set: &str, member: &str) -> Result<bool, KvError> {
        let now = self.clock.now();
        let released = match &self.backend {
            Backend::Memory(memory) => memory.release(set, member, now),
            Backend::Redis(redis) => redis.release(set, member, now).await?,
        };
        Ok(released.last)
    }

    /// Removes at most `limit` leases that ran out. Returns one of each group that ended with them.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn sweep_groups(&self, set: &str, limit: u32) -> Result<Vec<Lease>, KvError> {
        let ended = self.ended(set, limit).await?.into_iter();
        Ok(ended
            .filter(|ended| ended.last)
            .map(|ended| ended.lease)
            .collect())
    }

    pub(super) async fn ended(&self, set: &str, limit: u32) -> Result<Vec<Ended>, KvError> {
        let now = self.clock.now();
        match &self.backend {
            Backend::Memory(memory) => Ok(memory.sweep(set, limit, now)),
            Backend::Redis(redis) => redis.sweep(set, limit, now).await,
        }
    }
}
