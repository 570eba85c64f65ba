//! Who is typing where.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiResult, Json, Page, Path, Problem, Query},
    id,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{NameQuery, PageQuery, online::next_page};
use crate::{
    AppState,
    model::{Typing, Typist},
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RoomQuery {
    /// The room.
    room_id: String,
}

/// Begin to type, or go on. It counts for 5 seconds.
#[utoipa::path(
    post, path = "/presence/{user_id}/typing", tag = "typing",
    params(("user_id" = String, Path, description = "Oneself"), RoomQuery, NameQuery),
    responses(
        (status = 200, body = Typing),
        (status = 400, description = "invalid_id, invalid_username, invalid_query", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn start(
    State(state): State<AppState>,
    caller: Caller,
    Path(user_id): Path<String>,
    Query(RoomQuery { room_id }): Query<RoomQuery>,
    Query(query): Query<NameQuery>,
) -> ApiResult<Json<Typing>> {
    let user = caller.acting_as(&user_id, query.username.as_deref())?;
    id::check("room_id", &room_id)?;
    state.leases.count_write(&user.user_id).await?;
    state
        .leases
        .type_in(&room_id, &user.user_id, &user.username)
        .await?;
    Ok(Json(Typing {
        user_id: user.user_id,
        room_id,
        is_typing: true,
    }))
}

/// Stop typing.
#[utoipa::path(
    delete, path = "/presence/{user_id}/typing", tag = "typing",
    params(("user_id" = String, Path, description = "Oneself"), RoomQuery),
    responses(
        (status = 200, body = Typing),
        (status = 400, description = "invalid_id, invalid_query", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn stop(
    State(state): State<AppState>,
    caller: Caller,
    Path(user_id): Path<String>,
    Query(RoomQuery { room_id }): Query<RoomQuery>,
) -> ApiResult<Json<Typing>> {
    let user = caller.acting_as(&user_id, None)?;
    id::check("room_id", &room_id)?;
    state.leases.stop_typing(&room_id, &user.user_id).await?;
    Ok(Json(Typing {
        user_id: user.user_id,
        room_id,
        is_typing: false,
    }))
}

/// Who is typing in a room, by id.
#[utoipa::path(
    get,
    operation_id = "list_typing", path = "/presence/rooms/{room_id}/typing", tag = "typing",
    params(("room_id" = String, Path, description = "Any room"), PageQuery),
    responses(
        (status = 200, body = Vec<Typist>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_id, invalid_limit", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Path(room_id): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Page<Typist>> {
    caller.member()?;
    id::check("room_id", &room_id)?;
    let (limit, after) = query.checked()?;
    let typists = state.leases.typists(&room_id, after, limit + 1).await?;
    Ok(Page::new(typists, limit, |last| {
        next_page(limit, &last.user_id)
    }))
}
