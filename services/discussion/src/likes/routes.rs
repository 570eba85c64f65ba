//! `/api/threads/{id}/like` and `/api/comments/{id}/like`.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiResult, Json, Path, Problem},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Liked, set};
use crate::{
    AppState,
    access::{self, Limit, no_comment, no_thread},
    model::LikeState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(like_thread, unlike_thread))
        .routes(routes!(like_comment, unlike_comment))
}

/// Like a thread. Once is enough, and twice is once.
#[utoipa::path(
    put, path = "/api/threads/{id}/like", tag = "likes",
    params(("id" = String, Path, description = "The thread.")),
    responses(
        (status = 200, body = LikeState),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "thread_locked", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 409, description = "thread_deleted", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn like_thread(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<LikeState>> {
    let reader = access::acting(&state, &caller, Limit::Likes).await?;
    let target = Liked::thread(&state, &reader, access::id(&id, no_thread)?).await?;
    Ok(Json(set(&state, &reader, &target, true).await?))
}

/// Like a comment. Once is enough, and twice is once.
#[utoipa::path(
    put, path = "/api/comments/{id}/like", tag = "likes",
    params(("id" = String, Path, description = "The comment.")),
    responses(
        (status = 200, body = LikeState),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "thread_locked", body = Problem),
        (status = 404, description = "comment_not_found", body = Problem),
        (status = 409, description = "thread_deleted, comment_deleted", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn like_comment(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<LikeState>> {
    let reader = access::acting(&state, &caller, Limit::Likes).await?;
    let target = Liked::comment(&state, &reader, access::id(&id, no_comment)?).await?;
    Ok(Json(set(&state, &reader, &target, true).await?))
}

/// Take a like back from a thread. Once is enough, and twice is once.
#[utoipa::path(
    delete, path = "/api/threads/{id}/like", tag = "likes",
    params(("id" = String, Path, description = "The thread.")),
    responses(
        (status = 200, body = LikeState),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn unlike_thread(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<LikeState>> {
    let reader = access::acting(&state, &caller, Limit::Likes).await?;
    let target = Liked::thread(&state, &reader, access::id(&id, no_thread)?).await?;
    Ok(Json(set(&state, &reader, &target, false).await?))
}

/// Take a like back from a comment. Once is enough, and twice is once.
#[utoipa::path(
    delete, path = "/api/comments/{id}/like", tag = "likes",
    params(("id" = String, Path, description = "The comment.")),
    responses(
        (status = 200, body = LikeState),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "comment_not_found", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn unlike_comment(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<LikeState>> {
    let reader = access::acting(&state, &caller, Limit::Likes).await?;
    let target = Liked::comment(&state, &reader, access::id(&id, no_comment)?).await?;
    Ok(Json(set(&state, &reader, &target, false).await?))
}
