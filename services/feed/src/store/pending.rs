//! Changes of timelines that the key-value store did not take.

use chrono::{DateTime, Utc};
use folkmoot_common::{db::sqlx, row, with_reader, with_writer};

use super::Store;

const DEFER: &str = "insert into pending_updates (kind, target, created_at) values ($1, $2, $3) \
    on conflict (kind, target) do update set created_at = excluded.created_at";
const PENDING: &str = "select kind, target, created_at from pending_updates order by created_at, kind, target limit $1";
// Unless it was deferred once more meanwhile.
const DONE: &str =
    "delete from pending_updates where kind = $1 and target = $2 and created_at = $3";

/// What is to be done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The timelines that an entry belongs into.
    Entry,
    /// The newest of an author, for all followers.
    Author,
    /// A timeline is to be thrown away.
    Timeline,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Author => "author",
            Self::Timeline => "timeline",
        }
    }
}

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    struct Row {
        kind: String,
        target: String,
        created_at: DateTime<Utc>,
    }
}

/// One such change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) kind: Kind,
    pub(crate) target: String,
    created_at: DateTime<Utc>,
}

impl From<Row> for Pending {
    fn from(row: Row) -> Self {
        let kind = match row.kind.as_str() {
            "entry" => Kind::Entry,
            "author" => Kind::Author,
            _ => Kind::Timeline,
        };
        Self {
            kind,
            target: row.target,
            created_at: row.created_at,
        }
    }
}

impl Store {
    /// Remembers a change that could not be made.
    pub(crate) async fn defer(&self, kind: Kind, target: &str) -> sqlx::Result<()> {
        let now = self.now();
        with_writer!(&self.db, db => {
            sqlx::query(DEFER).bind(kind.as_str()).bind(target).bind(now).execute(db).await.map(|_| ())
        })
    }

    /// The oldest of them.
    pub(crate) async fn pending(&self, limit: i64) -> sqlx::Result<Vec<Pending>> {
        let rows: Vec<Row> = with_reader!(&self.db, db => {
            sqlx::query_as(PENDING).bind(limit).fetch_all(db).await
        })?;
        Ok(rows.into_iter().map(Pending::from).collect())
    }

    /// One has been made.
    pub(crate) async fn made(&self, pending: &Pending) -> sqlx::Result<()> {
        with_writer!(&self.db, db => {
            let done = sqlx::query(DONE).bind(pending.kind.as_str()).bind(&pending.target);
            done.bind(pending.created_at).execute(db).await.map(|_| ())
        })
    }
}
