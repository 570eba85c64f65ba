//! Notifications: what a member should know, kept until read, and told to their open pages at once.
//!
//! Events of other services become notifications ([`consumer`]); the sockets only carry news of what the
//! tables hold, so a frame that is lost costs a delay and nothing else.
//!
//! What a notification says is made when it is shown ([`render`]), and whether it is shown is asked then too: a thread
//! that its user may not read any more, a deleted comment, somebody who was blocked since are not there. For that the
//! service keeps what other services tell of categories, threads, roles and relations (`store/projections`).

mod acquaintance;
mod consumer;
mod events;
mod export;
mod jobs;
mod kinds;
mod model;
mod policy;
mod push;
mod render;
mod routes;
mod rules;
mod settings;
mod socket;
mod store;
mod sweep;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::FromRef;
use folkmoot_common::{Context, Service, ServiceName, auth::Verifier, db::Db};
use folkmoot_realtime::{Config, Engine};
use tokio::sync::Notify;

pub use kinds::Kind;
pub use model::{
    Actor, NewNotification, Notification, Preference, ReadAll, UnreadCount, UnreadCounts,
};
pub use settings::Settings;
pub use store::MIGRATIONS;

use crate::{push::Push, store::Store};

/// What the routes, sockets and consumers share.
#[derive(Clone)]
struct AppState {
    ctx: Context,
    store: Store,
    engine: Engine,
    push: Push,
    /// Told when there may be a job.
    jobs: Arc<Notify>,
}

impl FromRef<AppState> for Verifier {
    fn from_ref(state: &AppState) -> Self {
        state.ctx.verifier.clone()
    }
}

/// Opens the tables and starts the service.
///
/// # Errors
/// If a setting cannot be used or a local database cannot be opened.
pub async fn start(ctx: &Context, settings: &Settings) -> anyhow::Result<Service> {
    let state = open(ctx, settings).await?;
    consumer::start(&state);
    jobs::start(&state);
    export::start(&state);
    sweep::start(&state);
    let _ = state.engine.attach(ctx, ServiceName::Notification);
    let (router, openapi) = routes::router(state);
    Ok(Service {
        name: ServiceName::Notification,
        router,
        openapi: Some(openapi),
    })
}

async fn open(ctx: &Context, settings: &Settings) -> anyhow::Result<AppState> {
    let db = Db::open(ctx, ServiceName::Notification, MIGRATIONS).await?;
    let store = Store::new(ctx, db, settings);
    let engine = Engine::new(
        engine_config(ctx, settings),
        Arc::new(ctx.pubsub.clone()),
        None,
    );
    let push = Push::new(&engine, &store);
    Ok(AppState {
        ctx: ctx.clone(),
        store,
        engine,
        push,
        jobs: Arc::default(),
    })
}

fn engine_config(ctx: &Context, settings: &Settings) -> Config {
    Config {
        max_sockets: settings.notification_max_sockets,
        // Clients have nothing to say here but pings.
        max_message_bytes: 1024,
        frames_per_second: 2,
        frame_burst: 10,
        max_topics_per_socket: 1,
        ..Config::of(&ctx.settings, ServiceName::Notification)
    }
}
