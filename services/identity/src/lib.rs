//! identity: accounts, sessions, and the tokens that the other services believe.
//!
//! Passwords are kept as argon2id hashes. A session is a family of refresh tokens, of which each replaces the
//! one before ([`refresh_token`]); with the newest its owner gets access tokens, signed with the keys of
//! [`folkmoot_common::auth::keys`].

pub mod admin;
mod cookie;
pub mod events;
mod limits;
mod mail;
mod model;
mod one_time_code;
mod password;
mod people;
mod policy;
mod refresh_token;
mod revoke;
mod routes;
mod settings;
mod store;
pub mod token;
pub mod transfer;

#[cfg(test)]
mod tests;

use std::time::Duration;

use folkmoot_common::{Context, Service, ServiceName, auth::keys::KeyStore};
use tracing::warn;

pub use model::{SessionAnswer, User, Validation};
pub use settings::{EmailVerification, Registration, Settings};
pub use store::MIGRATIONS;

use limits::Limits;
use mail::Transport;
use password::Passwords;
use routes::App;
use store::Store;

/// How often the key folder is read again: `folkmoot keys rotate` may run beside the service.
const RELOAD_KEYS_EVERY: Duration = Duration::from_secs(10);
/// How often ended sessions are deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(10 * 60);
/// How often the other services are told again which tokens count no more.
const TELL_AGAIN_EVERY: Duration = Duration::from_secs(3);

/// Starts the service. The keys are made at the first start.
///
/// # Errors
/// If a setting cannot be used, or a local folder cannot be read or written.
pub async fn start(ctx: &Context, settings: &Settings) -> anyhow::Result<Service> {
    Ok(run(ctx, app(ctx, settings).await?))
}

fn run(ctx: &Context, app: App) -> Service {
    ctx.verifier.set_keys(app.keys.public_keys());
    ctx.every(RELOAD_KEYS_EVERY, app.clone(), reload_keys);
    ctx.every(SWEEP_EVERY, app.clone(), sweep);
    ctx.every(TELL_AGAIN_EVERY, app.clone(), revoke::tell_again);
    mail::start(&app);
    people::start(&app);
    let (router, openapi) = routes::router(app);
    Service {
        name: ServiceName::Identity,
        router,
        openapi: Some(openapi),
    }
}

async fn app(ctx: &Context, settings: &Settings) -> anyhow::Result<App> {
    let (folder, clock) = (ctx.settings.keys_dir(), ctx.clock.clone());
    Ok(App {
        ctx: ctx.clone(),
        settings: settings.clone(),
        store: Store::open(ctx, settings.refresh_lifetime()).await?,
        keys: tokio::task::spawn_blocking(move || KeyStore::open(folder, clock)).await??,
        passwords: Passwords::new(settings.hash_concurrency()).await?,
        limits: Limits::new(ctx.kv.clone(), settings),
        mail: Transport::new(&ctx.settings, settings)?,
        objects: std::sync::Arc::default(),
    })
}

async fn reload_keys(app: App) {
    let keys = app.keys.clone();
    match tokio::task::spawn_blocking(move || keys.reload()).await {
        Ok(Ok(())) => app.ctx.verifier.set_keys(app.keys.public_keys()),
        Ok(Err(error)) => warn!(
            error = format!("{error:#}"),
            "cannot read the signing keys; the known ones stay"
        ),
        Err(error) => warn!(%error, "cannot read the signing keys; the known ones stay"),
    }
}

async fn sweep(app: App) {
    if let Err(error) = app.store.sweep().await {
        warn!(%error, "cannot delete ended sessions");
    }
    if let Err(error) = app.mail.tidy().await {
        warn!(error = format!("{error:#}"), "cannot delete old mail");
    }
}
