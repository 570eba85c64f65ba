//! The HTTP API: the routes of all parts.

use axum::{Router, extract::DefaultBodyLimit, extract::State};
use folkmoot_common::http::Json;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    AppState, attachments, categories, comments, likes, posts, reads, reports, search, sockets,
    syndication, tags, threads,
};

/// Largest body in bytes: the longest text, each character in its longest JSON spelling, and the fields around it.
const MAX_BODY_BYTES: usize = 512 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Folkmoot discussion",
        description = "Threads, nested comments, likes, search, reports and moderation."
    ),
    components(schemas(folkmoot_common::http::Problem))
)]
struct ApiDoc;

#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `ok`, or `degraded` when the database does not answer.
    #[schema(value_type = String)]
    status: &'static str,
    #[schema(value_type = String)]
    service: &'static str,
    /// Open sockets of this replica.
    sockets: usize,
}

/// Everything. A route that takes larger bodies sets its own limit.
pub(crate) fn router(state: AppState) -> (Router, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(ApiDoc::openapi())
        .merge(threads::router())
        .merge(comments::router())
        .merge(likes::router())
        .merge(reads::router())
        .merge(categories::router())
        .merge(tags::router())
        .merge(search::router())
        .merge(reports::router())
        .merge(posts::router())
        .merge(syndication::router())
        .merge(sockets::router())
        .merge(attachments::router())
        .routes(routes!(health))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(axum::middleware::from_fn_with_state(
            state.ctx.shutdown.clone(),
            attachments::linger_forms,
        ))
        .with_state(state)
        .split_for_parts()
}

/// Health check.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, body = Health)))]
async fn health(State(state): State<AppState>) -> Json<Health> {
    let status = if state.store.db().ping().await.is_ok() {
        "ok"
    } else {
        "degraded"
    };
    Json(Health {
        status,
        service: "discussion",
        sockets: state.engine.sockets(),
    })
}
