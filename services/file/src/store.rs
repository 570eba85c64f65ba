//! The tables. `files` has only files whose object is stored; `pending_objects` has every object that may be
//! stored without one, so that whatever dies in between, the object is found and removed.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::{Db, Migrations, sqlx},
    in_transaction, with_reader, with_writer,
};
use uuid::Uuid;

use crate::model::{FileRow, PendingObject};

/// The schema.
pub const MIGRATIONS: Migrations = Migrations::new(&[(
    "0001_init",
    include_str!("../migrations/sqlite/0001_init.sql"),
    include_str!("../migrations/postgres/0001_init.sql"),
)]);

const BEGIN: &str = "insert into pending_objects (id, object_key, multipart_id, discarded, created_at) values ($1, $2, null, false, $3)";
const NAME_MULTIPART: &str = "update pending_objects set multipart_id = $2 where id = $1";
const CLAIM: &str = "delete from pending_objects where id = $1 and discarded = false";
const INSERT: &str = "insert into files (id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const DISCARD: &str = "update pending_objects set discarded = true where id = $1";
const FORGET: &str = "delete from pending_objects where id = $1 and discarded = true";
const STALE: &str = "select id, object_key, multipart_id from pending_objects \
     where created_at < $1 order by created_at, id limit $2";
const FIND: &str = "select id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at \
     from files where id = $1";
const LIST: &str = "select id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at \
     from files where id < $1 order by id desc limit $2";
const LIST_ROOM: &str = "select id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at \
     from files where room_id = $3 and id < $1 order by id desc limit $2";
const DELETE: &str = "delete from files where id = $1";
const INSERT_DISCARDED: &str = "insert into pending_objects (id, object_key, multipart_id, discarded, created_at) values ($1, $2, null, true, $3)";

/// The tables of the file service.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    db: Db,
}

impl Store {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    pub(crate) async fn ping(&self) -> sqlx::Result<()> {
        self.db.ping().await
    }

    /// Remembers that an object may come to be stored under `key`.
    pub(crate) async fn begin(&self, id: Uuid, key: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
        with_writer!(&self.db, c => sqlx::query(BEGIN).bind(id).bind(key).bind(now).execute(c).await.map(|_| ()))
    }

    /// Remembers under which name the object store knows the running upload.
    pub(crate) async fn name_multipart(&self, id: Uuid, multipart: &str) -> sqlx::Result<()> {
        with_writer!(&self.db, c => sqlx::query(NAME_MULTIPART).bind(id).bind(multipart).execute(c).await.map(|_| ()))
    }

    /// Makes the pending object a file. False if it was discarded meanwhile.
    pub(crate) async fn commit(&self, file: &FileRow) -> sqlx::Result<bool> {
        in_transaction!(&self.db, tx => {
            if sqlx::query(CLAIM).bind(file.id).execute(&mut *tx).await?.rows_affected() != 1 {
                return Ok(false);
            }
            sqlx::query(INSERT)
                .bind(file.id)
                .bind(&file.object_key)
                .bind(&file.filename)
                .bind(&file.content_type)
                .bind(file.size)
                .bind(&file.sha256)
                .bind(&file.room_id)
                .bind(&file.uploaded_by)
                .bind(file.created_at)
                .execute(&mut *tx)
                .await?;
        });
        Ok(true)
    }

    /// Decides that the object never becomes a file: it may be removed from the store now. False if there is
    /// nothing pending, because it became one, or was removed.
    ///
    /// A commit whose answer was lost may still be running: both want the same row, so one of them comes second
    /// and sees what the first did.
    pub(crate) async fn discard(&self, id: Uuid) -> sqlx::Result<bool> {
        let done = with_writer!(&self.db, c => sqlx::query(DISCARD).bind(id).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(done == 1)
    }

    /// Forgets a discarded object that is gone from the store.
    pub(crate) async fn forget(&self, id: Uuid) -> sqlx::Result<()> {
        with_writer!(&self.db, c => sqlx::query(FORGET).bind(id).execute(c).await.map(|_| ()))
    }

    /// Objects that have been pending since before `cutoff`, oldest first.
    pub(crate) async fn stale(
        &self,
        cutoff: DateTime<Utc>,
        limit: u32,
    ) -> sqlx::Result<Vec<PendingObject>> {
        with_reader!(&self.db, c => sqlx::query_as(STALE).bind(cutoff).bind(i64::from(limit)).fetch_all(c).await)
    }

    pub(crate) async fn find(&self, id: Uuid) -> sqlx::Result<Option<FileRow>> {
        with_reader!(&self.db, c => sqlx::query_as(FIND).bind(id).fetch_optional(c).await)
    }

    /// Files older than `after`, newest first.
    pub(crate) async fn list(
        &self,
        room: Option<&str>,
        after: Option<Uuid>,
        limit: u32,
    ) -> sqlx::Result<Vec<FileRow>> {
        let (after, limit) = (after.unwrap_or(Uuid::max()), i64::from(limit));
        match room {
            None => {
                with_reader!(&self.db, c => sqlx::query_as(LIST).bind(after).bind(limit).fetch_all(c).await)
            }
            Some(room) => {
                with_reader!(&self.db, c => sqlx::query_as(LIST_ROOM).bind(after).bind(limit).bind(room).fetch_all(c).await)
            }
        }
    }

    /// Removes the file and leaves its object to be removed. False if it was gone.
    pub(crate) async fn delete(&self, file: &FileRow, now: DateTime<Utc>) -> sqlx::Result<bool> {
        in_transaction!(&self.db, tx => {
            if sqlx::query(DELETE).bind(file.id).execute(&mut *tx).await?.rows_affected() != 1 {
                return Ok(false);
            }
            sqlx::query(INSERT_DISCARDED).bind(file.id).bind(&file.object_key).bind(now).execute(&mut *tx).await?;
        });
        Ok(true)
    }
}
