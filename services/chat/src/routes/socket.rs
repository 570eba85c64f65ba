//! Opening a chat socket.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use folkmoot_common::{
    ServiceName,
    auth::{Caller, Principal},
    bus::Event,
    config::AuthMode,
    http::{ApiError, ApiResult, Path, Problem, Query},
};
use folkmoot_realtime::{Session, Upgrade};
use serde::Deserialize;
use utoipa::IntoParams;

use super::rooms;
use crate::{
    AppState, Chat,
    events::{PARTICIPANT_SEEN, ParticipantSeen},
    model::Author,
    policy,
    socket::Socket,
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// The name that others see; only with AUTH=open, otherwise the token's counts.
    username: Option<String>,
    /// The last `seq` that the client has: what came after it is replayed.
    since: Option<String>,
    /// The access token, where the subprotocol `access_token` cannot be used.
    #[serde(rename = "token")]
    _token: Option<String>,
}

/// A WebSocket to a room; the room is made if it does not exist. The frames are in services/chat/README.md.
#[utoipa::path(get, path = "/ws/{room_id}/{user_id}", operation_id = "open_socket", tag = "messages", params(("room_id" = String, Path), ("user_id" = String, Path), Params), responses(
    (status = 101, description = "The socket is open."),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "Another origin, or somebody else's token.", body = Problem, content_type = "application/problem+json"),
    (status = 426, description = "Not a WebSocket handshake.", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn open(
    State(AppState(chat)): State<AppState>,
    caller: Caller,
    Path((room_id, user_id)): Path<(String, String)>,
    Query(params): Query<Params>,
    upgrade: Upgrade,
) -> ApiResult<Response> {
    if let Err(refused) = chat.engine.admit(&upgrade) {
        return Ok(refused);
    }
    policy::check_room_id(&room_id)?;
    let principal = caller.acting_as(&user_id, params.username.as_deref())?;
    let since = params.since.as_deref().map(since).transpose()?;
    rooms::ensure(&chat, &room_id, &principal.user_id).await?;
    tell_of_participant(&chat, &principal).await?;
    let author = Author {
        user_id: principal.user_id.as_str().into(),
        username: principal.username.as_str().into(),
    };
    let session = Session::of(&principal, chat.ctx.clock.now());
    let socket = Socket::new(Arc::clone(&chat), &room_id, author, since);
    Ok(chat.engine.accept(upgrade, session, socket).into_response())
}

fn since(text: &str) -> ApiResult<u64> {
    text.parse()
        .map_err(|_| ApiError::bad_request("invalid_seq", "since must be a seq"))
}

/// With a token identity has told who they are; without one nobody has.
async fn tell_of_participant(chat: &Chat, principal: &Principal) -> ApiResult<()> {
    if chat.ctx.verifier.mode() == AuthMode::Required {
        return Ok(());
    }
    let seen = ParticipantSeen {
        user_id: principal.user_id.clone(),
        username: principal.username.clone(),
        seen_at: chat.ctx.clock.now(),
    };
    let event = Event::new(&chat.ctx, ServiceName::Chat, PARTICIPANT_SEEN, &seen)
        .map_err(ApiError::internal)?;
    chat.store
        .see_participant(&seen.user_id, &seen.username, &event, &chat.outbox)
        .await?;
    chat.outbox.wake();
    Ok(())
}
