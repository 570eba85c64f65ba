//! The end of an account.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use folkmoot_common::{
    auth::Caller,
    http::{ClientIp, Json, Problem},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::App;
use crate::{policy::AccountKey, revoke};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(delete))
}

/// Proof that it is the owner who wants it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeletionBody {
    /// The account's password.
    #[schema(format = Password)]
    password: String,
}

/// Deletes the caller's account for good.
///
/// All that is personal goes: the profile, relations, sessions, files, exports, notifications. What they wrote stays, as by
/// a deleted user. Nobody can take the name for a month.
#[utoipa::path(
    delete, path = "/api/users/me", tag = "accounts", security(("bearer" = [])),
    operation_id = "delete_account", request_body = DeletionBody,
    responses(
        (status = 204, headers(("Set-Cookie" = String, description = "removes the refresh token"))),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "wrong_password", body = Problem),
        (status = 409, description = "changed: the account has changed meanwhile; last_admin: nobody else is admin", body = Problem),
        (status = 422, description = "invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
async fn delete(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    caller: Caller,
    Json(body): Json<DeletionBody>,
) -> Result<Response, Response> {
    let actor = app
        .actor(&caller)
        .await
        .map_err(IntoResponse::into_response)?;
    let key = AccountKey::new(&actor.user.username);
    let limited = app.limits.login(ip, &key).await?;
    let deleted = async {
        app.check_password(&actor.user, body.password).await?;
        app.store.delete_user(&actor.user).await?;
        revoke::user(&app.ctx, actor.user.id).await;
        Ok(app.without_cookie(StatusCode::NO_CONTENT))
    };
    Ok(limited.around(deleted.await))
}
