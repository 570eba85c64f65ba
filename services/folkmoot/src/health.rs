//! `/health` of the all-in-one process.

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use folkmoot_common::health::Health;
use serde_json::json;

pub(crate) fn router(health: Health) -> Router {
    Router::new()
        .route("/health", get(overall))
        .with_state(health)
}

async fn overall(State(health): State<Health>) -> Response {
    let problems = health.problems().await;
    if problems.is_empty() {
        return Json(json!({"status": "ok"})).into_response();
    }
    (
        StatusCode::SERVICE_UNAVAILABLE,
        Json(json!({"status": "degraded", "problems": problems})),
    )
        .into_response()
}
