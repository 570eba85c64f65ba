//! Finding, in two steps: the ids of a page, by a small statement that is planned for its words, since whether their index is
//! worth it depends on how frequent they are; then what is shown of them, by a statement that is prepared.
//!
//! Where the dialects differ is only how an index is asked: `tsvector` in PostgreSQL, FTS5 in SQLite.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::{Db, sqlx},
    row,
};
use uuid::Uuid;

use super::terms::Terms;
use crate::{
    fetch_statement,
    policy::Reader,
    store::{
        Store,
        statement::{Bind, Statement},
    },
    visible,
};

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

/// What narrows a search.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub(super) category: Option<String>,
    pub(super) author: Option<String>,
    pub(super) tag: Option<String>,
    /// Only what is older.
    pub(super) before: Option<Uuid>,
}

/// The categories that the reader may read. Their right is part of both statements: what they may not read is neither found nor
/// counted nor skipped, nor shown when it has been moved in between.
macro_rules! readable {
    () => {
        concat!("select g.id from categories g where ", visible!("$2"))
    };
}

macro_rules! shown {
    ($item:literal, $thread_id:literal, $from:literal) => {
        concat!(
            "select ",
            $item,
            ".id, ",
            $thread_id,
            " as thread_id, ",
            $item,
            ".body_html, ",
            $item,
            ".author_id, ",
            $item,
            ".created_at, t.title, t.category_id, g.slug as category_slug, g.name as category_name, m.username, m.avatar_url, \
             m.deleted_at as author_deleted_at from ",
            $from,
            " join categories g on g.id = t.category_id left join members m on m.user_id = ",
            $item,
            ".author_id where t.deleted_at is null and ",
            $item,
            ".deleted_at is null and ",
            visible!("$1"),
            " and ",
            $item,
            ".id in "
        )
    };
}

// PostgreSQL reads the categories once, before it begins: a join would only be more to plan.
const THREADS_POSTGRES: &str = concat!(
    "select t.id from threads_search t where t.search @@ websearch_to_tsquery('simple', $1) and t.category_id = any(array(",
    readable!(),
    "))"
);
const COMMENTS_POSTGRES: &str = concat!(
    "select c.id from comments c join threads t on t.id = c.thread_id where c.search @@ websearch_to_tsquery('simple', $1) \
     and c.deleted_at is null and t.deleted_at is null and t.category_id = any(array(",
    readable!(),
    "))"
);
const THREADS_SQLITE: &str = concat!(
    "select t.id from threads_search s join threads t on t.number = s.rowid where threads_search match $1 \
     and t.deleted_at is null and t.category_id in (",
    readable!(),
    ")"
);
const COMMENTS_SQLITE: &str = concat!(
    "select c.id from comments_search s join comments c on c.number = s.rowid join threads t on t.id = c.thread_id \
     where comments_search match $1 and c.deleted_at is null and t.deleted_at is null and t.category_id in (",
    readable!(),
    ")"
);
const SHOWN_THREADS: &str = shown!("t", "t.id", "threads t");
const SHOWN_COMMENTS: &str = shown!(
    "c",
    "c.thread_id",
    "comments c join threads t on t.id = c.thread_id"
);

impl Place {
    /// The statements that find and show.
    fn statements(self, db: &Db) -> (&'static str, &'static str) {
        match (self, db) {
            (Self::Threads, Db::Postgres(_)) => (THREADS_POSTGRES, SHOWN_THREADS),
            (Self::Threads, Db::Sqlite(_)) => (THREADS_SQLITE, SHOWN_THREADS),
            (Self::Comments, Db::Postgres(_)) => (COMMENTS_POSTGRES, SHOWN_COMMENTS),
            (Self::Comments, Db::Sqlite(_)) => (COMMENTS_SQLITE, SHOWN_COMMENTS),
        }
    }
}

/// What `filter` adds to the statement that finds.
fn narrow(statement: &mut Statement, place: Place, filter: &Filter) {
    let (author, before, order) = match place {
        Place::Threads => (" and t.author_id = ", " and t.id < ", " order by t.id desc"),
        Place::Comments => (" and c.author_id = ", " and c.id < ", " order by c.id desc"),
    };
    if let Some(slug) = &filter.category {
        statement
            .push(" and t.category_id in (select k.id from categories k where k.slug = ")
            .bind(Bind::Text(slug.clone()))
            .push(")");
    }
    if let Some(user_id) = &filter.author {
        statement.push(author).bind(Bind::Text(user_id.clone()));
    }
    if let Some(tag) = &filter.tag {
        statement
            .push(" and exists (select 1 from thread_tags x where x.thread_id = t.id and x.tag = ")
            .bind(Bind::Text(tag.clone()))
            .push(")");
    }
    if let Some(id) = filter.before {
        statement.push(before).bind(Bind::Id(id));
    }
    statement.push(order);
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
        let terms = match &self.db {
            Db::Sqlite(_) => terms.fts5(),
            Db::Postgres(_) => terms.websearch(),
        };
        let (find, show) = place.statements(&self.db);
        let key = reader.roles_key().into_owned();
        let binds = vec![Bind::Text(terms), Bind::Text(key.clone())];
        let mut statement = Statement::new(find, binds).planned_anew();
        narrow(&mut statement, place, filter);
        statement.limit_at_least(limit);
        let mut ids: Vec<(Uuid,)> = fetch_statement!(&self.db, statement, (Uuid,))?;
        ids.truncate(limit as usize);
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::new(show, vec![Bind::Text(key)]);
        statement.bind_ids(ids.into_iter().map(|(id,)| id));
        let mut found: Vec<Found> = fetch_statement!(&self.db, statement, Found)?;
        found.sort_by_key(|found| std::cmp::Reverse(found.id));
        Ok(found)
    }
}
