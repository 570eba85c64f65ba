//! The routes of the chat service.

mod health;
mod messages;
mod rooms;
mod socket;

use axum::Router;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Folkmoot chat",
        description = "Rooms, messages and their sockets."
    ),
    components(schemas(folkmoot_common::http::Problem))
)]
struct ApiDoc;

pub(crate) fn router(state: AppState) -> (Router, utoipa::openapi::OpenApi) {
    let (router, openapi) = OpenApiRouter::with_openapi(ApiDoc::openapi())
        .routes(routes!(rooms::list, rooms::create))
        .routes(routes!(messages::list))
        .routes(routes!(health::health))
        .routes(routes!(socket::open))
        .split_for_parts();
    (router.with_state(state), openapi)
}
