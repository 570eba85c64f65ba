//! The tables of feed: what was told of threads, people and counts, and the statements that answer from them.

mod apply;
mod counts;
mod entries;
mod home;
mod members;
mod pending;
mod recent;
mod relations;
mod sql;
mod sweep;

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{
    Context, ServiceName,
    clock::SharedClock,
    db::{Db, Migrations},
};

pub(crate) use apply::Thread;
pub(crate) use counts::Counted;
pub(crate) use entries::{Filter, State};
pub(crate) use pending::{Kind, Pending};
pub(crate) use relations::Bond;

use crate::Settings;

/// The schema.
pub const MIGRATIONS: Migrations = Migrations::new(&[(
    "0001_init",
    include_str!("../../migrations/sqlite/0001_init.sql"),
    include_str!("../../migrations/postgres/0001_init.sql"),
)]);

/// How often it is noted that a member asks for their feed.
pub(crate) const TOUCHED_EVERY: TimeDelta = TimeDelta::hours(1);

/// The tables.
#[derive(Clone)]
pub(crate) struct Store {
    db: Db,
    clock: SharedClock,
    large_author_followers: i64,
}

impl Store {
    /// Opens the database.
    ///
    /// # Errors
    /// If the settings are wrong, or a local file cannot be opened.
    pub(crate) async fn open(ctx: &Context, settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self {
            db: Db::open(ctx, ServiceName::Feed, MIGRATIONS).await?,
            clock: ctx.clock.clone(),
            large_author_followers: settings.feed_large_author_followers.into(),
        })
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}
