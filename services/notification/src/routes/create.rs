//! Posting a notification.

use axum::{extract::State, http::StatusCode};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Problem},
    kv::Quota,
};

use crate::{
    AppState,
    model::{NewNotification, Notification},
    policy,
};

/// Notifications that may be posted to one user.
const QUOTA: Quota = Quota::per_minute(600);

/// Notify a user: oneself, or with the role `service`, `moderator` or `admin` anybody.
#[utoipa::path(
    post, path = "/notifications", tag = "notifications", request_body = NewNotification,
    responses(
        (status = 201, body = Notification),
        (status = 400, description = "malformed_json, invalid_id, invalid_notification", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else", body = Problem),
        (status = 422, description = "invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Json(new): Json<NewNotification>,
) -> ApiResult<(StatusCode, Json<Notification>)> {
    policy::may_notify(&caller, &new.user_id)?;
    policy::check(&new)?;
    let decision = state
        .ctx
        .kv
        .throttle(&format!("notification:{}", new.user_id), QUOTA)
        .await;
    if !decision.allowed {
        return Err(ApiError::rate_limited(&decision));
    }
    let told = state.store.create(&new).await?;
    let notification = state.store.of_ids(&[told.id]).await?.pop();
    let notification = notification.ok_or_else(policy::absent)?;
    state.push.created(&notification).await;
    Ok((StatusCode::CREATED, Json(notification)))
}
