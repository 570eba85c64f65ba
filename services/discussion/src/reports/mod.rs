//! Reports and their queue, what moderators do to threads, and the log of all of it.

mod consumer;
mod log;
mod model;
mod moderation;
mod move_thread;
mod queue;
mod report;
mod resolve;
mod restore;
mod store;
mod verbs;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

#[cfg(test)]
pub(crate) use consumer::handle as write_down;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(report::thread))
        .routes(routes!(report::comment))
        .routes(routes!(queue::list))
        .routes(routes!(resolve::resolve))
        .routes(routes!(moderation::lock, moderation::unlock))
        .routes(routes!(moderation::pin, moderation::unpin))
        .routes(routes!(move_thread::move_thread))
        .routes(routes!(restore::thread))
        .routes(routes!(restore::comment))
        .routes(routes!(log::list))
}

/// Starts the consumer of what identity tells of its moderators.
pub(crate) fn start(state: &AppState) {
    consumer::start(state);
}
