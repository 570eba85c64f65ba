//! Activity streams from the tables alone: what timelines are made from, and what is true when there are none.

use folkmoot_common::{
    db::{Db, sqlx},
    with_reader,
};
use uuid::Uuid;

use super::{
    Store,
    entries::count,
    sql::{readable, unblocked, unmuted},
};
use crate::policy::{Audience, Reader};

/// The newest of those categories `c` for which `$where` holds.
macro_rules! newest_sqlite {
    ($where:expr, $entry:expr, $limit:literal) => {
        concat!(
            "select e.id from entries e join categories c on c.id = e.category_id where ",
            $where,
            " and ",
            $entry,
            " order by e.id desc limit ",
            $limit
        )
    };
}

/// The same by the index of each category: however much there is that is not for the reader, none of it is read.
macro_rules! newest_postgres {
    ($where:expr, $entry:expr, $limit:literal) => {
        concat!(
            "select e.id from categories c cross join lateral (select e.id from entries e where e.category_id = c.id and ",
            $entry, " order by e.id desc limit ", $limit, ") e where ", $where, " order by e.id desc limit ", $limit
        )
    };
}

macro_rules! for_reader {
    () => {
        concat!(unblocked!("$2"), " and ", unmuted!("$2"))
    };
}
macro_rules! of_audience {
    () => {
        "(case when $1 = '' then c.read_role is null when $1 = '*' then c.read_role is not null \
         else c.read_role = substr($1, 2) end)"
    };
}

const NEWEST_SQLITE: &str = newest_sqlite!(readable!("$1"), for_reader!(), "$3");
const NEWEST_POSTGRES: &str = newest_postgres!(readable!("$1"), for_reader!(), "$3");
const AUDIENCE_SQLITE: &str = newest_sqlite!(of_audience!(), "e.deleted_at is null", "$2");
const AUDIENCE_POSTGRES: &str = newest_postgres!(of_audience!(), "e.deleted_at is null", "$2");
const OF_USER: &str = concat!(
    "select e.id from entries e join categories c on c.id = e.category_id where e.author_id = $1 and ",
    readable!("$2"),
    " and ",
    unblocked!("$3"),
    " order by e.id desc limit $4"
);
const NEWEST_OF_USER: &str = "select id from entries where author_id = $1 and deleted_at is null \
    order by id desc limit $2";
const ROLES: &str = "select distinct read_role from categories where read_role is not null order by read_role limit 1000";

impl Store {
    /// The newest entries that are for a reader.
    pub(crate) async fn newest(&self, reader: &Reader, limit: usize) -> sqlx::Result<Vec<Uuid>> {
        let (key, user, limit) = (reader.roles_key(), reader.user_id(), count(limit));
        match &self.db {
            Db::Sqlite(sqlite) => {
                let query = sqlx::query_scalar(NEWEST_SQLITE).bind(&*key).bind(user);
                query.bind(limit).fetch_all(sqlite.reader()).await
            }
            Db::Postgres(pool) => {
                let query = sqlx::query_scalar(NEWEST_POSTGRES).bind(&*key).bind(user);
                query.bind(limit).fetch_all(pool).await
            }
        }
    }

    /// The newest entries that are for an audience.
    pub(crate) async fn newest_for(
        &self,
        audience: &Audience,
        limit: usize,
    ) -> sqlx::Result<Vec<Uuid>> {
        let (key, limit) = (audience_key(audience), count(limit));
        match &self.db {
            Db::Sqlite(sqlite) => {
                let query = sqlx::query_scalar(AUDIENCE_SQLITE).bind(key).bind(limit);
                query.fetch_all(sqlite.reader()).await
            }
            Db::Postgres(pool) => {
                let query = sqlx::query_scalar(AUDIENCE_POSTGRES).bind(key).bind(limit);
                query.fetch_all(pool).await
            }
        }
    }

    /// The newest entries of an author that are for a reader.
    pub(crate) async fn of_user(
        &self,
        author_id: &str,
        reader: &Reader,
        limit: usize,
    ) -> sqlx::Result<Vec<Uuid>> {
        let (key, user, limit) = (reader.roles_key(), reader.user_id(), count(limit));
        with_reader!(&self.db, db => {
            let query = sqlx::query_scalar(OF_USER).bind(author_id).bind(&*key).bind(user);
            query.bind(limit).fetch_all(db).await
        })
    }

    /// The newest entries of an author, whoever may see them.
    pub(crate) async fn newest_of(&self, author_id: &str, limit: usize) -> sqlx::Result<Vec<Uuid>> {
        let limit = count(limit);
        with_reader!(&self.db, db => {
            sqlx::query_scalar(NEWEST_OF_USER).bind(author_id).bind(limit).fetch_all(db).await
        })
    }

    /// The roles that open some category.
    pub(crate) async fn roles(&self) -> sqlx::Result<Vec<String>> {
        with_reader!(&self.db, db => sqlx::query_scalar(ROLES).fetch_all(db).await)
    }
}

/// What the statement takes for an audience: a role has a character before it, whatever it is called.
fn audience_key(audience: &Audience) -> String {
    match audience {
        Audience::Everybody => String::new(),
        Audience::Admins => "*".to_owned(),
        Audience::Role(role) => format!("={role}"),
    }
}
