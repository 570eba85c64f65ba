//! What `folkmoot admin` does: roles from the shell of the machine, beside a platform that runs.
//!
//! It writes what the service would write. The service tells the others of it: the event from the outbox, and within seconds,
//! from the account's row, that tokens with the old roles count no more.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, bail};
use chrono::TimeDelta;
use folkmoot_common::{Context, ServiceName, config::Settings, db};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    MIGRATIONS,
    policy::{ADMIN, AccountKey, MODERATOR},
    store::{Standing, Store},
};

/// How long a database is waited for that is not there yet.
const WAIT: Duration = Duration::from_secs(10);
/// Accounts read at once.
const PAGE: u32 = 200;

/// Gives an account a role (`has`) or takes it away, and returns all of its roles.
///
/// # Errors
/// If there is no such account or role, nobody else is admin, or the database cannot be used.
pub async fn set_role(
    settings: &Settings,
    username: &str,
    role: &str,
    has: bool,
) -> anyhow::Result<Vec<String>> {
    let standing = if has {
        Standing::Granted
    } else {
        Standing::Revoked
    };
    with_store(settings, async |store| {
        let key = AccountKey::new(username);
        let user = if key.is_possible() {
            store.find(&key).await?
        } else {
            None
        };
        let Some(user) = user else {
            bail!("there is no account {username:?}");
        };
        let changed = store.set_role(user.id, role, standing, None).await;
        let (user, _) = changed.map_err(|error| anyhow::anyhow!("{}", error.detail))?;
        Ok(user.role_names())
    })
    .await
}

/// The names of admins and moderators with all of their roles.
///
/// # Errors
/// If the database cannot be used.
pub async fn staff(settings: &Settings) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    with_store(settings, async |store| {
        let mut staff = BTreeMap::new();
        for role in [ADMIN, MODERATOR] {
            let mut after = Uuid::nil();
            loop {
                let page = store.with_role(role, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.id;
                staff.extend(page.into_iter().map(|user| {
                    let roles = user.role_names();
                    (user.username, roles)
                }));
            }
        }
        Ok(staff)
    })
    .await
}

async fn with_store<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&Store) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    db::migrate(
        settings,
        ServiceName::Identity,
        MIGRATIONS,
        Instant::now() + WAIT,
    )
    .await?;
    // Only the database is touched: what is told is in it.
    let mut settings = settings.clone();
    (settings.redis_url, settings.nats_url, settings.jwks_url) = (None, None, None);
    let shutdown = CancellationToken::new();
    let ctx = Context::new(settings, shutdown.clone()).await?;
    let store = Store::open(&ctx, TimeDelta::zero())
        .await
        .context("cannot open the accounts")?;
    let done = work(&store).await;
    shutdown.cancel();
    ctx.close().await;
    done
}
