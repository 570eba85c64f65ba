//! Finding. Where the dialects differ is only how an index is asked: `tsvector` in PostgreSQL, FTS5 in SQLite.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::{Db, sqlx},
    row,
};
use uuid::Uuid;

use super::terms::Terms;
use crate::{policy::Reader, store::Store, visible};

row! {
    /// What was found: a thread, or a comment of one.
    #[derive(Debug, Clone)]
    pub(super) struct Found {
        pub(super) id: Uuid,
        pub(super) thread_id: Uuid,
        pub(super) title: String,
        pub(super) body_html: String,
        pub(super) category_id: Uuid,
        pub(super) category_slug: String,
        pub(super) category_name: String,
        pub(super) author_id: String,
        pub(super) username: Option<String>,
        pub(super) avatar_url: Option<String>,
        pub(super) author_deleted_at: Option<DateTime<Utc>>,
        pub(super) created_at: DateTime<Utc>,
    }
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Threads,
    Comments,
}

/// What narrows a search. An empty text narrows nothing.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub(super) category: String,
    pub(super) author: String,
    pub(super) tag: String,
    /// Only what is older.
    pub(super) before: Option<Uuid>,
}

/// The reader's right is part of the statement: what they may not read is neither found nor counted nor skipped.
macro_rules! search {
    ($columns:literal, $from:literal, $item:literal, $matches:literal) => {
        concat!(
            "select ",
            $columns,
            ", t.title, t.category_id, g.slug as category_slug, g.name as category_name, m.username, m.avatar_url, \
             m.deleted_at as author_deleted_at from ",
            $from,
            " join categories g on g.id = t.category_id left join members m on m.user_id = ",
            $item,
            ".author_id where ",
            $matches,
            " and t.deleted_at is null and ",
            $item,
            ".deleted_at is null and ",
            visible!("$2"),
            " and ($3 = '' or g.slug = $3) and ($4 = '' or ",
            $item,
            ".author_id = $4) and ($5 = '' or exists (select 1 from thread_tags x where x.thread_id = t.id and x.tag = $5)) and ",
            $item,
            ".id < $6 order by ",
            $item,
            ".id desc limit $7"
        )
    };
}

macro_rules! thread_search {
    ($from:literal, $matches:literal) => {
        search!(
            "t.id, t.id as thread_id, t.body_html, t.author_id, t.created_at",
            $from,
            "t",
            $matches
        )
    };
}

macro_rules! comment_search {
    ($from:literal, $matches:literal) => {
        search!(
            "c.id, c.thread_id, c.body_html, c.author_id, c.created_at",
            $from,
            "c",
            $matches
        )
    };
}

const THREADS_POSTGRES: &str = thread_search!(
    "threads t",
    "t.search @@ websearch_to_tsquery('simple', $1)"
);
const COMMENTS_POSTGRES: &str = comment_search!(
    "comments c join threads t on t.id = c.thread_id",
    "c.search @@ websearch_to_tsquery('simple', $1)"
);
const THREADS_SQLITE: &str = thread_search!(
    "threads_search s join threads t on t.number = s.rowid",
    "threads_search match $1"
);
const COMMENTS_SQLITE: &str = comment_search!(
    "comments_search s join comments c on c.number = s.rowid join threads t on t.id = c.thread_id",
    "comments_search match $1"
);

macro_rules! find {
    ($executor:expr, $statement:expr, $terms:expr, $reader:expr, $filter:expr, $limit:expr) => {
        sqlx::query_as($statement)
            .bind($terms)
            .bind(&*$reader.roles_key())
            .bind(&$filter.category)
            .bind(&$filter.author)
            .bind(&$filter.tag)
            .bind($filter.before.unwrap_or(Uuid::max()))
            .bind(i64::from($limit))
            // Planned each time: whether an index of words is worth it depends on the words.
            .persistent(false)
            .fetch_all($executor)
            .await
    };
}

impl Store {
    /// What holds the terms and may be read, newest first.
    pub(super) async fn search(
        &self,
        reader: &Reader,
        place: Place,
        terms: &Terms,
        filter: &Filter,
        limit: u32,
    ) -> sqlx::Result<Vec<Found>> {
        match &self.db {
            Db::Sqlite(sqlite) => {
                let statement = match place {
                    Place::Threads => THREADS_SQLITE,
                    Place::Comments => COMMENTS_SQLITE,
                };
                find!(
                    sqlite.reader(),
                    statement,
                    terms.fts5(),
                    reader,
                    filter,
                    limit
                )
            }
            Db::Postgres(pool) => {
                let statement = match place {
                    Place::Threads => THREADS_POSTGRES,
                    Place::Comments => COMMENTS_POSTGRES,
                };
                find!(pool, statement, terms.websearch(), reader, filter, limit)
            }
        }
    }
}
