//! Reporting a thread or a comment.

use axum::{extract::State, http::StatusCode};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Path, Problem},
};

use super::model::{NewReport, Reported, reason};
use crate::{
    AppState,
    access::{self, Limit, no_comment, no_thread},
    policy,
    store::ThreadRow,
};

/// Report a thread to the moderators.
///
/// One may have one open report of it.
#[utoipa::path(
    post, path = "/api/threads/{id}/report", tag = "reports", operation_id = "report_thread", request_body = NewReport,
    params(("id" = String, Path, description = "The thread.")),
    responses(
        (status = 201, body = Reported),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 409, description = "already_reported, thread_deleted", body = Problem),
        (status = 422, description = "invalid_body, invalid_reason", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
pub(super) async fn thread(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Json(new): Json<NewReport>,
) -> ApiResult<(StatusCode, Json<Reported>)> {
    let reader = access::acting(&state, &caller, Limit::Actions).await?;
    let thread = access::thread(&state, &reader, access::id(&id, no_thread)?).await?;
    check_there(&thread)?;
    let reason = reason(&new.reason)?;
    let reported = state
        .store
        .report(reader.principal()?, thread.id, None, reason)
        .await?;
    created(reported)
}

/// Report a comment to the moderators.
///
/// One may have one open report of it.
#[utoipa::path(
    post, path = "/api/comments/{id}/report", tag = "reports", operation_id = "report_comment", request_body = NewReport,
    params(("id" = String, Path, description = "The comment.")),
    responses(
        (status = 201, body = Reported),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "comment_not_found", body = Problem),
        (status = 409, description = "already_reported, comment_deleted, thread_deleted", body = Problem),
        (status = 422, description = "invalid_body, invalid_reason", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
pub(super) async fn comment(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Json(new): Json<NewReport>,
) -> ApiResult<(StatusCode, Json<Reported>)> {
    let reader = access::acting(&state, &caller, Limit::Actions).await?;
    let id = access::id(&id, no_comment)?;
    let (thread, comment) = access::comment(&state, &reader, id).await?;
    check_there(&thread)?;
    policy::check_present(&reader, comment.deleted_at.is_some())?;
    let reason = reason(&new.reason)?;
    let store = &state.store;
    let reported = store
        .report(reader.principal()?, thread.id, Some(comment.id), reason)
        .await?;
    created(reported)
}

fn check_there(thread: &ThreadRow) -> ApiResult<()> {
    if thread.deleted_at.is_none() {
        return Ok(());
    }
    Err(ApiError::conflict(
        "thread_deleted",
        "the thread has been deleted",
    ))
}

fn created(reported: Option<Reported>) -> ApiResult<(StatusCode, Json<Reported>)> {
    let again = || ApiError::conflict("already_reported", "you have reported this already");
    Ok((StatusCode::CREATED, Json(reported.ok_or_else(again)?)))
}
