//! The tables. `files` has only files whose object is stored; `pending_objects` has every object that may be
//! stored without one ([`PendingObjects`](folkmoot_common::upload::PendingObjects)).

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::{Db, Migrations, sqlx},
    in_transaction,
    upload::PendingConnection as _,
    with_reader, with_writer,
};
use uuid::Uuid;

use crate::model::FileRow;

/// The schema.
pub const MIGRATIONS: Migrations = Migrations::new(&[
    (
        "0001_init",
        include_str!("../migrations/sqlite/0001_init.sql"),
        include_str!("../migrations/postgres/0001_init.sql"),
    ),
    (
        "0002_accounts",
        include_str!("../migrations/sqlite/0002_accounts.sql"),
        include_str!("../migrations/postgres/0002_accounts.sql"),
    ),
]);

const INSERT: &str = "insert into files (id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const FIND: &str = "select id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at \
     from files where id = $1";
const LIST: &str = "select id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at \
     from files where id < $1 order by id desc limit $2";
const LIST_ROOM: &str = "select id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at \
     from files where room_id = $3 and id < $1 order by id desc limit $2";
const LIST_USER: &str = "select id, object_key, filename, content_type, size, sha256, room_id, uploaded_by, created_at \
     from files where uploaded_by = $1 and id > $2 order by id limit $3";
const DELETE: &str = "delete from files where id = $1";
const REMEMBER: &str =
    "insert into deleted_users (user_id, deleted_at) values ($1, $2) on conflict do nothing";
const REMEMBERED: &str = "select user_id from deleted_users order by deleted_at, user_id limit $1";
const FORGET: &str = "delete from deleted_users where deleted_at < $1";

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

    /// Files of one uploader behind `after`, oldest first.
    pub(crate) async fn files_of(
        &self,
        user_id: &str,
        after: Uuid,
        limit: u32,
    ) -> sqlx::Result<Vec<FileRow>> {
        with_reader!(&self.db, c => {
            sqlx::query_as(LIST_USER).bind(user_id).bind(after).bind(i64::from(limit)).fetch_all(c).await
        })
    }

    /// Takes note that an account is gone.
    pub(crate) async fn remember_deleted(
        &self,
        user_id: &str,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        with_writer!(&self.db, c => sqlx::query(REMEMBER).bind(user_id).bind(now).execute(c).await.map(|_| ()))
    }

    /// Accounts that have gone lately, at most `limit`.
    pub(crate) async fn remembered_deleted(&self, limit: u32) -> sqlx::Result<Vec<String>> {
        with_reader!(&self.db, c => sqlx::query_scalar(REMEMBERED).bind(i64::from(limit)).fetch_all(c).await)
    }

    /// Forgets the accounts that were gone before `before`.
    pub(crate) async fn forget_deleted(&self, before: DateTime<Utc>) -> sqlx::Result<()> {
        with_writer!(&self.db, c => sqlx::query(FORGET).bind(before).execute(c).await.map(|_| ()))
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
