//! Opening a service's database and bringing its schema up to date.

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tracing::{info, warn};

use super::{Db, Migrations, Sqlite};
use crate::{Context, ServiceName, config::DatabaseUrl, health::State};

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
const LONGEST_RETRY: Duration = Duration::from_secs(5);
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
        let sqlite = Sqlite::open(path)
            .await
            .with_context(|| format!("cannot open {}", path.display()))?;
        migrations
            .sqlite()
            .run(sqlite.writer())
            .await
            .with_context(|| format!("cannot migrate {}", path.display()))?;
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
        let options: PgConnectOptions = url.parse().context("DATABASE_URL cannot be used")?;
        let options = options
            .application_name(&format!("folkmoot-{service}"))
            .options([
                ("search_path", service.as_str()),
                ("statement_timeout", "10000"),
                ("lock_timeout", "5000"),
            ]);
        let pool = PgPoolOptions::new()
            .max_connections(ctx.settings.database_max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(options);
        let db = Self::Postgres(pool.clone());
        let state = db.watch(ctx, service);
        state.fail("schema not migrated yet");
        let shutdown = ctx.shutdown.clone();
        ctx.tasks.spawn(async move {
            let migrate = migrate_until_done(&pool, service, migrations);
            if shutdown.run_until_cancelled(migrate).await.is_some() {
                state.recover();
            }
        });
        Ok(db)
    }

    /// Registers the readiness check, and closes the pools when the process stops.
    fn watch(&self, ctx: &Context, service: ServiceName) -> State {
        let pinged = self.clone();
        ctx.health.check(format!("{service}-database"), move || {
            let db = pinged.clone();
            async move { db.ping().await.map_err(|error| error.to_string()) }
        });
        let db = self.clone();
        ctx.on_close(async move { db.close().await });
        ctx.health.state(format!("{service}-schema"))
    }
}

impl Sqlite {
    async fn open(path: &Path) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
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

async fn migrate_until_done(pool: &PgPool, service: ServiceName, migrations: Migrations) {
    let mut pause = Duration::from_millis(200);
    while let Err(error) = migrate_postgres(pool, service, migrations).await {
        warn!(
            service = service.as_str(),
            error = format!("{error:#}"),
            "cannot migrate the database yet"
        );
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_RETRY);
    }
    info!(service = service.as_str(), "database is up to date");
}

async fn migrate_postgres(
    pool: &PgPool,
    service: ServiceName,
    migrations: Migrations,
) -> anyhow::Result<()> {
    let create = format!("create schema if not exists \"{service}\"");
    sqlx::query(sqlx::AssertSqlSafe(create))
        .execute(pool)
        .await?;
    Ok(migrations.postgres().run(pool).await?)
}
