//! The tables of the services that keep what a community wrote.

use std::time::Duration;

use anyhow::Context as _;
use folkmoot_common::{
    Context,
    config::Settings,
    http::ApiResult,
    transfer::{Imported, Record},
};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{MigrateArgs, migrate};

/// How often a batch is tried again whose database went away, and the pause before.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_secs(1);
/// How long a database is waited for at the start, in seconds.
const WAIT_SECONDS: u32 = 10;

/// All of them, opened.
pub(super) struct Stores {
    ctx: Context,
    pub(super) identity: folkmoot_identity::transfer::Transfer,
    pub(super) discussion: folkmoot_discussion::transfer::Transfer,
    pub(super) chat: folkmoot_chat::transfer::Transfer,
}

impl Stores {
    /// Brings the schemas up to date and opens them.
    ///
    /// # Errors
    /// If a setting cannot be used, or a database cannot be reached.
    pub(super) async fn open(settings: &Settings) -> anyhow::Result<Self> {
        migrate(&MigrateArgs {
            services: Vec::new(),
            wait_seconds: WAIT_SECONDS,
            common: settings.clone(),
        })
        .await?;
        let mut settings = settings.clone();
        // Only the database is used, and the bus is never started: events wait in the outbox for a serving process.
        (settings.redis_url, settings.nats_url) = (None, None);
        let ctx = Context::new(settings, CancellationToken::new()).await?;
        Ok(Self {
            identity: folkmoot_identity::transfer::Transfer::open(&ctx).await?,
            discussion: folkmoot_discussion::transfer::Transfer::open(&ctx).await?,
            chat: folkmoot_chat::transfer::Transfer::open(&ctx).await?,
            ctx,
        })
    }

    /// Stores records of any kind, in their order. A database that goes away meanwhile is waited for.
    ///
    /// # Errors
    /// If it does not come back, or refuses what should be right.
    pub(super) async fn import(&self, records: &[Record]) -> anyhow::Result<Imported> {
        let mut attempt = 1;
        loop {
            let error = match self.try_import(records).await {
                Ok(imported) => return Ok(imported),
                Err(error) => error,
            };
            if error.status != 503 || attempt == ATTEMPTS {
                return Err(error).context("cannot store the records");
            }
            warn!(%error, "the batch is tried again");
            attempt += 1;
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn try_import(&self, records: &[Record]) -> ApiResult<Imported> {
        let mut imported = self.identity.import(records).await?;
        imported += self.discussion.import(records).await?;
        imported += self.chat.import(records).await?;
        Ok(imported)
    }

    /// Closes the tables.
    pub(super) async fn close(self) {
        self.ctx.shutdown.cancel();
        self.ctx.close().await;
    }
}
