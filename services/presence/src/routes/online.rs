//! Who is online.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiResult, Json, Page, Path, Problem, Query, page},
    id,
};

use super::{NameQuery, PageQuery};
use crate::{AppState, model::Presence};

/// Stay online for another 30 seconds.
#[utoipa::path(
    post, path = "/presence/{user_id}/heartbeat", tag = "presence",
    params(("user_id" = String, Path, description = "Oneself"), NameQuery),
    responses(
        (status = 200, body = Presence),
        (status = 400, description = "invalid_id, invalid_username", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn heartbeat(
    State(state): State<AppState>,
    caller: Caller,
    Path(user_id): Path<String>,
    Query(query): Query<NameQuery>,
) -> ApiResult<Json<Presence>> {
    let user = caller.acting_as(&user_id, query.username.as_deref())?;
    state.leases.count_write(&user.user_id).await?;
    state
        .leases
        .beat(&user.user_id, &user.username)
        .await
        .map(Json)
}

/// Everybody who is online, by id.
#[utoipa::path(
    get, path = "/presence", tag = "presence", params(PageQuery),
    responses(
        (status = 200, body = Vec<Presence>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_id", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Page<Presence>> {
    caller.member()?;
    let (limit, after) = query.checked()?;
    let online = state.leases.online(after, limit + 1).await?;
    Ok(Page::new(online, limit, |last| {
        next_page(limit, &last.user_id)
    }))
}

/// The query of the page behind `last`, as long as this one.
pub(super) fn next_page(limit: u32, last: &str) -> String {
    format!("limit={limit}&{}", page::query_pair("after", last))
}

/// Whether a user is online. Somebody nobody has heard of is offline.
#[utoipa::path(
    get, path = "/presence/{user_id}", tag = "presence",
    params(("user_id" = String, Path, description = "Any user")),
    responses(
        (status = 200, body = Presence),
        (status = 400, description = "invalid_id", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn find(
    State(state): State<AppState>,
    caller: Caller,
    Path(user_id): Path<String>,
) -> ApiResult<Json<Presence>> {
    caller.member()?;
    id::check("user_id", &user_id)?;
    Ok(Json(state.leases.find(&user_id).await?))
}

/// Go offline at once.
#[utoipa::path(
    delete, path = "/presence/{user_id}", tag = "presence",
    params(("user_id" = String, Path, description = "Oneself")),
    responses(
        (status = 200, body = Presence),
        (status = 400, description = "invalid_id", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn leave(
    State(state): State<AppState>,
    caller: Caller,
    Path(user_id): Path<String>,
) -> ApiResult<Json<Presence>> {
    let user = caller.acting_as(&user_id, None)?;
    state.leases.leave(&user.user_id).await?;
    Ok(Json(Presence::offline(user.user_id)))
}
