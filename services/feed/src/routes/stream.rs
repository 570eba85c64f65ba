//! Activity streams: what is new, of everybody or of one member, by number.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Problem, Query},
    id,
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{AppState, model::Entry, policy::Reader, views::RECENT};

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamQuery {
    /// Most entries, 1 to 100 [default: 20].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// How many of the newest to leave out, 0 to 1000 [default: 0].
    #[param(value_type = Option<u32>, minimum = 0, maximum = 1000)]
    skip: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UserStreamQuery {
    /// Whose stream [default: one's own].
    user_id: Option<String>,
    /// Most entries, 1 to 100 [default: 20].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// How many of the newest to leave out, 0 to 1000 [default: 0].
    #[param(value_type = Option<u32>, minimum = 0, maximum = 1000)]
    skip: Option<String>,
}

/// The newest threads that the caller may see, newest first: the stream holds 1,000.
#[utoipa::path(
    get, path = "/api/activity-stream", tag = "feed", params(StreamQuery),
    responses(
        (status = 200, body = Vec<Entry>),
        (status = 400, description = "invalid_limit, invalid_skip, invalid_query", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn stream(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<StreamQuery>,
) -> ApiResult<Json<Vec<Entry>>> {
    let reader = Reader::of(&caller)?;
    let (limit, skip) = range(query.limit.as_deref(), query.skip.as_deref())?;
    let entries = state.views.stream(&reader, skip, limit).await?;
    Ok(Json(entries.into_iter().map(Entry::from).collect()))
}

/// The newest threads of one member that the caller may see, newest first: the stream holds 100.
#[utoipa::path(
    get, path = "/api/activity-stream/user", tag = "feed", params(UserStreamQuery),
    responses(
        (status = 200, body = Vec<Entry>),
        (status = 400, description = "invalid_id, invalid_limit, invalid_skip, invalid_query", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn user_stream(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<UserStreamQuery>,
) -> ApiResult<Json<Vec<Entry>>> {
    let reader = Reader::of(&caller)?;
    let user_id = match &query.user_id {
        Some(user_id) => user_id.as_str(),
        None => caller.principal()?.user_id.as_str(),
    };
    id::check("user_id", user_id)?;
    let (limit, skip) = range(query.limit.as_deref(), query.skip.as_deref())?;
    let entries = state.views.user_stream(user_id, &reader, skip, limit);
    Ok(Json(entries.await?.into_iter().map(Entry::from).collect()))
}

/// Reads both. Texts, so that a number out of any range is refused by the same words.
fn range(limit: Option<&str>, skip: Option<&str>) -> ApiResult<(usize, usize)> {
    let limit = number(limit, 1, MAX_LIMIT, DEFAULT_LIMIT).ok_or_else(|| {
        ApiError::bad_request("invalid_limit", format!("limit must be 1 to {MAX_LIMIT}"))
    })?;
    let skip = number(skip, 0, RECENT, 0).ok_or_else(|| {
        ApiError::bad_request("invalid_skip", format!("skip must be 0 to {RECENT}"))
    })?;
    Ok((limit, skip))
}

fn number(text: Option<&str>, least: usize, most: usize, default: usize) -> Option<usize> {
    let Some(text) = text else {
        return Some(default);
    };
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_plain);
    number.filter(|number| (least..=most).contains(number))
}
