//! The HTTP API.
//!
//! The document puts users and notifications in the same place of a path: `{id}` is either's.

mod change;
mod create;
mod health;
mod list;
mod mine;
mod preferences;
mod socket;

use axum::{Router, extract::DefaultBodyLimit};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// Largest body in bytes: the longest notification, each character in its longest JSON spelling.
const MAX_BODY_BYTES: usize = 64 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Folkmoot notification",
        description = "What a member should know."
    ),
    components(schemas(folkmoot_common::http::Problem))
)]
struct ApiDoc;

pub(crate) fn router(state: AppState) -> (Router, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(ApiDoc::openapi())
        .routes(routes!(create::create, mine::list_mine))
        .routes(routes!(mine::count_mine))
        .routes(routes!(
            preferences::list_preferences,
            preferences::set_preferences
        ))
        .routes(routes!(list::list, change::delete))
        .routes(routes!(list::count_unread))
        .routes(routes!(change::mark_read))
        .routes(routes!(change::mark_all_read))
        .routes(routes!(socket::open))
        .routes(routes!(health::health))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(state)
        .split_for_parts()
}
