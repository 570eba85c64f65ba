//! Rooms, and the names seen in them.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    bus::{Event, Outbox},
    db::sqlx,
    in_transaction, with_reader, with_writer,
};

use super::Store;
use crate::model::Room;

const INSERT: &str = "insert into rooms (id, name, description, created_at, last_seq) values ($1, $2, $3, $4, 0) \
    on conflict (id) do nothing";
const BY_ID: &str = "select id, name, description, created_at, last_seq from rooms where id = $1";
const PAGE: &str = "select id, name, description, created_at, last_seq from rooms where id > $1 order by id limit $2";
const SEEN: &str =
    "insert into participants (user_id, username) values ($1, $2) on conflict do nothing";

impl Store {
    /// Makes a room; false if it exists already.
    pub(crate) async fn insert_room(&self, room: &Room) -> sqlx::Result<bool> {
        with_writer!(&self.db, db => {
            let query = sqlx::query(INSERT).bind(&room.id).bind(&room.name).bind(&room.description).bind(room.created_at);
            Ok(query.execute(db).await?.rows_affected() == 1)
        })
    }

    /// Makes a room that somebody joins, if need be.
    pub(crate) async fn ensure_room(&self, id: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
        let room = Room {
            id: id.to_owned(),
            name: id.to_owned(),
            description: String::new(),
            created_at: now,
            last_seq: 0,
        };
        self.insert_room(&room).await.map(|_| ())
    }

    pub(crate) async fn room(&self, id: &str) -> sqlx::Result<Option<Room>> {
        with_reader!(&self.db, db => sqlx::query_as(BY_ID).bind(id).fetch_optional(db).await)
    }

    /// Rooms by id, behind `after`.
    pub(crate) async fn rooms(&self, after: &str, limit: u32) -> sqlx::Result<Vec<Room>> {
        with_reader!(&self.db, db => sqlx::query_as(PAGE).bind(after).bind(i64::from(limit)).fetch_all(db).await)
    }

    /// Remembers that `user_id` goes by `username`, and tells it the first time.
    pub(crate) async fn see_participant(
        &self,
        user_id: &str,
        username: &str,
        event: &Event,
        outbox: &Outbox,
    ) -> sqlx::Result<()> {
        in_transaction!(&self.db, tx => {
            let seen = sqlx::query(SEEN).bind(user_id).bind(username).execute(&mut *tx).await?;
            if seen.rows_affected() == 1 {
                outbox.enqueue(&mut *tx, event).await?;
            }
        });
        Ok(())
    }
}
