//! Reading entries by their ids, as a reader may see them.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::{Db, sqlx},
    row, with_reader,
};
use uuid::Uuid;

use super::{
    Store,
    sql::{
        among_postgres, among_sqlite, around, columns, heard, readable, unblocked, unmuted, visible,
    },
};
use crate::{model::EntryRow, policy::Reader};

/// A statement for each kind of reading: the ids in `$1`, the roles key in `$2`, the user in `$3`, the limit in `$4`.
///
/// What an entry is shown with is read for those that are left, and not before.
macro_rules! by_ids {
    ($columns:expr, $among:expr, $condition:expr) => {
        concat!(
            "select ",
            $columns,
            " from (select e.* from entries e join categories c on c.id = e.category_id where ",
            $among,
            " and ",
            $condition,
            " order by e.id desc limit $4) e",
            around!(),
            "order by e.id desc"
        )
    };
}

macro_rules! all {
    () => {
        visible!("$2", "$3")
    };
}
macro_rules! of_user {
    () => {
        concat!(readable!("$2"), " and ", unblocked!("$3"))
    };
}
macro_rules! home {
    () => {
        concat!(visible!("$2", "$3"), " and ", heard!("$3"))
    };
}

/// What a list leaves out besides what is deleted or not for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Whom the reader has muted.
    All,
    /// Nothing: the reader looks for one author.
    OfUser,
    /// Whom the reader has muted or does not follow.
    Home,
}

impl Filter {
    const fn sqlite(self) -> (&'static str, &'static str) {
        match self {
            Self::All => (
                by_ids!(columns!(), among_sqlite!(), all!()),
                by_ids!("e.id", among_sqlite!(), all!()),
            ),
            Self::OfUser => (
                by_ids!(columns!(), among_sqlite!(), of_user!()),
                by_ids!("e.id", among_sqlite!(), of_user!()),
            ),
            Self::Home => (
                by_ids!(columns!(), among_sqlite!(), home!()),
                by_ids!("e.id", among_sqlite!(), home!()),
            ),
        }
    }

    const fn postgres(self) -> (&'static str, &'static str) {
        match self {
            Self::All => (
                by_ids!(columns!(), among_postgres!(), all!()),
                by_ids!("e.id", among_postgres!(), all!()),
            ),
            Self::OfUser => (
                by_ids!(columns!(), among_postgres!(), of_user!()),
                by_ids!("e.id", among_postgres!(), of_user!()),
            ),
            Self::Home => (
                by_ids!(columns!(), among_postgres!(), home!()),
                by_ids!("e.id", among_postgres!(), home!()),
            ),
        }
    }
}

const STATE: &str = "select e.author_id, e.deleted_at, c.read_role, coalesce(m.is_large, $2) as is_large from entries e \
    left join categories c on c.id = e.category_id left join members m on m.user_id = e.author_id where e.id = $1";
const ROW: &str = concat!(
    "select ",
    columns!(),
    " from entries e",
    around!(),
    "where e.id = $1 and e.deleted_at is null"
);

row! {
    /// Where an entry belongs.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct State {
        pub(crate) author_id: String,
        pub(crate) deleted_at: Option<DateTime<Utc>>,
        pub(crate) read_role: Option<String>,
        pub(crate) is_large: bool,
    }
}

impl Store {
    /// Those of `ids` that are for the reader, newest first, at most `limit`.
    pub(crate) async fn entries(
        &self,
        filter: Filter,
        ids: &[Uuid],
        reader: &Reader,
        limit: usize,
    ) -> sqlx::Result<Vec<EntryRow>> {
        let (key, user, limit) = (reader.roles_key(), reader.user_id(), count(limit));
        match &self.db {
            Db::Sqlite(sqlite) => {
                let query = sqlx::query_as(filter.sqlite().0).bind(hexadecimal(ids));
                let query = query.bind(&*key).bind(user).bind(limit);
                query.fetch_all(sqlite.reader()).await
            }
            Db::Postgres(pool) => {
                let query = sqlx::query_as(filter.postgres().0).bind(ids);
                let query = query.bind(&*key).bind(user).bind(limit);
                query.fetch_all(pool).await
            }
        }
    }

    /// As [`Self::entries`], the ids alone.
    pub(crate) async fn visible(
        &self,
        filter: Filter,
        ids: &[Uuid],
        reader: &Reader,
        limit: usize,
    ) -> sqlx::Result<Vec<Uuid>> {
        let (key, user, limit) = (reader.roles_key(), reader.user_id(), count(limit));
        match &self.db {
            Db::Sqlite(sqlite) => {
                let query = sqlx::query_scalar(filter.sqlite().1).bind(hexadecimal(ids));
                let query = query.bind(&*key).bind(user).bind(limit);
                query.fetch_all(sqlite.reader()).await
            }
            Db::Postgres(pool) => {
                let query = sqlx::query_scalar(filter.postgres().1).bind(ids);
                let query = query.bind(&*key).bind(user).bind(limit);
                query.fetch_all(pool).await
            }
        }
    }

    /// Where an entry belongs now, if it was ever told of.
    pub(crate) async fn state(&self, id: Uuid) -> sqlx::Result<Option<State>> {
        with_reader!(&self.db, db => {
            sqlx::query_as(STATE).bind(id).bind(false).fetch_optional(db).await
        })
    }

    /// An entry that is not deleted, whoever may see it.
    pub(crate) async fn entry(&self, id: Uuid) -> sqlx::Result<Option<EntryRow>> {
        with_reader!(&self.db, db => sqlx::query_as(ROW).bind(id).fetch_optional(db).await)
    }
}

pub(super) fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A JSON array, which `unhex` reads: SQLite takes no arrays.
fn hexadecimal(ids: &[Uuid]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| id.simple().to_string()).collect();
    serde_json::to_string(&ids).unwrap_or_else(|_| "[]".to_owned())
}
