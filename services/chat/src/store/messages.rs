//! Reading messages.

use folkmoot_common::{
    db::{Db, sqlx},
    with_reader,
};
use sqlx::QueryBuilder;

use super::Store;
use crate::model::Message;

const LATEST: &str = "select id, room_id, user_id, username, content, message_type, file_url, created_at as timestamp, seq, client_id \
    from messages where room_id = $1 and seq < $2 order by seq desc limit $3";
const FOLLOWING: &str = "select id, room_id, user_id, username, content, message_type, file_url, created_at as timestamp, seq, client_id \
    from messages where room_id = $1 and seq > $2 order by seq limit $3";
const POSITIONS: &str = "select id, last_seq from rooms where id in ";

impl Store {
    /// The last messages before `before`, the latest first.
    pub(crate) async fn messages_before(
        &self,
        room_id: &str,
        before: i64,
        limit: u32,
    ) -> sqlx::Result<Vec<Message>> {
        with_reader!(&self.db, db => sqlx::query_as(LATEST).bind(room_id).bind(before).bind(i64::from(limit)).fetch_all(db).await)
    }

    /// The first messages after `after`, the oldest first.
    pub(crate) async fn messages_after(
        &self,
        room_id: &str,
        after: i64,
        limit: u32,
    ) -> sqlx::Result<Vec<Message>> {
        with_reader!(&self.db, db => sqlx::query_as(FOLLOWING).bind(room_id).bind(after).bind(i64::from(limit)).fetch_all(db).await)
    }

    /// The latest `seq` of each of these rooms, in one query.
    pub(crate) async fn positions(&self, rooms: &[String]) -> sqlx::Result<Vec<(String, i64)>> {
        macro_rules! query {
            ($pool:expr) => {{
                let mut query = QueryBuilder::new(POSITIONS);
                query.push("(");
                let mut ids = query.separated(", ");
                for room in rooms {
                    ids.push_bind(room);
                }
                query.push(")");
                query.build_query_as().fetch_all($pool).await
            }};
        }
        if rooms.is_empty() {
            return Ok(Vec::new());
        }
        match &self.db {
            Db::Sqlite(sqlite) => query!(sqlite.reader()),
            Db::Postgres(pool) => query!(pool),
        }
    }
}
