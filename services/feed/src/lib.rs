//! feed: the read side of what members write. Activity streams and home feeds, made from events.
//!
//! Events of discussion and identity become tables ([`store`]), from which everything can be answered. Timelines in the
//! key-value store ([`views`]) only make that quick: they are made from the tables when somebody asks, kept up to date by
//! the consumer, and may be flushed at any time. Every statement that shows entries checks who reads, so a timeline may
//! hold too much, and never too little.

mod consumer;
mod live;
mod model;
mod policy;
mod routes;
mod settings;
mod socket;
mod store;
mod sweep;
mod views;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::FromRef;
use folkmoot_common::{Context, Service, ServiceName, auth::Verifier};
use folkmoot_realtime::{Config, Engine};

pub use model::{Author, Entry, Stats};
pub use settings::Settings;
pub use store::MIGRATIONS;

use crate::{
    live::Live,
    store::Store,
    views::{Views, repair},
};

/// What the routes, sockets and consumers share.
#[derive(Clone)]
struct AppState {
    ctx: Context,
    store: Store,
    views: Views,
    live: Live,
    engine: Engine,
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
    repair::start(&state.views);
    sweep::start(&state);
    let _ = state.engine.attach(ctx, ServiceName::Feed);
    let (router, openapi) = routes::router(state);
    Ok(Service {
        name: ServiceName::Feed,
        router,
        openapi: Some(openapi),
    })
}

async fn open(ctx: &Context, settings: &Settings) -> anyhow::Result<AppState> {
    let store = Store::open(ctx, settings).await?;
    Ok(AppState {
        ctx: ctx.clone(),
        views: Views::new(ctx, &store, settings),
        live: Live::start(ctx, &store),
        engine: Engine::new(
            engine_config(ctx, settings),
            Arc::new(ctx.pubsub.clone()),
            None,
        ),
        store,
    })
}

fn engine_config(ctx: &Context, settings: &Settings) -> Config {
    Config {
        max_sockets: settings.feed_max_sockets,
        // Clients have nothing to say here but pings.
        max_message_bytes: 1024,
        frames_per_second: 2,
        frame_burst: 10,
        max_topics_per_socket: 1,
        ..Config::of(&ctx.settings, ServiceName::Feed)
    }
}
