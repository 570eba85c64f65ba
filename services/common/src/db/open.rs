//! Opening a service's database and bringing its schema up to date.

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use sqlx::{
    Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use tokio::time::timeout;

use super::{
    Db, Migrations, Sqlite,
    apply::{migrate_pool, open_sqlite},
};
use crate::{
    Context, ServiceName,
    config::DatabaseUrl,
    health::{Part, State},
};

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// Of a serving process, in milliseconds.
const STATEMENT_TIMEOUT: &str = "10000";
/// How long a connection of the pool is waited for, to see whether there is any.
const PING_TIMEOUT: Duration = Duration::from_millis(400);
const SQLITE_READERS: u32 = 4;

impl Db {
    /// Opens the database of `service` and migrates it.
    ///
    /// A PostgreSQL server that cannot be reached does not stop the start: the service reports not-ready,
    /// answers 503, and the migration is tried again until it is done.
    ///
    /// # Errors
    /// If the settings are wrong, or a local file cannot be opened or migrated.
    pub async fn open(
        ctx: &Context,
        service: ServiceName,
        migrations: Migrations,
    ) -> anyhow::Result<Self> {
        match ctx.settings.database()? {
            None => {
                Self::sqlite(
                    ctx,
                    service,
                    &ctx.settings.data_dir.join(format!("{service}.db")),
                    migrations,
                )
                .await
            }
            Some(DatabaseUrl::Sqlite(path)) => Self::sqlite(ctx, service, &path, migrations).await,
            Some(DatabaseUrl::Postgres(url)) => {
                Self::postgres(ctx, service, url.expose(), migrations)
            }
        }
    }

    async fn sqlite(
        ctx: &Context,
        service: ServiceName,
        path: &Path,
        migrations: Migrations,
    ) -> anyhow::Result<Self> {
        let sqlite = open_sqlite(path, service, migrations).await?;
        let db = Self::Sqlite(sqlite);
        db.watch(ctx, service);
        Ok(db)
    }

    fn postgres(
        ctx: &Context,
        service: ServiceName,
        url: &str,
        migrations: Migrations,
    ) -> anyhow::Result<Self> {
        let options = postgres_options(url, service, STATEMENT_TIMEOUT)?;
        let pool = PgPoolOptions::new()
            .max_connections(ctx.settings.database_max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(options);
        let db = Self::Postgres(pool.clone());
        let state = db.watch(ctx, service);
        state.fail("not migrated yet");
        let shutdown = ctx.shutdown.clone();
        ctx.tasks.spawn(async move {
            let migrate = migrate_pool(&pool, service, migrations, &state);
            if shutdown.run_until_cancelled(migrate).await.is_some() {
                state.recover();
            }
        });
        Ok(db)
    }

    /// Registers the readiness check, and closes the pools when the process stops.
    fn watch(&self, ctx: &Context, service: ServiceName) -> State {
        let pinged = self.clone();
        ctx.health.check(Part::Database, service, move || {
            let db = pinged.clone();
            async move { db.sign_of_life().await }
        });
        let db = self.clone();
        ctx.on_close(async move { db.close().await });
        ctx.health.state(Part::Schema, service)
    }
}

impl Db {
    /// Why the database does not answer, if so: in the server's or the system's words where there are any.
    async fn sign_of_life(&self) -> Result<(), String> {
        let Self::Postgres(pool) = self else {
            return self.ping().await.map_err(|error| error.to_string());
        };
        if let Ok(answer) = timeout(PING_TIMEOUT, self.ping()).await {
            return answer.map_err(|error| error.to_string());
        }
        // A pool that is busy, or cannot connect, only says that it waits.
        let connection = PgConnection::connect_with(&pool.connect_options()).await;
        let closed = match connection {
            Ok(connection) => connection.close().await,
            Err(error) => Err(error),
        };
        closed.map_err(|error| error.to_string())
    }
}

impl Sqlite {
    pub(super) async fn open(path: &Path) -> anyhow::Result<Self> {
        // `synchronous=full` syncs the log at every commit: what was acknowledged survives a power cut too.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options.clone())
            .await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(options.read_only(true));
        Ok(Self { reader, writer })
    }
}

/// How to reach the tables of `service`: a schema of its own. `statement_timeout` is in milliseconds, 0 for none.
pub(super) fn postgres_options(
    url: &str,
    service: ServiceName,
    statement_timeout: &str,
) -> anyhow::Result<PgConnectOptions> {
    let options: PgConnectOptions = url.parse().context("DATABASE_URL cannot be used")?;
    Ok(options
        .application_name(&format!("folkmoot-{service}"))
        .options([
            ("search_path", service.as_str()),
            ("statement_timeout", statement_timeout),
            ("lock_timeout", "5000"),
            // Compiling a statement takes longer than any statement of ours may run.
            ("jit", "off"),
        ]))
}
