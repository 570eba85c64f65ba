//! Opening a notification socket.

use axum::{extract::State, response::Response};
use folkmoot_common::{
    auth::Caller,
    http::{ApiResult, Problem, Query},
};
use folkmoot_realtime::{Session, Upgrade};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{AppState, acquaintance, socket::Socket};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SocketQuery {
    /// Whose notifications: oneself. Only needed with `AUTH=open`.
    user_id: Option<String>,
    /// The access token, where the subprotocol `access_token` cannot be used.
    #[serde(rename = "token")]
    _token: Option<String>,
}

/// A WebSocket that tells of new notifications.
///
/// It sends `{"type": "unread_count", "unread_count": 3}` at first and whenever the number changes, and
/// `{"type": "notification", "kind": "comment.replied", "notification": {…}}` for each new one, and for each to which something
/// was added: then it has the id of the one before. Of what its user may not see (any more) it says nothing.
#[utoipa::path(
    get, path = "/ws/notifications", tag = "notifications", params(SocketQuery),
    responses(
        (status = 101, description = "The socket is open."),
        (status = 400, description = "invalid_id, invalid_handshake", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden_origin; forbidden: somebody else", body = Problem),
        (status = 426, description = "upgrade_required", body = Problem),
        (status = 503, description = "draining, too_many_sockets", body = Problem),
    )
)]
pub(crate) async fn open(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<SocketQuery>,
    upgrade: Upgrade,
) -> ApiResult<Response> {
    if let Err(refused) = state.engine.admit(&upgrade) {
        return Ok(refused);
    }
    let user = match &query.user_id {
        Some(user_id) => caller.acting_as(user_id, None)?,
        None => caller.principal()?.clone(),
    };
    if caller.principal().is_ok() {
        acquaintance::make(&state, &user).await;
    }
    let session = Session::of(&user, state.ctx.clock.now());
    Ok(state
        .engine
        .accept(upgrade, session, Socket::new(state.store.clone())))
}
