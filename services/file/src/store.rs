//! The tables. `files` has only files whose object is stored; `pending_objects` has every object that may be
//! stored without one ([`PendingObjects`](folkmoot_common::upload::PendingObjects)).

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::{Db, Migrations, sqlx},
    in_transaction,
    upload::PendingConnection as _,
    with_reader,
};
use uuid::Uuid;

use crate::model::FileRow;

/// The schema.
pub const MIGRATIONS: Migrations = Migrations::new(&[(
    "0001_init",
    include_str!("../migrations/sqlite/0001_init.sql"),
    include_str!("../migrations/postgres/0001_init.sql"),
)]);

const INSERT: &str = "insert into files (id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const FIND: &str = "select id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at \
     from files where id = $1";
const LIST: &str = "select id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at \
     from files where id < $1 order by id desc limit $2";
const LIST_ROOM: &str = "select id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at \
     from files where room_id = $3 and id < $1 order by id desc limit $2";
const DELETE: &str = "delete from files where id = $1";

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

    /// Makes the pending object a file. False if it was discarded meanwhile.
    pub(crate) async fn commit(&self, file: &FileRow) -> sqlx::Result<bool> {
        in_transaction!(&self.db, tx => {
            if !tx.claim(file.id).await? {
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
            tx.leave(file.id, &file.object_key, now).await?;
        });
        Ok(true)
    }
}
