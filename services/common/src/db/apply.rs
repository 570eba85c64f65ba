//! Bringing a schema up to date, at the start of a service or by `folkmoot migrate`.
//!
//! Several processes may do so at once: one applies, the others wait for it. A schema that is newer than
//! this version is left alone: migrations only ever add, so that the version before goes on working.

use std::{
    fs::{self, File},
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, anyhow};
use sqlx::{
    Connection, PgConnection, PgPool,
    migrate::{Migrate, MigrateError, Migrator},
    postgres::PgConnectOptions,
};
use tokio::time::{Instant, sleep, timeout};
use tracing::{info, warn};

use super::{Migrations, Sqlite, is_outage, open::postgres_options};
use crate::{
    ServiceName,
    config::{DatabaseUrl, Settings},
    health::State,
};

const TABLE: &str = "_sqlx_migrations";
const FIRST_RETRY: Duration = Duration::from_millis(200);
const LONGEST_RETRY: Duration = Duration::from_secs(5);
/// Longest wait for one connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Applies what is missing to the database of `service` that `settings` name. A database that is not there yet,
/// or that another process is migrating, is waited for until `until`; a migration itself takes its time.
///
/// # Errors
/// If the settings are wrong, the database does not come, or a migration fails.
pub async fn migrate(
    settings: &Settings,
    service: ServiceName,
    migrations: Migrations,
    until: Instant,
) -> anyhow::Result<()> {
    let failed = || format!("cannot migrate {service}");
    match settings.database()? {
        Some(DatabaseUrl::Postgres(url)) => {
            // No limit on a statement: a new index of a large table takes as long as it takes.
            let options = postgres_options(url.expose(), service, "0")?;
            postgres_until(&options, service, migrations, until)
                .await
                .with_context(failed)
        }
        file => {
            let path = match file {
                Some(DatabaseUrl::Sqlite(path)) => path,
                _ => settings.data_dir.join(format!("{service}.db")),
            };
            let sqlite = open_sqlite(&path, service, migrations)
                .await
                .with_context(failed)?;
            sqlite.reader.close().await;
            sqlite.writer.close().await;
            Ok(())
        }
    }
}

/// Opens a file and brings it up to date. Processes do so one after the other: at once, SQLite fails the second.
pub(super) async fn open_sqlite(
    path: &Path,
    service: ServiceName,
    migrations: Migrations,
) -> anyhow::Result<Sqlite> {
    let opening = || format!("cannot open {}", path.display());
    let _alone = lock_beside(path).await.with_context(opening)?;
    let sqlite = Sqlite::open(path).await.with_context(opening)?;
    let mut connection = sqlite.writer.acquire().await?;
    run(&migrations.sqlite(), &mut *connection, service)
        .await
        .map_err(|error| anyhow!("cannot migrate {}: {error}", path.display()))?;
    drop(connection);
    Ok(sqlite)
}

/// Locks a file beside `path`, in a folder that is made if there is none, until the answer is dropped.
async fn lock_beside(path: &Path) -> anyhow::Result<File> {
    let name = path.file_name().context("no file name")?.to_string_lossy();
    let lock = path.with_file_name(format!(".{name}.lock"));
    let locked = tokio::task::spawn_blocking(move || {
        lock.parent().map_or(Ok(()), fs::create_dir_all)?;
        let file = File::create(lock)?;
        file.lock().map(|()| file)
    });
    Ok(locked.await??)
}

/// Until it is done, in the background of a service that starts.
pub(super) async fn migrate_pool(
    pool: &PgPool,
    service: ServiceName,
    migrations: Migrations,
    state: &State,
) {
    let mut pause = FIRST_RETRY;
    while let Err(error) = with_pool(pool, service, migrations).await {
        warn!(service = service.as_str(), %error, "cannot migrate the database yet");
        state.fail(reason(&error));
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_RETRY);
    }
    info!(service = service.as_str(), "database is up to date");
}

