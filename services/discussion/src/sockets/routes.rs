//! Opening a socket.

use axum::{extract::State, response::Response};
use folkmoot_common::{
    auth::Caller,
    http::{ApiResult, Path, Problem, Query},
};
use folkmoot_realtime::{Session, Upgrade};
use serde::Deserialize;
use utoipa::IntoParams;

use super::socket::Socket;
use crate::{
    AppState,
    access::{self, no_thread},
    policy::Reader,
};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SocketQuery {
    /// The access token, where the subprotocol `access_token` cannot be used.
    #[serde(rename = "token")]
    _token: Option<String>,
}

/// A WebSocket that tells what happens in a thread.
///
/// It sends `{"type": "joined", "thread_id": …}` when it is ready, and then `thread.updated`, `thread.deleted`,
/// `comment.created`, `comment.updated`, `comment.deleted`, `thread.like.updated` and `comment.like.updated`. When another
/// role is needed to read the thread, it closes with 3009 for those who have it, who connect again, and with 3503 for
/// the others.
#[utoipa::path(
    get, path = "/ws/threads/{id}", tag = "threads", operation_id = "open_thread_socket", params(("id" = String, Path, description = "The thread."), SocketQuery),
    responses(
        (status = 101, description = "The socket is open.", body = crate::live::Change),
        (status = 400, description = "invalid_handshake", body = Problem),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 403, description = "forbidden_origin, banned", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 426, description = "upgrade_required", body = Problem),
        (status = 503, description = "draining, too_many_sockets", body = Problem),
    )
)]
pub(super) async fn open(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Query(_): Query<SocketQuery>,
    upgrade: Upgrade,
) -> ApiResult<Response> {
    if let Err(refused) = state.engine.admit(&upgrade) {
        return Ok(refused);
    }
    let reader = Reader::of(&caller)?;
    let access = state.store.access(access::id(&id, no_thread)?).await?;
    let access = access.filter(|access| access.allows(&reader));
    let access = access.ok_or_else(no_thread)?;
    let session = session(&state, &reader);
    let socket = Socket {
        state: state.clone(),
        reader,
        access,
    };
    Ok(state.engine.accept(upgrade, session, socket))
}

fn session(state: &AppState, reader: &Reader) -> Session {
    match reader.principal() {
        Ok(principal) => Session::of(principal, state.ctx.clock.now()),
        // Nobody in particular, who may read what is open to everybody.
        Err(_) => Session {
            user_id: "".into(),
            session_id: None,
            issued_at: None,
            expires_in: None,
        },
    }
}
