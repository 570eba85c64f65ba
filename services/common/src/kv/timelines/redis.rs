//! Timelines shared by all replicas: a sorted set each, ordered by its members, which are the 16 bytes of the ids.
//!
//! Every member has the score 0 but the token of who fills it, which has 1 and so stands behind all others. What is
//! written goes over a connection of its own: a fan-out must not hold up the readers.

use std::sync::atomic::Ordering::Relaxed;

use redis::{FromRedisValue, Pipeline, RedisError, Script, aio::ConnectionManager};
use uuid::Uuid;

use super::{Bounds, FILLING, Slice, TimelineRead};
use crate::kv::{
    KvError,
    redis::{Redis, millis},
};

/// The scripts of this module.
pub(in crate::kv) struct Scripts {
    read: Script,
    open: Script,
    fill: Script,
    add: Script,
}

impl Default for Scripts {
    fn default() -> Self {
        Self {
            read: Script::new(include_str!("read.lua")),
            open: Script::new(include_str!("open.lua")),
            fill: Script::new(include_str!("fill.lua")),
            add: Script::new(include_str!("add.lua")),
        }
    }
}

impl Redis {
    pub(super) async fn read_timelines(
        &self,
        reads: &[TimelineRead],
    ) -> Result<Vec<Option<Slice>>, KvError> {
        let mut pipeline = redis::pipe();
        for read in reads {
            self.call(&mut pipeline, &self.scripts.timelines.read, &read.name);
            match read.before {
                Some(before) => pipeline.arg([b"(", &before.as_bytes()[..]].concat()),
                None => pipeline.arg("+"),
            };
            pipeline.arg(read.limit).arg(millis(read.ttl));
        }
        let answers: Vec<Option<Vec<Vec<u8>>>> = self.send(&self.connection, &pipeline).await?;
        Ok(answers
            .iter()
            .map(|found| found.as_deref().map(slice))
            .collect())
    }

    pub(super) async fn open_timeline(&self, name: &str, token: Uuid) -> Result<bool, KvError> {
        let mut pipeline = redis::pipe();
        self.call(&mut pipeline, &self.scripts.timelines.open, name);
        pipeline.arg(marker(token)).arg(millis(FILLING));
        let (opened,): (u8,) = self.send(&self.bulk, &pipeline).await?;
        Ok(opened == 1)
    }

    pub(super) async fn fill_timeline(
        &self,
        name: &str,
        token: Uuid,
        slice: &Slice,
        bounds: Bounds,
    ) -> Result<bool, KvError> {
        let mut pipeline = redis::pipe();
        self.call(&mut pipeline, &self.scripts.timelines.fill, name);
        pipeline
            .arg(marker(token))
            .arg(millis(bounds.ttl))
            .arg(bounds.capacity);
        let end = slice.is_end.then_some(Uuid::nil());
        for id in slice.ids.iter().copied().chain(end) {
            pipeline.arg(&id.as_bytes()[..]);
        }
        let (filled,): (u8,) = self.send(&self.bulk, &pipeline).await?;
        Ok(filled == 1)
    }

    pub(super) async fn add_to_timelines(
        &self,
        names: &[String],
        ids: &[Uuid],
        capacity: u32,
    ) -> Result<(), KvError> {
        let mut pipeline = redis::pipe();
        for name in names {
            self.call(&mut pipeline, &self.scripts.timelines.add, name);
            pipeline.arg(capacity);
            for id in ids {
                pipeline.arg(&id.as_bytes()[..]);
            }
            pipeline.ignore();
        }
        self.change(&pipeline, names.is_empty() || ids.is_empty())
            .await
    }

    pub(super) async fn remove_from_timelines(
        &self,
        names: &[String],
        ids: &[Uuid],
    ) -> Result<(), KvError> {
        let mut pipeline = redis::pipe();
        for name in names {
            pipeline.cmd("ZREM").arg(self.timeline_key(name));
            for id in ids {
                pipeline.arg(&id.as_bytes()[..]);
            }
            pipeline.ignore();
        }
        self.change(&pipeline, names.is_empty() || ids.is_empty())
            .await
    }

    pub(super) async fn drop_timelines(&self, names: &[String]) -> Result<(), KvError> {
        let mut pipeline = redis::pipe();
        for name in names {
            pipeline.del(self.timeline_key(name)).ignore();
        }
        self.change(&pipeline, names.is_empty()).await
    }

    async fn change(&self, pipeline: &Pipeline, is_empty: bool) -> Result<(), KvError> {
        if is_empty {
            return Ok(());
        }
        self.send(&self.bulk, pipeline).await
    }

    fn timeline_key(&self, name: &str) -> String {
        format!("{}:timeline:{name}", self.instance)
    }

    /// Adds a call of `script` on a timeline to `pipeline`; its arguments follow.
    fn call(&self, pipeline: &mut Pipeline, script: &Script, name: &str) {
        pipeline
            .cmd("EVALSHA")
            .arg(script.get_hash())
            .arg(1)
            .arg(self.timeline_key(name));
    }

    /// Sends all at once. A server that does not know our scripts (it is new) is given them first. All that is sent here
    /// may be done twice.
    async fn send<T: FromRedisValue>(
        &self,
        connection: &ConnectionManager,
        pipeline: &Pipeline,
    ) -> Result<T, KvError> {
        let mut connection = connection.clone();
        let call = async {
            if !self.scripts_loaded.load(Relaxed) {
                self.load(&mut connection).await?;
            }
            match pipeline.query_async(&mut connection).await {
                Err(error) if !error.is_io_error() => {
                    self.load(&mut connection).await?;
                    pipeline.query_async(&mut connection).await
                }
                answer => answer,
            }
        };
        self.guarded(call).await
    }

    async fn load(&self, connection: &mut ConnectionManager) -> Result<(), RedisError> {
        let scripts = &self.scripts.timelines;
        for script in [&scripts.read, &scripts.open, &scripts.fill, &scripts.add] {
            script.load_async(connection).await?;
        }
        self.scripts_loaded.store(true, Relaxed);
        Ok(())
    }
}

/// The member that says who fills a timeline: no id, by its length.
fn marker(token: Uuid) -> Vec<u8> {
    [b"filling:", &token.as_bytes()[..]].concat()
}

fn slice(members: &[Vec<u8>]) -> Slice {
    let ids = members.iter();
    Slice::of(ids.filter_map(|id| Uuid::from_slice(id).ok()).collect())
}
