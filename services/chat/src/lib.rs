//! Chat: rooms, messages and their sockets.
//!
//! A message is checked ([`policy`]), stored with its `seq` by the group commit, acknowledged, and only then
//! published; every replica delivers a room's messages in the order of `seq` and reads from SQL what pub/sub
//! lost.

mod accounts;
mod committer;
pub mod events;
mod frames;
mod log;
mod members;
pub mod model;
pub mod policy;
mod routes;
mod settings;
mod socket;
mod store;
pub mod transfer;

use std::sync::Arc;

use axum::extract::FromRef;
use folkmoot_common::{Context, Service, ServiceName, auth::Verifier, bus::Outbox, db::Db};
use folkmoot_realtime::{Config, Engine};

pub use settings::Settings;
pub use store::MIGRATIONS;

use crate::{members::Members, store::Store};

/// What the routes and sockets share.
struct Chat {
    ctx: Context,
    settings: Settings,
    store: Store,
    engine: Engine,
    outbox: Outbox,
    members: Members,
    committer: committer::Sender,
}

#[derive(Clone)]
struct AppState(Arc<Chat>);

impl FromRef<AppState> for Verifier {
    fn from_ref(state: &AppState) -> Self {
        state.0.ctx.verifier.clone()
    }
}

/// Opens the tables and starts the service.
///
/// # Errors
/// If a setting cannot be used or a local database cannot be opened.
pub async fn start(ctx: &Context, settings: &Settings) -> anyhow::Result<Service> {
    let db = Db::open(ctx, ServiceName::Chat, MIGRATIONS).await?;
    let store = Store::new(db);
    let outbox = Outbox::start(ctx, store.db());
    let engine = Engine::new(
        engine_config(ctx, settings),
        Arc::new(ctx.pubsub.clone()),
        Some(Arc::new(store.clone())),
    );
    let drained = engine.attach(ctx, ServiceName::Chat);
    let committer = committer::start(ctx, &store, &engine, &outbox, drained);
    accounts::start(ctx, &store);
    let members = Members::start(ctx, &engine);
    let chat = Chat {
        ctx: ctx.clone(),
        settings: settings.clone(),
        store,
        engine,
        outbox,
        members,
        committer,
    };
    let (router, openapi) = routes::router(AppState(Arc::new(chat)));
    Ok(Service {
        name: ServiceName::Chat,
        router,
        openapi: Some(openapi),
    })
}

fn engine_config(ctx: &Context, settings: &Settings) -> Config {
    Config {
        max_sockets: settings.chat_max_sockets,
        frames_per_second: settings.chat_messages_per_second,
        frame_burst: settings.chat_message_burst,
        max_replay: settings.chat_max_replay,
        // One socket is in one room.
        max_topics_per_socket: 1,
        ..Config::of(&ctx.settings, ServiceName::Chat)
    }
}
