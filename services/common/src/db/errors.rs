//! What a database error means to a caller.

use sqlx::error::ErrorKind;

/// If `error` is a violated unique constraint: the driver's words, which name the columns (SQLite) or the
/// constraint (PostgreSQL), in lower case. Name constraints so that they contain the column.
#[must_use]
pub fn unique_violation(error: &sqlx::Error) -> Option<String> {
    let database = error.as_database_error()?;
    if database.kind() != ErrorKind::UniqueViolation {
        return None;
    }
    let named = database.constraint().unwrap_or_default();
    Some(format!("{named} {}", database.message()).to_lowercase())
}

/// Whether the database could not be reached or is too busy: worth another try later.
#[must_use]
pub fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::WorkerCrashed => true,
        // 08 connection exception, 53 insufficient resources, 57 operator intervention (PostgreSQL's
        // classes), 3D000/3F000/42P01: the database, schema or table is not there yet. 5: SQLite is busy.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            ["08", "53", "57"]
                .iter()
                .any(|class| code.len() == 5 && code.starts_with(class))
                || ["3D000", "3F000", "42P01", "5"].contains(&code.as_ref())
        }),
        _ => false,
    }
}

/// Whether the database refused a text for its characters: PostgreSQL stores no NUL (`22021`).
#[must_use]
pub fn is_unstorable_text(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.as_deref() == Some("22021")
}
