//! Opening a feed socket.

use axum::{extract::State, response::Response};
use folkmoot_common::{
    auth::{Caller, Principal},
    http::{ApiResult, Problem, Query},
};
use folkmoot_realtime::{Session, Upgrade};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{AppState, policy::Reader, socket::Socket};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SocketQuery {
    /// The access token, where the subprotocol `access_token` cannot be used.
    #[serde(rename = "token")]
    _token: Option<String>,
}

/// A WebSocket that tells what happens in the threads that the caller may see.
///
/// After `{"type": "ready"}` it sends `thread.created` and `thread.updated` with `thread`, `thread.deleted` with `thread_id`,
/// `comment.created` with `thread_id`, `comment_count` and `comment`, and `thread.like.updated` with `thread_id` and
/// `like_count`. After `{"type": "resync"}` something may have been missed.
#[utoipa::path(
    get, path = "/ws/feed", tag = "feed", params(SocketQuery),
    responses(
        (status = 101, description = "The socket is open."),
        (status = 400, description = "invalid_handshake", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden_origin; banned", body = Problem),
        (status = 426, description = "upgrade_required", body = Problem),
        (status = 503, description = "draining, too_many_sockets", body = Problem),
    )
)]
pub(crate) async fn open(
    State(state): State<AppState>,
    caller: Caller,
    Query(_): Query<SocketQuery>,
    upgrade: Upgrade,
) -> ApiResult<Response> {
    if let Err(refused) = state.engine.admit(&upgrade) {
        return Ok(refused);
    }
    // Without a token, where `AUTH=open` lets them in: nobody in particular, who sees what is public.
    let principal = caller.member()?;
    let session = match principal {
        Some(principal) => Session::of(principal, state.ctx.clock.now()),
        None => Session::of(&nobody(), state.ctx.clock.now()),
    };
    let reader = Reader::new(principal.cloned());
    Ok(state
        .engine
        .accept(upgrade, session, Socket::new(&state.live, reader)))
}

fn nobody() -> Principal {
    Principal {
        user_id: String::new(),
        username: String::new(),
        roles: Vec::new(),
        session_id: None,
        issued_at: None,
        expires_at: None,
    }
}
