//! A body of SQL calls, written once and compiled for both drivers.

/// Runs an expression with an executor for statements that only read.
#[macro_export]
macro_rules! with_reader {
    ($db:expr, $executor:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite(sqlite) => {
                let $executor = sqlite.reader();
                $body
            }
            $crate::db::Db::Postgres($executor) => $body,
        }
    };
}

/// Runs an expression with an executor for one statement that writes.
#[macro_export]
macro_rules! with_writer {
    ($db:expr, $executor:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite(sqlite) => {
                let $executor = sqlite.writer();
                $body
            }
            $crate::db::Db::Postgres($executor) => $body,
        }
    };
}

/// Runs a block in a transaction: `tx` is bound to it, `&mut *tx` is an executor, the block's value is the
/// macro's. `?` inside the block leaves the enclosing function, and the transaction rolls back.
///
/// In SQLite the write lock is taken at the start (`begin immediate`), because upgrading a reader later
/// fails at once when another writer came first.
#[macro_export]
macro_rules! in_transaction {
    ($db:expr, $tx:ident => $body:block) => {
        match $db {
            $crate::db::Db::Sqlite(sqlite) => {
                let mut $tx = sqlite.writer().begin_with("begin immediate").await?;
                let value = $body;
                $tx.commit().await?;
                value
            }
            $crate::db::Db::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                let value = $body;
                $tx.commit().await?;
                value
            }
        }
    };
}

/// Declares a struct that both drivers can read from a row, column by field name.
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$field_meta])* $field_vis $field: $type),* }

        impl<'r, R> $crate::db::sqlx::FromRow<'r, R> for $name
        where
            R: $crate::db::sqlx::Row,
            &'static str: $crate::db::sqlx::ColumnIndex<R>,
            $($type: $crate::db::sqlx::Decode<'r, R::Database> + $crate::db::sqlx::Type<R::Database>,)*
        {
            fn from_row(row: &'r R) -> $crate::db::sqlx::Result<Self> {
                Ok(Self { $($field: row.try_get(stringify!($field))?),* })
            }
        }
    };
}
