//! The HTTP API. No answer has an `ETag`: making one costs the same statements as the answer, and no answer may be kept,
//! because what its reader may see can change at any time (`Cache-Control: no-store`, for everybody).

mod health;
mod home;
mod socket;
mod stats;
mod stream;

use axum::Router;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Folkmoot feed",
        description = "Activity streams and home feeds: what is new, for whoever asks."
    ),
    components(schemas(folkmoot_common::http::Problem))
)]
struct ApiDoc;

pub(crate) fn router(state: AppState) -> (Router, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(ApiDoc::openapi())
        .routes(routes!(stream::stream))
        .routes(routes!(stream::user_stream))
        .routes(routes!(stats::stats))
        .routes(routes!(home::home))
        .routes(routes!(socket::open))
        .routes(routes!(health::health))
        .with_state(state)
        .split_for_parts()
}
