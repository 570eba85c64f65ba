//! Home feeds from the tables alone: what timelines are made from, and what is true when there are none.
//!
//! PostgreSQL takes the newest of each author by the index and then the newest of these; SQLite, which knows no lateral
//! joins, goes through all entries from the newest on.

use folkmoot_common::db::{Db, sqlx};
use uuid::Uuid;

use super::{
    Store,
    entries::count,
    sql::{around, columns, followed, readable, unblocked, unmuted, visible},
};
use crate::{model::EntryRow, policy::Reader};

const PAGE_SQLITE: &str = concat!(
    "select ",
    columns!(),
    " from entries e",
    around!(),
    "where e.author_id in ",
    followed!("$1"),
    " and e.id < $2 and ",
    visible!("$3", "$1"),
    " order by e.id desc limit $4"
);
const PAGE_POSTGRES: &str = concat!(
    "select ",
    columns!(),
    " from ",
    followed!("$1"),
    " a cross join lateral (select e.* from entries e \
     join categories c on c.id = e.category_id where e.author_id = a.author_id and e.id < $2 and ",
    visible!("$3", "$1"),
    " order by e.id desc limit $4) e",
    around!(),
    "order by e.id desc limit $4"
);
const IDS_SQLITE: &str = concat!(
    "select e.id from entries e left join members m on m.user_id = e.author_id where e.author_id in ",
    followed!("$1"),
    " and e.deleted_at is null and not coalesce(m.is_large, $2) order by e.id desc limit $3"
);
const IDS_POSTGRES: &str = concat!(
    "select e.id from ",
    followed!("$1"),
    " a left join members m on m.user_id = a.author_id \
     cross join lateral (select e.id from entries e where e.author_id = a.author_id and e.deleted_at is null \
     order by e.id desc limit $3) e where not coalesce(m.is_large, $2) order by e.id desc limit $3"
);

impl Store {
    /// A page of a reader's home feed: what is older than `before`.
    pub(crate) async fn home(
        &self,
        reader: &Reader,
        before: Option<Uuid>,
        limit: usize,
    ) -> sqlx::Result<Vec<EntryRow>> {
        let (key, user) = (reader.roles_key(), reader.user_id());
        let (before, limit) = (before.unwrap_or(Uuid::max()), count(limit));
        match &self.db {
            Db::Sqlite(sqlite) => {
                let query = sqlx::query_as(PAGE_SQLITE).bind(user).bind(before);
                query
                    .bind(&*key)
                    .bind(limit)
                    .fetch_all(sqlite.reader())
                    .await
            }
            Db::Postgres(pool) => {
                let query = sqlx::query_as(PAGE_POSTGRES).bind(user).bind(before);
                query.bind(&*key).bind(limit).fetch_all(pool).await
            }
        }
    }

    /// The newest of those whom somebody follows, and of themselves, but of large authors: whoever may see them.
    pub(crate) async fn newest_of_home(
        &self,
        user_id: &str,
        limit: usize,
    ) -> sqlx::Result<Vec<Uuid>> {
        let limit = count(limit);
        match &self.db {
            Db::Sqlite(sqlite) => {
                let query = sqlx::query_scalar(IDS_SQLITE).bind(user_id).bind(false);
                query.bind(limit).fetch_all(sqlite.reader()).await
            }
            Db::Postgres(pool) => {
                let query = sqlx::query_scalar(IDS_POSTGRES).bind(user_id).bind(false);
                query.bind(limit).fetch_all(pool).await
            }
        }
    }
}
