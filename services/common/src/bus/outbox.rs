//! The transactional outbox: an event is stored by the transaction that makes it true, and published later.
//! (The pattern: <https://microservices.io/patterns/data/transactional-outbox.html>.)
//!
//! Every service that tells events has this table in its first migration; `replica` is `blob` and `payload`,
//! `created_at` are `text` in SQLite, `uuid`, `text` and `timestamptz` in PostgreSQL:
//!
//! ```sql
//! create table outbox (
//!     id uuid primary key,
//!     replica uuid not null,
//!     payload text not null,
//!     created_at timestamptz not null
//! );
//! create index outbox_replica on outbox (replica, id);
//! create index outbox_created_at on outbox (created_at, id);
//! ```

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{QueryBuilder, postgres::PgConnection, sqlite::SqliteConnection};
use tokio::{sync::Notify, time::Instant};
use tracing::warn;
use uuid::Uuid;

use super::Event;
use crate::{Context, db::Db, row, with_reader};

const BATCH: u16 = 100;
/// How long events gather while others come: each round looks them up and clears them once for all of them.
const GATHER: Duration = Duration::from_millis(20);
/// How often a failed publication is tried again.
const RETRY: Duration = Duration::from_millis(500);
/// How often events of replicas that are gone are looked for.
const ADOPT_EVERY: Duration = Duration::from_secs(5);
/// How old an event must be to be published by another replica than the one that stored it.
const ADOPT_AFTER: TimeDelta = TimeDelta::seconds(10);

const INSERT: &str =
    "insert into outbox (id, replica, payload, created_at) values ($1, $2, $3, $4)";
const OWN: &str = "select payload from outbox where replica = $1 order by id limit $2";
const LEFT_BEHIND: &str =
    "select payload from outbox where created_at < $1 order by created_at, id limit $2";
const DELETE_SQLITE: &str = "delete from outbox where id in (";
const DELETE_POSTGRES: &str = "delete from outbox where id = any($1)";

/// A service's outbox and its relay.
#[derive(Debug, Clone)]
pub struct Outbox {
    replica: Uuid,
    wake: Arc<Notify>,
}

row! {
    struct Stored {
        payload: String,
    }
}

impl Outbox {
    /// Starts the relay for the outbox table of `db`.
    #[must_use]
    pub fn start(ctx: &Context, db: &Db) -> Self {
        let outbox = Self {
            replica: ctx.ids.next(),
            wake: Arc::new(Notify::new()),
        };
        let relay = Relay {
            ctx: ctx.clone(),
            db: db.clone(),
            outbox: outbox.clone(),
        };
        let shutdown = ctx.shutdown.clone();
        ctx.tasks
            .spawn(async move { shutdown.run_until_cancelled(relay.run()).await });
        outbox
    }

    /// Stores `event` in the caller's transaction.
    ///
    /// # Errors
    /// As the database says.
    pub async fn enqueue<C: OutboxConnection>(
        &self,
        connection: &mut C,
        event: &Event,
    ) -> sqlx::Result<()> {
        let payload =
            serde_json::to_string(event).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        connection.insert(self.replica, event, payload).await
    }

    /// Tells the relay that the transaction has committed.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}

/// A connection of either driver, inside a transaction.
pub trait OutboxConnection: Send {
    /// Stores one event.
    fn insert(
        &mut self,
        replica: Uuid,
        event: &Event,
        payload: String,
    ) -> impl Future<Output = sqlx::Result<()>> + Send;
}

macro_rules! outbox_connection {
    ($connection:ty) => {
        impl OutboxConnection for $connection {
            async fn insert(
                &mut self,
                replica: Uuid,
                event: &Event,
                payload: String,
            ) -> sqlx::Result<()> {
                let query = sqlx::query(INSERT)
                    .bind(event.id)
                    .bind(replica)
                    .bind(payload)
                    .bind(event.time);
                query.execute(self).await.map(|_| ())
            }
        }
    };
}

outbox_connection!(SqliteConnection);
outbox_connection!(PgConnection);

/// What one round of publishing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Round {
    /// Nothing waits any more.
    Done,
    /// A whole batch was published: there may be more.
    More,
    /// Some could not be published.
    Failed,
}

struct Relay {
    ctx: Context,
    db: Db,
    outbox: Outbox,
}

impl Relay {
    async fn run(self) {
        self.ctx.bus.started().await;
        // What the last run of this process left behind need not wait until it counts as adopted.
        let mut adopted_before = self.ctx.clock.now();
        let mut looked = Instant::now();
        let mut left = Round::More;
        loop {
            let began = Instant::now();
            let own = self.publish_own().await;
            if left == Round::Done && looked.elapsed() >= ADOPT_EVERY {
                adopted_before = self.ctx.clock.now() - ADOPT_AFTER;
                looked = Instant::now();
                left = Round::More;
            }
            if left != Round::Done {
                left = self.adopt(adopted_before).await;
            }
            let pause = match (own, left) {
                (Round::Failed, _) | (_, Round::Failed) => RETRY,
                (Round::More, _) | (_, Round::More) => continue,
                (Round::Done, Round::Done) => ADOPT_EVERY,
            };
            let _ = tokio::time::timeout(pause, self.outbox.wake.notified()).await;
            // The first is told at once.
            tokio::time::sleep_until(began + GATHER).await;
        }
    }

    async fn publish_own(&self) -> Round {
        let own = with_reader!(&self.db, db => {
            sqlx::query_as::<_, Stored>(OWN).bind(self.outbox.replica).bind(i64::from(BATCH)).fetch_all(db).await
        });
        self.publish(own).await
    }

    async fn adopt(&self, before: DateTime<Utc>) -> Round {
        let left = with_reader!(&self.db, db => {
            sqlx::query_as::<_, Stored>(LEFT_BEHIND).bind(before).bind(i64::from(BATCH)).fetch_all(db).await
        });
        self.publish(left).await
    }

    async fn publish(&self, stored: sqlx::Result<Vec<Stored>>) -> Round {
        let stored = match stored {
            Ok(stored) => stored,
            Err(error) => {
                warn!(%error, "cannot read the outbox");
                return Round::Failed;
            }
        };
        let events: Vec<Event> = stored
            .iter()
            .filter_map(|row| serde_json::from_str(&row.payload).ok())
            .collect();
        if events.is_empty() {
            return Round::Done;
        }
        let taken = self.ctx.bus.publish(&events).await;
        let taken: Vec<Uuid> = events
            .iter()
            .zip(taken)
            .filter_map(|(event, taken)| taken.then_some(event.id))
            .collect();
        metrics::counter!("folkmoot_events_published_total").increment(taken.len() as u64);
        if let Err(error) = self.delete(&taken).await {
            warn!(%error, "cannot clear the outbox");
            return Round::Failed;
        }
        match taken.len() {
            count if count < events.len() => Round::Failed,
            count if count < usize::from(BATCH) => Round::Done,
            _ => Round::More,
        }
    }

    async fn delete(&self, ids: &[Uuid]) -> sqlx::Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        match &self.db {
            Db::Sqlite(sqlite) => {
                let mut query = QueryBuilder::new(DELETE_SQLITE);
                let mut list = query.separated(", ");
                for id in ids {
                    list.push_bind(*id);
                }
                query.push(")");
                // A batch has any length: a connection that kept each of these statements would keep little else.
                let query = query.build().persistent(ids.len() == 1);
                query.execute(sqlite.writer()).await.map(|_| ())
            }
            Db::Postgres(pool) => {
                let query = sqlx::query(DELETE_POSTGRES).bind(ids);
                query.execute(pool).await.map(|_| ())
            }
        }
    }
}
