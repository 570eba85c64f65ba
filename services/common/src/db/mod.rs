//! SQL storage: SQLite when embedded, PostgreSQL in production, one text of SQL for both.
//!
//! Statements use `$N` binds, no `now()`, `cast(x as t)` and keyset paging. Where the dialects really differ,
//! an explicit `match` on [`Db`] says so. [`with_reader!`](crate::with_reader), [`with_writer!`](crate::with_writer)
//! and [`in_transaction!`](crate::in_transaction) write a body once and compile it for both drivers.

mod apply;
mod errors;
mod macros;
mod migrate;
mod open;

pub use apply::migrate;
pub use errors::{is_outage, is_unstorable_text, unique_violation};
pub use migrate::Migrations;
pub use sqlx::{
    self,
    postgres::PgConnection,
    sqlite::SqliteConnection,
    types::{
        Json, Uuid,
        chrono::{DateTime, Utc},
    },
};

use sqlx::{PgPool, SqlitePool};

/// What statements run on in PostgreSQL outside of a transaction.
pub type PostgresExecutor = PgPool;
/// What statements run on in SQLite outside of a transaction.
pub type SqliteExecutor = SqlitePool;

/// The tables of one service.
#[derive(Debug, Clone)]
pub enum Db {
    /// A SQLite file.
    Sqlite(Sqlite),
    /// A schema of a PostgreSQL database.
    Postgres(PgPool),
}

/// SQLite allows one writer at a time: it has a pool of its own, so that readers never wait for a
/// connection that is queueing for the write lock.
#[derive(Debug, Clone)]
pub struct Sqlite {
    reader: SqlitePool,
    writer: SqlitePool,
}

impl Sqlite {
    /// For statements that only read.
    #[must_use]
    pub fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// For everything else: one connection.
    #[must_use]
    pub fn writer(&self) -> &SqlitePool {
        &self.writer
    }
}

impl Db {
    /// What is of its dialect.
    pub fn choose<T>(&self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn ping(&self) -> sqlx::Result<()> {
        crate::with_reader!(self, db => sqlx::query("select 1").execute(db).await.map(|_| ()))
    }

    /// Waits for running statements and closes every connection. SQLite folds its log into the file here.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(sqlite) => {
                sqlite.reader.close().await;
                sqlite.writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
