//! The end of an account.

use axum::{extract::State, http::StatusCode, response::Response};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, ClientIp, Json, Problem},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::App;
use crate::{
    people::no_account,
    policy::{self, AccountKey},
    revoke,
};

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
        (status = 404, description = "user_not_found: the token names no account", body = Problem),
        (status = 409, description = "changed: the account has changed meanwhile", body = Problem),
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
    use axum::response::IntoResponse as _;
    let user_id = app
        .account_id(&caller)
        .await
        .map_err(ApiError::into_response)?;
    let key = AccountKey::Username(user_id.to_string());
    let limited = app.limits.login(ip, &key).await?;
    let deleted = app.delete_account(user_id, body.password).await;
    let deleted = deleted.map(|()| app.without_cookie(StatusCode::NO_CONTENT));
    Ok(limited.around(deleted))
}

impl App {
    async fn delete_account(&self, user_id: Uuid, password: String) -> ApiResult<()> {
        let wrong = || {
            let detail = "the password is wrong";
            ApiError::new(StatusCode::FORBIDDEN, "wrong_password", detail)
        };
        if !policy::is_password_length(&password) {
            return Err(wrong());
        }
        let user = self.store.user(user_id).await?.ok_or_else(no_account)?;
        if !self
            .passwords
            .verify(password, Some(&user.password_hash))
            .await?
        {
            return Err(wrong());
        }
        self.store.delete_user(&user).await?;
        revoke::user(&self.ctx, user_id).await;
        Ok(())
    }
}
