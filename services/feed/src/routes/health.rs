//! Whether the service works.

use axum::extract::State;
use folkmoot_common::http::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`, or `degraded` when the database does not answer.
    #[schema(value_type = String)]
    status: &'static str,
    #[schema(value_type = String)]
    service: &'static str,
    /// Open sockets of this replica.
    sockets: usize,
}

/// Health check.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, body = Health)))]
pub(crate) async fn health(State(state): State<AppState>) -> Json<Health> {
    let status = if state.store.db().ping().await.is_ok() {
        "ok"
    } else {
        "degraded"
    };
    Json(Health {
        status,
        service: "feed",
        sockets: state.engine.sockets(),
    })
}
