//! Reading and deleting notifications.

use axum::{extract::State, http::StatusCode};
use folkmoot_common::{
    auth::Caller,
    http::{ApiResult, Json, Path, Problem},
};

use crate::{
    AppState,
    model::{Notification, ReadAll},
    policy,
};

/// Mark one notification as read.
#[utoipa::path(
    patch, path = "/notifications/{id}/read", tag = "notifications",
    params(("id" = String, Path, description = "One's own notification")),
    responses(
        (status = 200, body = Notification),
        (status = 400, description = "invalid_id", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "notification_not_found: none, or somebody else's", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn mark_read(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Notification>> {
    let (id, owner) = policy::notification(&caller, &id)?;
    let notification = state
        .store
        .mark_read(id, owner)
        .await?
        .ok_or_else(policy::absent)?;
    state.push.unread_changed(&[&notification.user_id]).await;
    Ok(Json(notification))
}

/// Mark all of a user's notifications as read.
#[utoipa::path(
    patch, path = "/notifications/{id}/read-all", tag = "notifications",
    params(("id" = String, Path, description = "Oneself")),
    responses(
        (status = 200, body = ReadAll),
        (status = 400, description = "invalid_id", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "user_not_found: somebody else", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn mark_all_read(
    State(state): State<AppState>,
    caller: Caller,
    Path(user_id): Path<String>,
) -> ApiResult<Json<ReadAll>> {
    policy::owner(&caller, &user_id)?;
    let marked_read = state.store.mark_all_read(&user_id).await?;
    state.push.unread_changed(&[&user_id]).await;
    let unread_count = state.store.count_unread(&user_id).await?;
    Ok(Json(ReadAll {
        user_id,
        marked_read,
        unread_count,
    }))
}

/// Delete a notification.
#[utoipa::path(
    delete, path = "/notifications/{id}", tag = "notifications",
    params(("id" = String, Path, description = "One's own notification")),
    responses(
        (status = 204),
        (status = 400, description = "invalid_id", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "notification_not_found: none, or somebody else's", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let (id, owner) = policy::notification(&caller, &id)?;
    let user_id = state
        .store
        .delete(id, owner)
        .await?
        .ok_or_else(policy::absent)?;
    state.push.unread_changed(&[&user_id]).await;
    Ok(StatusCode::NO_CONTENT)
}
