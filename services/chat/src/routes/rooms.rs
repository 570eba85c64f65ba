//! The list of rooms, and making one.

use axum::{extract::State, http::StatusCode};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, ClientIp, Json, Page, Problem, Query, page},
    kv::Quota,
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    AppState, Chat,
    model::{NewRoom, Room},
    policy,
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// 1 to 200; 50 if left out.
    limit: Option<String>,
    /// Rooms behind this id.
    after: Option<String>,
}

/// Lists the rooms by id.
#[utoipa::path(get, path = "/rooms", operation_id = "list_rooms", tag = "rooms", params(Params), responses(
    (status = 200, body = [Room], headers(("link", description = "The next page, if there is one."))),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(AppState(chat)): State<AppState>,
    caller: Caller,
    Query(params): Query<Params>,
) -> ApiResult<Page<Room>> {
    caller.member()?;
    let limit = page::limit(params.limit.as_deref())?;
    let after = params.after.unwrap_or_default();
    let rooms = chat.store.rooms(&after, limit + 1).await?;
    Ok(Page::new(rooms, limit, |room| {
        page::query_pair("after", &room.id) + &format!("&limit={limit}")
    }))
}

/// Makes a room.
#[utoipa::path(post, path = "/rooms", operation_id = "create_room", tag = "rooms", request_body = NewRoom, responses(
    (status = 201, body = Room),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "A room with this id exists.", body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(AppState(chat)): State<AppState>,
    caller: Caller,
    ClientIp(ip): ClientIp,
    Json(new): Json<NewRoom>,
) -> ApiResult<(StatusCode, Json<Room>)> {
    let member = caller.member()?;
    policy::check_new_room(&new)?;
    let maker = member.map_or_else(|| ip.to_string(), |member| member.user_id.clone());
    limit_new_rooms(&chat, &maker).await?;
    let room = Room {
        name: new.name.unwrap_or_else(|| new.id.clone()),
        id: new.id,
        description: new.description.unwrap_or_default(),
        created_at: chat.ctx.clock.now(),
        last_seq: 0,
    };
    if !chat.store.insert_room(&room).await? {
        return Err(ApiError::conflict(
            "room_exists",
            "a room with this id exists",
        ));
    }
    Ok((StatusCode::CREATED, Json(room)))
}

/// Makes the room that somebody is about to join, if it is not there.
pub(super) async fn ensure(chat: &Chat, room_id: &str, user_id: &str) -> ApiResult<()> {
    if chat.store.room(room_id).await?.is_some() {
        return Ok(());
    }
    limit_new_rooms(chat, user_id).await?;
    Ok(chat
        .store
        .ensure_room(room_id, chat.ctx.clock.now())
        .await?)
}

async fn limit_new_rooms(chat: &Chat, maker: &str) -> ApiResult<()> {
    let quota = Quota::per_hour(chat.settings.chat_rooms_per_hour);
    let decision = chat
        .ctx
        .kv
        .throttle(&format!("chat:new-room:{maker}"), quota)
        .await;
    if decision.allowed {
        Ok(())
    } else {
        Err(ApiError::rate_limited(&decision))
    }
}
