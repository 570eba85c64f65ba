//! Threads under the names that posts have elsewhere. Every address works with a slash at its end too.

mod model;
mod reactions;
mod routes;
mod store;

use axum::routing::{get, post, put};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(routes::list, routes::create))
        .routes(routes!(routes::get, routes::edit, routes::delete))
        .routes(routes!(reactions::comment))
        .routes(routes!(reactions::comment_alias))
        .routes(routes!(reactions::like))
        .route("/api/posts/", get(routes::list).post(routes::create))
        .route(
            "/api/posts/{id}/",
            get(routes::get).put(routes::edit).delete(routes::delete),
        )
        .route("/api/posts/{id}/comments/", post(reactions::comment))
        .route("/api/posts/comment/{id}/", post(reactions::comment_alias))
        .route("/api/posts/like/{id}/", put(reactions::like))
}
