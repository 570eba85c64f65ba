//! A statement that is put together from the parts that a request needs, for both drivers: an optional filter that is
//! left out costs nothing, and one that is there finds its index.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A value of a statement.
#[derive(Debug, Clone)]
pub(crate) enum Bind {
    Text(String),
    Id(Uuid),
    Time(DateTime<Utc>),
    Flag(bool),
}

/// SQL and its values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Statement {
    sql: String,
    binds: Vec<Bind>,
    planned_anew: bool,
}

impl Statement {
    /// Begins with the values of `$1`, `$2`, … in `sql`.
    pub(crate) fn new(sql: &'static str, binds: Vec<Bind>) -> Self {
        Self {
            sql: sql.to_owned(),
            binds,
            planned_anew: false,
        }
    }

    /// It is planned each time: which plan is good depends on the values.
    pub(crate) fn planned_anew(mut self) -> Self {
        self.planned_anew = true;
        self
    }

    /// Goes on.
    pub(crate) fn push(&mut self, sql: &'static str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Goes on with a value.
    pub(crate) fn bind(&mut self, bind: Bind) -> &mut Self {
        self.binds.push(bind);
        self.sql.push_str(&format!("${}", self.binds.len()));
        self
    }

    /// Goes on with a list of ids. Lists of about the same length are the same statement.
    pub(crate) fn bind_ids(&mut self, ids: impl Iterator<Item = Uuid>) -> &mut Self {
        let mut ids: Vec<Uuid> = ids.collect();
        let filler = ids.last().copied().unwrap_or(Uuid::nil());
        let length = [1, 10, 51, 201]
            .into_iter()
            .find(|length| *length >= ids.len());
        ids.resize(length.unwrap_or(ids.len()), filler);
        self.push("(");
        for (index, id) in ids.into_iter().enumerate() {
            self.push(if index == 0 { "" } else { ", " })
                .bind(Bind::Id(id));
        }
        self.push(")")
    }

    /// Ends with a limit of so many rows, or some more. A number that is bound is not known when PostgreSQL decides whether
    /// the plan of the last time will do, so it would plan a page for longer than it reads it; all numbers as literals
    /// would be too many statements.
    pub(crate) fn limit_at_least(&mut self, limit: u32) -> &mut Self {
        self.push(match limit {
            0..=21 => " limit 21",
            22..=51 => " limit 51",
            52..=101 => " limit 101",
            _ => " limit 201",
        })
    }

    /// The SQL, its values, and whether it is kept prepared.
    pub(crate) fn into_parts(self) -> (String, Vec<Bind>, bool) {
        (self.sql, self.binds, !self.planned_anew)
    }
}

/// Reads all rows of a [`Statement`](crate::store::statement::Statement) as a type.
#[macro_export]
macro_rules! fetch_statement {
    ($db:expr, $statement:expr, $row:ty) => {{
        let (sql, binds, persistent) = $statement.into_parts();
        folkmoot_common::with_reader!($db, db => {
            // Made of literals; every value is bound.
            let mut query = sqlx::query_as::<_, $row>(sqlx::AssertSqlSafe(sql));
            for bind in binds {
                query = match bind {
                    $crate::store::statement::Bind::Text(value) => query.bind(value),
                    $crate::store::statement::Bind::Id(value) => query.bind(value),
                    $crate::store::statement::Bind::Time(value) => query.bind(value),
                    $crate::store::statement::Bind::Flag(value) => query.bind(value),
                };
            }
            query.persistent(persistent).fetch_all(db).await
        })
    }};
}
