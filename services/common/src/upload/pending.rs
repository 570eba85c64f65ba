//! Objects that may be in the store and belong to nothing: uploads that are running or were given up, and what was
//! deleted. Whatever dies in between, the object is found here and removed.
//!
//! Every service that stores objects has this table in its first migration; `id` is `blob` and the time `text` in SQLite:
//!
//! ```sql
//! create table pending_objects (
//!     id uuid primary key,
//!     object_key text not null,
//!     multipart_id text,
//!     discarded boolean not null,
//!     created_at timestamptz not null
//! );
//! create index pending_objects_created_at on pending_objects (created_at, id);
//! ```

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{postgres::PgConnection, sqlite::SqliteConnection};
use tracing::{info, warn};
use uuid::Uuid;

use crate::{Context, db::Db, objects::Objects, row, with_reader, with_writer};

const BEGIN: &str = "insert into pending_objects (id, object_key, multipart_id, discarded, created_at) values ($1, $2, null, false, $3)";
const NAME_MULTIPART: &str = "update pending_objects set multipart_id = $2 where id = $1";
const CLAIM: &str = "delete from pending_objects where id = $1 and discarded = false";
const DISCARD: &str = "update pending_objects set discarded = true where id = $1";
const FORGET: &str = "delete from pending_objects where id = $1 and discarded = true";
const STALE: &str = "select id, object_key, multipart_id from pending_objects \
     where created_at < $1 order by created_at, id limit $2";
const LEAVE: &str = "insert into pending_objects (id, object_key, multipart_id, discarded, created_at) values ($1, $2, null, true, $3)";

const SWEEP_EVERY: Duration = Duration::from_secs(600);
const SWEEP_BATCH: u32 = 100;

row! {
    /// An object that belongs to nothing.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PendingObject {
        /// Its row; the id of what it would become.
        pub id: Uuid,
        /// Where it is in the store.
        pub object_key: String,
        /// The upload that made it, if it had parts.
        pub multipart_id: Option<String>,
    }
}

/// The table `pending_objects` of a service.
#[derive(Debug, Clone)]
pub struct PendingObjects {
    db: Db,
}

impl PendingObjects {
    /// That of `db`.
    #[must_use]
    pub fn new(db: &Db) -> Self {
        Self { db: db.clone() }
    }

    /// Remembers that an object may come to be stored under `key`.
    ///
    /// # Errors
    /// As the database says.
    pub async fn begin(&self, id: Uuid, key: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
        with_writer!(&self.db, c => sqlx::query(BEGIN).bind(id).bind(key).bind(now).execute(c).await.map(|_| ()))
    }

    /// Remembers under which name the object store knows the running upload.
    ///
    /// # Errors
    /// As the database says.
    pub async fn name_multipart(&self, id: Uuid, multipart: &str) -> sqlx::Result<()> {
        with_writer!(&self.db, c => sqlx::query(NAME_MULTIPART).bind(id).bind(multipart).execute(c).await.map(|_| ()))
    }

    /// Decides that the object never becomes a file: it may be removed from the store now. False if there is
    /// nothing pending, because it became one, or was removed.
    ///
    /// A commit whose answer was lost may still be running: both want the same row, so one of them comes second
    /// and sees what the first did.
    ///
    /// # Errors
    /// As the database says.
    pub async fn discard(&self, id: Uuid) -> sqlx::Result<bool> {
        let done = with_writer!(&self.db, c => sqlx::query(DISCARD).bind(id).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(done == 1)
    }

    /// Forgets a discarded object that is gone from the store.
    ///
    /// # Errors
    /// As the database says.
    pub async fn forget(&self, id: Uuid) -> sqlx::Result<()> {
        with_writer!(&self.db, c => sqlx::query(FORGET).bind(id).execute(c).await.map(|_| ()))
    }

    /// Objects that have been pending since before `cutoff`, oldest first.
    ///
    /// # Errors
    /// As the database says.
    pub async fn stale(
        &self,
        cutoff: DateTime<Utc>,
        limit: u32,
    ) -> sqlx::Result<Vec<PendingObject>> {
        with_reader!(&self.db, c => sqlx::query_as(STALE).bind(cutoff).bind(i64::from(limit)).fetch_all(c).await)
    }

    /// Removes an object that was left ([`PendingConnection::leave`]) in a transaction that has committed. What does not
    /// work now is done by the sweep.
    pub async fn remove(&self, objects: &Objects, id: Uuid, key: &str) {
        if let Err(error) = objects.delete(key, None).await {
            return warn!(%error, %id, "cannot remove the object of a deleted file now; the sweep will");
        }
        if let Err(error) = self.forget(id).await {
            warn!(%error, %id, "cannot forget a removed object now; the sweep will");
        }
    }

    /// Removes every object that has been pending since before `cutoff` and returns how many there were. Several
    /// replicas may do it at the same time: every step may be repeated.
    ///
    /// # Errors
    /// If a store does not work; what is left is removed another time.
    pub async fn sweep(&self, objects: &Objects, cutoff: DateTime<Utc>) -> anyhow::Result<usize> {
        let mut removed = 0;
        loop {
            let stale = self.stale(cutoff, SWEEP_BATCH).await?;
            for object in &stale {
                // It may have become a file since it was read.
                if self.discard(object.id).await? {
                    objects
                        .delete(&object.object_key, object.multipart_id.as_deref())
                        .await?;
                    self.forget(object.id).await?;
                    removed += 1;
                }
            }
            if stale.len() < SWEEP_BATCH as usize {
                return Ok(removed);
            }
        }
    }

    /// Sweeps what is older than `age` until the process stops. No upload may take as long.
    pub fn start_sweeping(&self, ctx: &Context, objects: &Objects, age: TimeDelta) {
        let (pending, objects, clock) = (self.clone(), objects.clone(), ctx.clock.clone());
        let sweeping = async move {
            loop {
                match pending.sweep(&objects, clock.now() - age).await {
                    Ok(0) => {}
                    Ok(removed) => info!(removed, "removed objects without a file"),
                    Err(error) => {
                        let error = format!("{error:#}");
                        warn!(error, "cannot remove objects without a file now");
                    }
                }
                tokio::time::sleep(SWEEP_EVERY).await;
            }
        };
        let shutdown = ctx.shutdown.clone();
        ctx.tasks
            .spawn(async move { shutdown.run_until_cancelled(sweeping).await });
    }
}

/// A connection of either driver, inside a transaction.
pub trait PendingConnection: Send {
    /// Takes the object out of the table, because the transaction makes it a file. False if it was discarded meanwhile.
    fn claim(&mut self, id: Uuid) -> impl Future<Output = sqlx::Result<bool>> + Send;

    /// Leaves the object of a file that the transaction deletes to be removed.
    fn leave(
        &mut self,
        id: Uuid,
        key: &str,
        now: DateTime<Utc>,
    ) -> impl Future<Output = sqlx::Result<()>> + Send;
}

macro_rules! pending_connection {
    ($connection:ty) => {
        impl PendingConnection for $connection {
            async fn claim(&mut self, id: Uuid) -> sqlx::Result<bool> {
                let claimed = sqlx::query(CLAIM).bind(id).execute(self).await?;
                Ok(claimed.rows_affected() == 1)
            }

            async fn leave(&mut self, id: Uuid, key: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
                let query = sqlx::query(LEAVE).bind(id).bind(key).bind(now);
                query.execute(self).await.map(|_| ())
            }
        }
    };
}

pending_connection!(SqliteConnection);
pending_connection!(PgConnection);
