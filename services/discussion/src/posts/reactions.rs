//! Commenting on posts and liking them.

use axum::{extract::State, response::Response};
use folkmoot_common::{
    auth::Caller,
    http::{ApiResult, Json, Path, Problem},
};

use super::model::PostComment;
use crate::{
    AppState,
    access::{self, Limit, no_thread},
    comments,
    likes::{self, Liked},
    model::{Comment, LikeState},
    threads::routes::created,
};

/// Comment on a post.
#[utoipa::path(
    post, path = "/api/posts/{id}/comments", tag = "posts", operation_id = "comment_on_post", request_body = PostComment,
    params(("id" = String, Path, description = "The post.")),
    responses(
        (status = 201, body = Comment, headers(("Location" = String, description = "the comment"))),
        (status = 400, description = "malformed_json", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden, thread_locked, blocked", body = Problem),
        (status = 404, description = "thread_not_found, comment_not_found", body = Problem),
        (status = 409, description = "thread_deleted, comment_deleted", body = Problem),
        (status = 422, description = "invalid_body, too_complex", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
pub(super) async fn comment(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Json(comment): Json<PostComment>,
) -> ApiResult<Response> {
    write(&state, &caller, &id, comment).await
}

/// Comment on a post, by its other address.
#[utoipa::path(
    post, path = "/api/posts/comment/{id}", tag = "posts", operation_id = "comment_on_post_alias", request_body = PostComment,
    params(("id" = String, Path, description = "The post.")),
    responses(
        (status = 201, body = Comment, headers(("Location" = String, description = "the comment"))),
        (status = 400, description = "malformed_json", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden, thread_locked, blocked", body = Problem),
        (status = 404, description = "thread_not_found, comment_not_found", body = Problem),
        (status = 409, description = "thread_deleted, comment_deleted", body = Problem),
        (status = 422, description = "invalid_body, too_complex", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
pub(super) async fn comment_alias(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Json(comment): Json<PostComment>,
) -> ApiResult<Response> {
    write(&state, &caller, &id, comment).await
}

async fn write(
    state: &AppState,
    caller: &Caller,
    id: &str,
    comment: PostComment,
) -> ApiResult<Response> {
    let reader = access::acting(state, caller, Limit::Comments).await?;
    let id = access::id(id, no_thread)?;
    let comment = comments::create(state, &reader, id, comment.into()).await?;
    Ok(created(&format!("/api/comments/{}", comment.id), comment))
}

/// Like a post.
#[utoipa::path(
    put, path = "/api/posts/like/{id}", tag = "posts", operation_id = "like_post",
    params(("id" = String, Path, description = "The post.")),
    responses(
        (status = 200, body = LikeState),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "thread_locked", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 409, description = "thread_deleted", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
pub(super) async fn like(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<LikeState>> {
    let reader = access::acting(&state, &caller, Limit::Likes).await?;
    let target = Liked::thread(&state, &reader, access::id(&id, no_thread)?).await?;
    Ok(Json(likes::set(&state, &reader, &target, true).await?))
}
