//! What belongs to one account.

use chrono::{DateTime, Utc};
use folkmoot_common::{db::sqlx, in_transaction, with_reader, with_writer};

use super::Store;
use crate::model::Message;

/// The name of everybody whose account is gone. Nobody can register it.
const DELETED: &str = "deleted";
/// Messages that one statement changes, so that it holds up nobody.
const BATCH: u32 = 500;

const OF_USER: &str = "select id, room_id, user_id, username, content, message_type, file_url, created_at as timestamp, seq, client_id \
    from messages where user_id = $1 and (room_id, seq) > ($2, $3) order by room_id, seq limit $4";
const PLACES: &str = "select room_id, seq from messages \
    where user_id = $1 and (room_id, seq) > ($2, $3) order by room_id, seq limit $4";
const TAKE_NAME: &str = "update messages set username = $6 where user_id = $1 \
    and (room_id, seq) > ($2, $3) and (room_id, seq) <= ($4, $5) and username <> $6";
const REMEMBER: &str =
    "insert into deleted_users (user_id, deleted_at) values ($1, $2) on conflict do nothing";
const FORGET_PARTICIPANT: &str = "delete from participants where user_id = $1";
const REMEMBERED: &str = "select user_id from deleted_users order by deleted_at, user_id limit $1";
const FORGET: &str = "delete from deleted_users where deleted_at < $1";

/// Where a message is.
pub(crate) type Place = (String, i64);

impl Store {
    /// Messages that somebody wrote, room by room, behind `after`.
    pub(crate) async fn messages_of(
        &self,
        user_id: &str,
        after: &Place,
        limit: u32,
    ) -> sqlx::Result<Vec<Message>> {
        with_reader!(&self.db, db => {
            sqlx::query_as(OF_USER)
                .bind(user_id).bind(&after.0).bind(after.1).bind(i64::from(limit))
                .fetch_all(db).await
        })
    }

    /// Takes note that an account is gone, and with it what was kept of its owner's visits.
    pub(crate) async fn remember_deleted(
        &self,
        user_id: &str,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        in_transaction!(&self.db, tx => {
            sqlx::query(REMEMBER).bind(user_id).bind(now).execute(&mut *tx).await?;
            sqlx::query(FORGET_PARTICIPANT).bind(user_id).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Takes the name of an account that is gone from all its messages; they keep their places.
    pub(crate) async fn take_name(&self, user_id: &str) -> sqlx::Result<()> {
        let mut after: Place = (String::new(), 0);
        loop {
            let places: Vec<Place> = with_reader!(&self.db, db => {
                sqlx::query_as(PLACES)
                    .bind(user_id).bind(&after.0).bind(after.1).bind(i64::from(BATCH))
                    .fetch_all(db).await
            })?;
            let Some(last) = places.last() else {
                return Ok(());
            };
            with_writer!(&self.db, db => {
                sqlx::query(TAKE_NAME)
                    .bind(user_id).bind(&after.0).bind(after.1).bind(&last.0).bind(last.1).bind(DELETED)
                    .execute(db).await.map(|_| ())
            })?;
            if places.len() < BATCH as usize {
                return Ok(());
            }
            after = last.clone();
        }
    }

    /// Accounts that have gone lately, at most `limit`.
    pub(crate) async fn remembered_deleted(&self, limit: u32) -> sqlx::Result<Vec<String>> {
        with_reader!(&self.db, db => sqlx::query_scalar(REMEMBERED).bind(i64::from(limit)).fetch_all(db).await)
    }

    /// Forgets the accounts that were gone before `before`.
    pub(crate) async fn forget_deleted(&self, before: DateTime<Utc>) -> sqlx::Result<()> {
        with_writer!(&self.db, db => sqlx::query(FORGET).bind(before).execute(db).await.map(|_| ()))
    }
}
