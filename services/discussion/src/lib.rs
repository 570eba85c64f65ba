//! discussion: threads, nested comments, likes, search, reports and moderation.
//!
//! A folder for each part, with its routes, its statements and its rules side by side. What they share is here: who may
//! do what ([`policy`]), what is read before anything is done ([`access`]), the types of the API ([`model`]), what is
//! told to other services ([`events`]) and to open pages ([`live`]).

mod access;
mod attachments;
mod audit;
mod categories;
mod comments;
mod counters;
mod events;
mod export;
mod likes;
pub mod live;
mod members;
pub mod model;
pub mod policy;
mod posts;
mod reads;
pub mod render;
mod reports;
mod routes;
mod search;
mod settings;
mod sockets;
mod store;
mod sweep;
mod syndication;
mod tags;
mod threads;
pub mod transfer;
mod validate;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::FromRef;
use folkmoot_common::{Context, Service, ServiceName, auth::Verifier, bus::Outbox};
use folkmoot_realtime::{Config, Engine};

pub use settings::Settings;
pub use store::{
    DEFAULT_CATEGORY, MIGRATIONS,
    tree::{MAX_LEVELS, STEP_CHARS, place, step, subtree_end},
};

use crate::store::Store;

/// What the routes, sockets and consumers share.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) ctx: Context,
    pub(crate) store: Store,
    pub(crate) outbox: Outbox,
    pub(crate) engine: Engine,
    pub(crate) settings: Arc<Settings>,
    pub(crate) renderer: render::Renderer,
    pub(crate) counters: counters::Folder,
    pub(crate) attachments: attachments::Attachments,
    pub(crate) sockets: sockets::Sockets,
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
    members::start(&state);
    counters::start(&state);
    export::start(&state);
    sweep::start(&state);
    attachments::start(&state);
    reports::start(&state);
    sockets::start(&state);
    let _ = state.engine.attach(ctx, ServiceName::Discussion);
    let (router, openapi) = routes::router(state);
    Ok(Service {
        name: ServiceName::Discussion,
        router,
        openapi: Some(openapi),
    })
}

/// Opens the tables; nothing consumes and nothing is folded yet.
async fn open(ctx: &Context, settings: &Settings) -> anyhow::Result<AppState> {
    let store = Store::open(ctx).await?;
    let outbox = Outbox::start(ctx, store.db());
    let engine = Engine::new(
        engine_config(ctx, settings),
        Arc::new(ctx.pubsub.clone()),
        None,
    );
    let attachments = attachments::Attachments::open(ctx, store.db(), settings).await?;
    Ok(AppState {
        ctx: ctx.clone(),
        store,
        outbox,
        engine,
        settings: Arc::new(settings.clone()),
        renderer: render::Renderer::new(),
        counters: counters::Folder::default(),
        attachments,
        sockets: sockets::Sockets::default(),
    })
}

fn engine_config(ctx: &Context, settings: &Settings) -> Config {
    Config {
        max_sockets: settings.discussion_max_sockets,
        // Clients have nothing to say here but pings.
        max_message_bytes: 1024,
        frames_per_second: 2,
        frame_burst: 10,
        max_topics_per_socket: 1,
        ..Config::of(&ctx.settings, ServiceName::Discussion)
    }
}
