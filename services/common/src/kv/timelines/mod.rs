//! Timelines: lists of ids, newest (greatest) first, of bounded length, made from SQL and thrown away at will.
//!
//! A timeline is either there as a whole, down to some id or to its end, or it is not there: never with holes.
//!
//! - [`Kv::open_timeline`] begins to fill one that is not there, for one caller at a time. What is added from then on
//!   is kept, so that nothing falls between the caller's look at SQL and [`Kv::fill_timeline`]. If the caller dies, the
//!   timeline is not there again after [`FILLING`].
//! - [`Kv::add_to_timelines`] adds only to those that are there or being filled. An id that is older than all of a timeline
//!   that does not reach its end is left out: there may be others between the two that only SQL knows.
//! - The end is a member of its own, [`Uuid::nil`], behind all others. It is the first to go when a timeline grows
//!   beyond its capacity, so that whoever reads to the last id is told whether there is more in SQL.

pub(super) mod memory;
pub(super) mod redis;

use std::time::Duration;

use uuid::Uuid;

use super::{Backend, Kv, KvError};

/// How long a timeline may take to be filled.
pub const FILLING: Duration = Duration::from_secs(10);

/// How long a timeline may become and how long it stays without being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Most ids.
    pub capacity: u32,
    /// How long it stays after it was filled, and after it was last read.
    pub ttl: Duration,
}

/// What is to be read of one timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineRead {
    /// Its name.
    pub name: String,
    /// Only ids that are less.
    pub before: Option<Uuid>,
    /// Most ids.
    pub limit: u32,
    /// How long it stays from now on.
    pub ttl: Duration,
}

/// A part of a timeline that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slice {
    /// Newest first.
    pub ids: Vec<Uuid>,
    /// Nothing is older than the last of them, in SQL neither.
    pub is_end: bool,
}

impl Slice {
    /// From members as they are kept, newest first, where the nil id stands for the end.
    fn of(mut ids: Vec<Uuid>) -> Self {
        let is_end = ids.last().is_some_and(Uuid::is_nil);
        if is_end {
            ids.pop();
        }
        Self { ids, is_end }
    }
}

/// Leave to fill a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filling(Uuid);

impl Kv {
    /// Reads several timelines in one round trip. `None` for each that is not there or still being filled.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn read_timelines(
        &self,
        reads: &[TimelineRead],
    ) -> Result<Vec<Option<Slice>>, KvError> {
        let now = self.clock.now();
        match &self.backend {
            Backend::Memory(memory) => Ok(memory.timelines.read(reads, now)),
            Backend::Redis(_) if reads.is_empty() => Ok(Vec::new()),
            Backend::Redis(redis) => redis.read_timelines(reads).await,
        }
    }

    /// Begins to fill a timeline, if it is not there and nobody else does. `token` must be unique.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn open_timeline(&self, name: &str, token: Uuid) -> Result<Option<Filling>, KvError> {
        let now = self.clock.now();
        let opened = match &self.backend {
            Backend::Memory(memory) => memory.timelines.open(name, token, now),
            Backend::Redis(redis) => redis.open_timeline(name, token).await?,
        };
        Ok(opened.then_some(Filling(token)))
    }

    /// Completes a timeline with what SQL knew after it was opened: the newest ids, `is_end` if these are all. False
    /// if it was dropped or took too long meanwhile: then nothing is changed.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn fill_timeline(
        &self,
        name: &str,
        filling: Filling,
        slice: &Slice,
        bounds: Bounds,
    ) -> Result<bool, KvError> {
        let now = self.clock.now();
        match &self.backend {
            Backend::Memory(memory) => {
                Ok(memory.timelines.fill(name, filling.0, slice, bounds, now))
            }
            Backend::Redis(redis) => redis.fill_timeline(name, filling.0, slice, bounds).await,
        }
    }

    /// Adds ids to those of the timelines that are there or being filled, in one round trip.
    ///
    /// # Errors
    /// If the store cannot be reached. Some may have been added; adding again does no harm.
    pub async fn add_to_timelines(
        &self,
        names: &[String],
        ids: &[Uuid],
        capacity: u32,
    ) -> Result<(), KvError> {
        let now = self.clock.now();
        match &self.backend {
            Backend::Memory(memory) => {
                memory.timelines.add(names, ids, capacity, now);
                Ok(())
            }
            Backend::Redis(redis) => redis.add_to_timelines(names, ids, capacity).await,
        }
    }

    /// Removes ids from timelines, in one round trip. One that is being filled may get them again.
    ///
    /// # Errors
    /// If the store cannot be reached. Some may have been removed.
    pub async fn remove_from_timelines(
        &self,
        names: &[String],
        ids: &[Uuid],
    ) -> Result<(), KvError> {
        match &self.backend {
            Backend::Memory(memory) => {
                memory.timelines.remove(names, ids);
                Ok(())
            }
            Backend::Redis(redis) => redis.remove_from_timelines(names, ids).await,
        }
    }

    /// Throws timelines away, those that are being filled too.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub async fn drop_timelines(&self, names: &[String]) -> Result<(), KvError> {
        match &self.backend {
            Backend::Memory(memory) => {
                memory.timelines.drop_all(names);
                Ok(())
            }
            Backend::Redis(redis) => redis.drop_timelines(names).await,
        }
    }
}
