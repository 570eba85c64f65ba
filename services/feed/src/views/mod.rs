//! The materialised views: timelines of ids in the key-value store, made from the tables and thrown away at will.
//!
//! | timeline | holds |
//! |---|---|
//! | `recent:public`, `recent:role:ROLE`, `recent:private` | the newest 1,000 of what everybody, a role, only roles may read |
//! | `user:ID` | the newest 100 of an author |
//! | `home:ID` | the newest of those whom a member follows, and of themself, but of large authors |
//!
//! A timeline may hold too much (what was deleted, moved, or is of somebody not followed any more): every statement that shows
//! entries filters. It must never lack anything. So it is only ever added to after the tables have it, and what could not be
//! added is remembered in the tables ([`repair`]).

mod fan_out;
mod merge;
mod read;
mod rebuild;
pub(crate) mod repair;

use std::{collections::HashSet, sync::Arc, time::Duration};

use chrono::TimeDelta;
use folkmoot_common::{
    Context,
    db::sqlx,
    kv::{Bounds, KvError},
};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

pub(crate) use fan_out::Reach;
pub(crate) use read::{RECENT, USER};

use crate::{Settings, policy::Audience, store::Store};

/// Timelines that one replica makes at the same time, for all readers.
const REBUILDS: usize = 4;

/// Why a view could not be changed.
#[derive(Debug)]
pub(crate) enum ViewError {
    /// The tables cannot be read: the event comes again.
    Sql(sqlx::Error),
    /// The key-value store is away: the change is remembered.
    Kv(KvError),
}

impl From<sqlx::Error> for ViewError {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<KvError> for ViewError {
    fn from(error: KvError) -> Self {
        Self::Kv(error)
    }
}

/// One materialised view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum View {
    Recent(Audience),
    User(String),
    Home(String),
}

impl View {
    /// The name of its timeline.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Recent(Audience::Everybody) => "feed:recent:public".to_owned(),
            Self::Recent(Audience::Admins) => "feed:recent:private".to_owned(),
            Self::Recent(Audience::Role(role)) => format!("feed:recent:role:{role}"),
            Self::User(user_id) => format!("feed:user:{user_id}"),
            Self::Home(user_id) => format!("feed:home:{user_id}"),
        }
    }
}

/// The views. A clone shares what is being made.
#[derive(Clone)]
pub(crate) struct Views {
    ctx: Context,
    store: Store,
    home_entries: u32,
    kept: Duration,
    active: TimeDelta,
    rebuilding: Arc<Mutex<HashSet<String>>>,
    permits: Arc<Semaphore>,
}

impl Views {
    pub(crate) fn new(ctx: &Context, store: &Store, settings: &Settings) -> Self {
        Self {
            ctx: ctx.clone(),
            store: store.clone(),
            home_entries: settings.feed_home_entries,
            kept: settings.kept(),
            active: settings.active(),
            rebuilding: Arc::default(),
            permits: Arc::new(Semaphore::new(REBUILDS)),
        }
    }

    fn bounds(&self, view: &View) -> Bounds {
        let capacity = match view {
            View::Recent(_) => RECENT as u32,
            View::User(_) => USER as u32,
            View::Home(_) => self.home_entries,
        };
        Bounds {
            capacity,
            ttl: self.kept,
        }
    }
}
