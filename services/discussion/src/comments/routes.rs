//! `/api/threads/{id}/comments` and `/api/comments`.

use axum::{extract::State, http::StatusCode, response::Response};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Page, Path, Problem, Query, page},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Order, create, delete, edit, list, view};
use crate::{
    AppState,
    access::{self, Limit, no_comment, no_thread},
    model::{Comment, CommentEdit, NewComment, Revision},
    policy::{self, Reader},
    threads::{
        Target, history,
        routes::{PageQuery, created},
    },
};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Only this comment and what is below it.
    #[param(value_type = Option<Uuid>)]
    root: Option<String>,
    /// `tree` (depth first, the oldest first) or `new` (the newest first, without `root`) [default: tree].
    sort: Option<String>,
    /// Most comments to list, 1 to 200 [default: 50].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// The last comment of the page before; the `Link` header holds it.
    #[param(value_type = Option<Uuid>)]
    after: Option<String>,
}

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_comments, create_comment))
        .routes(routes!(get_comment, edit_comment, delete_comment))
        .routes(routes!(comment_history))
}

fn order(query: &ListQuery) -> ApiResult<Order> {
    match (query.sort.as_deref(), query.root.as_deref()) {
        (None | Some("tree"), None) => Ok(Order::Tree { root: None }),
        (None | Some("tree"), Some(root)) => Ok(Order::Tree {
            root: Some(access::id(root, no_comment)?),
        }),
        (Some("new"), None) => Ok(Order::New),
        (Some("new"), Some(_)) => Err(ApiError::bad_request(
            "invalid_query",
            "root and sort=new exclude each other",
        )),
        (Some(_), _) => Err(ApiError::bad_request(
            "invalid_query",
            "sort must be tree or new",
        )),
    }
}

fn cursor(text: &str) -> ApiResult<Uuid> {
    Uuid::try_parse(text).map_err(|_| {
        ApiError::bad_request(
            "invalid_cursor",
            "after must be from a Link header of this list",
        )
    })
}

/// Comments of a thread. Deleted ones are among them, without their texts.
#[utoipa::path(
    get, path = "/api/threads/{id}/comments", tag = "comments",
    params(("id" = String, Path, description = "The thread."), ListQuery),
    responses(
        (status = 200, body = Vec<Comment>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_query, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 404, description = "thread_not_found, comment_not_found", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn list_comments(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Page<Comment>> {
    let reader = Reader::of(&caller)?;
    let limit = page::limit(query.limit.as_deref())?;
    let thread = access::thread(&state, &reader, access::id(&id, no_thread)?).await?;
    let order = order(&query)?;
    let after = query.after.as_deref().map(cursor).transpose()?;
    list(&state, &reader, &thread, order, after, limit).await
}

/// Write a comment.
#[utoipa::path(
    post, path = "/api/threads/{id}/comments", tag = "comments",
    params(("id" = String, Path, description = "The thread.")), request_body = NewComment,
    responses(
        (status = 201, body = Comment, headers(("Location" = String, description = "the comment"))),
        (status = 400, description = "malformed_json", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: the category needs a role; thread_locked; blocked", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 409, description = "thread_deleted; comment_deleted: what it answers", body = Problem),
        (status = 422, description = "invalid_body, invalid_parent, too_complex", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn create_comment(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Json(new): Json<NewComment>,
) -> ApiResult<Response> {
    let reader = access::acting(&state, &caller, Limit::Comments).await?;
    let thread_id = access::id(&id, no_thread)?;
    let comment = create(&state, &reader, thread_id, new).await?;
    Ok(created(&format!("/api/comments/{}", comment.id), comment))
}

/// A comment.
#[utoipa::path(
    get, path = "/api/comments/{id}", tag = "comments",
    params(("id" = String, Path, description = "The comment.")),
    responses(
        (status = 200, body = Comment),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 404, description = "comment_not_found: none, or none for the caller", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn get_comment(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Comment>> {
    let reader = Reader::of(&caller)?;
    let id = access::id(&id, no_comment)?;
    Ok(Json(view(&state, &reader, id).await?))
}

/// Edit a comment: its author, or a moderator.
#[utoipa::path(
    put, path = "/api/comments/{id}", tag = "comments",
    params(("id" = String, Path, description = "The comment.")), request_body = CommentEdit,
    responses(
        (status = 200, body = Comment),
        (status = 400, description = "malformed_json", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else's; thread_locked", body = Problem),
        (status = 404, description = "comment_not_found", body = Problem),
        (status = 409, description = "thread_deleted, comment_deleted", body = Problem),
        (status = 422, description = "invalid_body, too_complex", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn edit_comment(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Json(change): Json<CommentEdit>,
) -> ApiResult<Json<Comment>> {
    let reader = access::acting(&state, &caller, Limit::Edits).await?;
    let id = access::id(&id, no_comment)?;
    Ok(Json(edit(&state, &reader, id, change).await?))
}

/// Delete a comment: its author, or a moderator. What answers it stays, and a moderator may restore it.
#[utoipa::path(
    delete, path = "/api/comments/{id}", tag = "comments",
    params(("id" = String, Path, description = "The comment.")),
    responses(
        (status = 204, description = "Deleted."),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else's", body = Problem),
        (status = 404, description = "comment_not_found", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn delete_comment(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let reader = access::acting(&state, &caller, Limit::Actions).await?;
    delete(&state, &reader, access::id(&id, no_comment)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a comment held before it was edited, the latest first: whoever may read it; moderators, once it is deleted.
#[utoipa::path(
    get, path = "/api/comments/{id}/history", tag = "comments",
    params(("id" = String, Path, description = "The comment."), PageQuery),
    responses(
        (status = 200, body = Vec<Revision>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 403, description = "forbidden: it is deleted", body = Problem),
        (status = 404, description = "comment_not_found", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn comment_history(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Page<Revision>> {
    let reader = Reader::of(&caller)?;
    let limit = page::limit(query.limit.as_deref())?;
    let (_thread, comment) = access::comment(&state, &reader, access::id(&id, no_comment)?).await?;
    if comment.deleted_at.is_some() {
        policy::check_moderator(&reader)?;
    }
    history(&state, Target(comment.id), query.after.as_deref(), limit).await
}