async fn with_pool(
    pool: &PgPool,
    service: ServiceName,
    migrations: Migrations,
) -> Result<(), MigrateError> {
    let mut connection = pool.acquire().await?;
    let migrated = migrate_postgres(&mut connection, service, migrations).await;
    if migrated.is_err() {
        // It may hold the lock that keeps migrations apart.
        let _ = connection.close().await;
    }
    migrated
}

async fn postgres_until(
    options: &PgConnectOptions,
    service: ServiceName,
    migrations: Migrations,
    until: Instant,
) -> anyhow::Result<()> {
    let mut pause = FIRST_RETRY;
    loop {
        let error = match once(options, service, migrations).await {
            Ok(()) => break,
            Err(error) => error,
        };
        if !is_passing(&error) || Instant::now() + pause > until {
            return Err(anyhow!("{}", reason(&error)));
        }
        info!(service = service.as_str(), %error, "waiting for the database");
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_RETRY);
    }
    info!(service = service.as_str(), "database is up to date");
    Ok(())
}

async fn once(
    options: &PgConnectOptions,
    service: ServiceName,
    migrations: Migrations,
) -> Result<(), MigrateError> {
    let connecting = timeout(CONNECT_TIMEOUT, PgConnection::connect_with(options));
    let mut connection = connecting.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    let migrated = migrate_postgres(&mut connection, service, migrations).await;
    let _ = connection.close().await;
    migrated
}

async fn migrate_postgres(
    connection: &mut PgConnection,
    service: ServiceName,
    migrations: Migrations,
) -> Result<(), MigrateError> {
    // Asked first: who may not make schemas may still use one that is there.
    let exists: Option<i32> = sqlx::query_scalar("select 1 from pg_namespace where nspname = $1")
        .bind(service.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    if exists.is_none() {
        let create = format!("create schema if not exists \"{service}\"");
        let create = sqlx::query(sqlx::AssertSqlSafe(create));
        create.execute(&mut *connection).await?;
    }
    run(&migrations.postgres(), connection, service).await
}

async fn run<C: Migrate>(
    migrator: &Migrator,
    connection: &mut C,
    service: ServiceName,
) -> Result<(), MigrateError> {
    migrator.run_direct(None, connection, false).await?;
    let applied = connection.list_applied_migrations(TABLE).await?;
    let newest = applied.iter().map(|migration| migration.version).max();
    if let Some(newest) = newest.filter(|newest| !migrator.version_exists(*newest)) {
        warn!(
            service = service.as_str(),
            newest, "the schema is newer than this version, which leaves it as it is"
        );
    }
    Ok(())
}

/// Whether another attempt may succeed by itself.
fn is_passing(error: &MigrateError) -> bool {
    // Somebody else makes the same schema or table (23505, 42P06, 42P07), or holds a lock (40P01, 55P03).
    const RACES: [&str; 5] = ["23505", "42P06", "42P07", "40P01", "55P03"];
    match error {
        MigrateError::Execute(error) => is_outage(error) || has_code(error, &RACES),
        // What a migration does to the data fails again; only the way to the server and its locks may not.
        MigrateError::ExecuteMigration(error, _) => {
            matches!(error, sqlx::Error::Io(_)) || has_code(error, &RACES[3..])
        }
        _ => false,
    }
}

fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| codes.contains(&code.as_ref()))
}

/// In one line, for who reads nothing else.
fn reason(error: &MigrateError) -> String {
    let reason = match error {
        MigrateError::Execute(sqlx::Error::Io(error)) => {
            format!("the database cannot be reached: {error}")
        }
        MigrateError::Execute(sqlx::Error::PoolTimedOut) => {
            "the database does not answer".to_owned()
        }
        MigrateError::Execute(error) => error.to_string(),
        error => error.to_string(),
    };
    reason.split_whitespace().collect::<Vec<_>>().join(" ")
}
