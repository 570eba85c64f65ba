//! What the caller wants to be told of.

use std::collections::HashSet;

use axum::{extract::State, http::StatusCode};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Problem},
};

use crate::{AppState, model::Preference, store::MAX_PREFERENCES};

/// What the caller is told of: every kind there is.
#[utoipa::path(
    get, path = "/notifications/preferences", tag = "preferences",
    responses(
        (status = 200, body = Vec<Preference>),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn list_preferences(
    State(state): State<AppState>,
    caller: Caller,
) -> ApiResult<Json<Vec<Preference>>> {
    let user = caller.principal()?;
    Ok(Json(state.store.preferences(&user.user_id).await?))
}

/// Turn kinds on or off. Kinds that are not named stay as they are. What is there already stays too.
#[utoipa::path(
    put, path = "/notifications/preferences", tag = "preferences", request_body = Vec<Preference>,
    responses(
        (status = 200, body = Vec<Preference>, description = "Every kind, as it is now"),
        (status = 400, description = "malformed_json", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 422, description = "invalid_body: an unknown kind or field; invalid_preferences: a kind twice", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn set_preferences(
    State(state): State<AppState>,
    caller: Caller,
    Json(preferences): Json<Vec<Preference>>,
) -> ApiResult<Json<Vec<Preference>>> {
    let user = caller.principal()?;
    let kinds: HashSet<_> = preferences
        .iter()
        .map(|preference| preference.kind)
        .collect();
    if preferences.len() > MAX_PREFERENCES || kinds.len() < preferences.len() {
        return Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_preferences",
            "each kind may be named once",
        ));
    }
    state.store.prefer(&user.user_id, &preferences).await?;
    Ok(Json(state.store.preferences(&user.user_id).await?))
}
