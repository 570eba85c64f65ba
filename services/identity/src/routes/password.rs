//! Changing and resetting passwords.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, ClientIp, Json, Problem},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{App, account::Accepted};
use crate::{
    mail::Kind,
    model::UserRow,
    one_time_code::OneTimeCode,
    policy::{self, AccountKey},
    revoke,
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(change))
        .routes(routes!(forgot))
        .routes(routes!(reset))
}

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeBody {
    /// The password until now.
    #[schema(format = Password)]
    password: String,
    /// The password from now on: 7 to 256 characters.
    #[schema(format = Password)]
    new_password: String,
}

/// Changes the caller's password. All their other sessions end, and a mail tells them.
#[utoipa::path(
    post, path = "/api/auth/password/change", tag = "accounts", security(("bearer" = [])),
    operation_id = "change_password", request_body = ChangeBody,
    responses(
        (status = 204),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "wrong_password, banned", body = Problem),
        (status = 422, description = "invalid_password, invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
async fn change(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    caller: Caller,
    Json(body): Json<ChangeBody>,
) -> Result<Response, Response> {
    let actor = app
        .actor(&caller)
        .await
        .map_err(IntoResponse::into_response)?;
    let limited = app
        .limits
        .login(ip, &AccountKey::new(&actor.user.username))
        .await?;
    let changed = async {
        policy::new_password(&body.new_password, &actor.user)?;
        app.check_password(&actor.user, body.password).await?;
        let hash = app.passwords.hash(body.new_password).await?;
        let except = actor.session_id.unwrap_or(Uuid::nil());
        let ended = app
            .store
            .change_password(&actor.user, &hash, except)
            .await?;
        let ended = ended.ok_or_else(wrong_password)?;
        revoke::sessions(&app.ctx, &ended).await;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    Ok(limited.around(changed.await))
}

/// Whose password was forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ForgotBody {
    /// The account's address.
    #[schema(example = "ann@example.org")]
    email: String,
}

/// Sends a one-time code that sets another password, if the address has an account.
///
/// The answer is the same, and takes as long, if it has none. At most three mails an hour go to one address.
#[utoipa::path(
    post, path = "/api/auth/password/forgot", tag = "accounts",
    operation_id = "forgot_password", request_body = ForgotBody,
    responses(
        (status = 202, description = "a mail may be on its way", body = Accepted),
        (status = 403, description = "forbidden_origin", body = Problem),
        (status = 422, description = "invalid_email, invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
async fn forgot(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    headers: axum::http::HeaderMap,
    Json(body): Json<ForgotBody>,
) -> Result<Response, Response> {
    let limited = app.limits.mail(ip).await?;
    let accepted = async {
        app.check_origin(&headers)?;
        let email = policy::new_email(&body.email)?;
        app.store.enqueue_mail(Kind::Reset, &email, None).await?;
        Ok(Accepted::answer())
    };
    Ok(limited.around(accepted.await))
}

/// The code of the mail, and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetBody {
    /// The address that the mail went to.
    #[schema(example = "ann@example.org")]
    email: String,
    /// The code in the mail; case, dashes and blanks do not matter.
    code: String,
    /// 7 to 256 characters.
    #[schema(format = Password)]
    password: String,
}

/// Sets another password by a code, once. All sessions of the account end.
#[utoipa::path(
    post, path = "/api/auth/password/reset", tag = "accounts",
    operation_id = "reset_password", request_body = ResetBody,
    responses(
        (status = 204, headers(("Set-Cookie" = String, description = "removes the refresh token"))),
        (status = 400, description = "invalid_code: wrong, used, replaced by a newer one, or too old", body = Problem),
        (status = 403, description = "forbidden_origin", body = Problem),
        (status = 422, description = "invalid_password, invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
async fn reset(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    headers: axum::http::HeaderMap,
    Json(body): Json<ResetBody>,
) -> Result<Response, Response> {
    let limited = app.limits.code(ip).await?;
    let done = async {
        app.check_origin(&headers)?;
        let code = OneTimeCode::parse(&body.code).ok_or_else(invalid_code)?;
        let email = AccountKey::Email(policy::fold(body.email.trim()));
        let user = app
            .store
            .reset_code(&code, &email)
            .await?
            .ok_or_else(invalid_code)?;
        // A password that cannot be used leaves the code as it is.
        policy::new_password(&body.password, &user)?;
        let hash = app.passwords.hash(body.password).await?;
        let ended = app.store.reset_password(&code, &user, &hash).await?;
        let ended = ended.ok_or_else(invalid_code)?;
        revoke::sessions(&app.ctx, &ended).await;
        Ok(app.without_cookie(StatusCode::NO_CONTENT))
    };
    Ok(limited.around(done.await))
}

impl App {
    /// Whether `password` is that of `user`.
    ///
    /// # Errors
    /// 403 `wrong_password` if not: the token counts all the same.
    pub(super) async fn check_password(&self, user: &UserRow, password: String) -> ApiResult<()> {
        let right = policy::is_password_length(&password)
            && self
                .passwords
                .verify(password, Some(&user.password_hash))
                .await?;
        if right { Ok(()) } else { Err(wrong_password()) }
    }
}

fn wrong_password() -> ApiError {
    ApiError::new(
        StatusCode::FORBIDDEN,
        "wrong_password",
        "the password is wrong",
    )
}

/// 400, whatever is wrong with the code.
pub(super) fn invalid_code() -> ApiError {
    let detail = "the code is wrong, was used, or is too old; ask for another mail";
    ApiError::bad_request("invalid_code", detail)
}
