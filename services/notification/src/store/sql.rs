//! Statements for either driver through one trait, so that what takes several of them is written once as a function.

use chrono::{DateTime, Utc};
use folkmoot_common::db::{
    PostgresExecutor, SqliteExecutor,
    sqlx::{
        self, AssertSqlSafe, FromRow,
        postgres::{PgConnection, PgRow},
        sqlite::{SqliteConnection, SqliteRow},
    },
};
use uuid::Uuid;

/// Something bound to a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(Option<&'a str>),
    Id(Option<Uuid>),
    Time(DateTime<Utc>),
    Flag(bool),
    Number(i64),
}

macro_rules! from {
    ($($type:ty => $make:expr),+ $(,)?) => {$(
        impl<'a> From<$type> for Value<'a> {
            fn from(value: $type) -> Self {
                $make(value)
            }
        }
    )+};
}

from! {
    &'a str => |text| Self::Text(Some(text)),
    &'a String => |text: &'a String| Self::Text(Some(text)),
    Option<&'a str> => Self::Text,
    Uuid => |id| Self::Id(Some(id)),
    Option<Uuid> => Self::Id,
    DateTime<Utc> => Self::Time,
    bool => Self::Flag,
    i64 => Self::Number,
}

/// Binds expressions in the order of `$1`, `$2`…
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::sql::Value::from($value)),*] };
}
pub(crate) use values;

/// What a row of either driver becomes.
pub(crate) trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Record for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

/// Runs statements: a connection in a transaction, or a pool.
pub(crate) trait Sql: Send {
    /// Runs a statement; says how many rows it changed.
    fn run(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = sqlx::Result<u64>> + Send;

    /// Every row.
    fn all<T: Record>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = sqlx::Result<Vec<T>>> + Send;

    /// As [`Sql::run`], for a statement that [`listing`] made or that has as many values.
    fn run_made(
        &mut self,
        sql: String,
        values: &[Value<'_>],
    ) -> impl Future<Output = sqlx::Result<u64>> + Send;

    /// As [`Sql::all`], for a statement that was made.
    fn all_made<T: Record>(
        &mut self,
        sql: String,
        values: &[Value<'_>],
    ) -> impl Future<Output = sqlx::Result<Vec<T>>> + Send;

    /// The first row, if there is one.
    fn first<T: Record>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = sqlx::Result<Option<T>>> + Send {
        async move { Ok(self.all(sql, values).await?.into_iter().next()) }
    }
}

macro_rules! bound {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match *value {
                Value::Text(text) => query.bind(text.map(str::to_owned)),
                Value::Id(id) => query.bind(id),
                Value::Time(time) => query.bind(time),
                Value::Flag(flag) => query.bind(flag),
                Value::Number(number) => query.bind(number),
            };
        }
        query
    }};
}

macro_rules! runs {
    ($type:ty, $this:ident => $executor:expr) => {
        impl Sql for $type {
            async fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> sqlx::Result<u64> {
                count();
                let $this = self;
                let done = bound!(sqlx::query(sql), values).execute($executor).await?;
                Ok(done.rows_affected())
            }

            async fn all<T: Record>(
                &mut self,
                sql: &'static str,
                values: &[Value<'_>],
            ) -> sqlx::Result<Vec<T>> {
                count();
                let $this = self;
                bound!(sqlx::query_as(sql), values)
                    .fetch_all($executor)
                    .await
            }

            async fn run_made(&mut self, sql: String, values: &[Value<'_>]) -> sqlx::Result<u64> {
                count();
                let ($this, sql) = (self, AssertSqlSafe(sql));
                let done = bound!(sqlx::query(sql), values).execute($executor).await?;
                Ok(done.rows_affected())
            }

            async fn all_made<T: Record>(
                &mut self,
                sql: String,
                values: &[Value<'_>],
            ) -> sqlx::Result<Vec<T>> {
                count();
                let ($this, sql) = (self, AssertSqlSafe(sql));
                bound!(sqlx::query_as(sql), values)
                    .fetch_all($executor)
                    .await
            }
        }
    };
}

runs!(SqliteConnection, this => &mut *this);
runs!(PgConnection, this => &mut *this);
runs!(SqliteExecutor, this => &*this);
runs!(PostgresExecutor, this => &*this);

/// A statement with a list: `{}` in `template` becomes the placeholders of `count` values from `$first` on.
///
/// The list is as long as the next power of two, so that there are few different statements; [`listed`] fills it up.
pub(crate) fn listing(template: &str, first: usize, count: usize) -> String {
    let places: Vec<_> = (first..first + count.next_power_of_two())
        .map(|place| format!("${place}"))
        .collect();
    template.replace("{}", &places.join(", "))
}

/// Adds the values of a list of [`listing`], the last one as often as there is room.
pub(crate) fn listed<'a>(values: &mut Vec<Value<'a>>, list: impl IntoIterator<Item = Value<'a>>) {
    let before = values.len();
    values.extend(list);
    let (count, last) = (values.len() - before, values.last().copied());
    let missing = count.next_power_of_two() - count;
    values.extend(last.into_iter().cycle().take(missing));
}

#[cfg(not(test))]
const fn count() {}

#[cfg(test)]
tokio::task_local! {
    /// Statements that the task has run.
    pub(crate) static STATEMENTS: std::cell::Cell<usize>;
}

#[cfg(test)]
fn count() {
    // Most tests do not ask.
    let _ = STATEMENTS.try_with(|statements| statements.set(statements.get() + 1));
}
