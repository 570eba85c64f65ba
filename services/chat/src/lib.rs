//! Chat: rooms, messages and their sockets.
//!
//! A message is checked ([`policy`]), stored with its `seq` by the group commit, acknowledged, and only then
//! published; every replica delivers a room's messages in the order of `seq` and reads from SQL what pub/sub
//! lost.

mod committer;
pub mod events;
mod frames;
mod log;
mod members;
pub mod mentions;
pub mod model;
pub mod policy;
mod routes;
mod settings;
mod socket;
mod store;

use std::sync::Arc;

use axum::extract::FromRef;
use folkmoot_common::{
    Context, Service, ServiceName, auth::Verifier, bus::Outbox, db::Db, health::Part,
};
use folkmoot_realtime::{BrokerState, Config, Engine};
use tokio_util::sync::CancellationToken;

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
    let drained = CancellationToken::new();
    let committer = committer::start(ctx, &store, &engine, &outbox, drained.clone());
    drain_at_shutdown(ctx, &engine, drained);
    watch_broker(ctx, &engine);
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
    let public = ctx
        .settings
        .public_url
        .iter()
        .map(|url| url.origin().ascii_serialization());
    Config {
        allowed_origins: public
            .chain(ctx.settings.allowed_origins.iter().cloned())
            .collect(),
        max_sockets: settings.chat_max_sockets,
        frames_per_second: settings.chat_messages_per_second,
        frame_burst: settings.chat_message_burst,
        max_replay: settings.chat_max_replay,
        // One socket is in one room.
        max_topics_per_socket: 1,
        ..Config::new(&ctx.settings.instance, "chat")
    }
}

/// Sockets are told to come back elsewhere; what they sent until then is stored.
fn drain_at_shutdown(ctx: &Context, engine: &Engine, drained: CancellationToken) {
    let (ctx, engine) = (ctx.clone(), engine.clone());
    ctx.tasks.clone().spawn(async move {
        ctx.shutdown.cancelled().await;
        engine.drain(ctx.settings.shutdown_grace()).await;
        drained.cancel();
    });
}

/// Messages flow while Redis is away, read from SQL; the replica still says that it is not as it should be.
fn watch_broker(ctx: &Context, engine: &Engine) {
    let state = engine.broker_state();
    ctx.health.check(Part::PubSub, ServiceName::Chat, move || {
        let up = *state.borrow() == BrokerState::Up;
        std::future::ready(if up {
            Ok(())
        } else {
            Err("publications of other replicas do not arrive".to_owned())
        })
    });
}
