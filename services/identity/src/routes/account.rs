//! Making an account and proving that one has it.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, ClientIp, Json, Problem},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::App;
use crate::{
    model::{SessionAnswer, User, UserRow},
    policy::{self, AccountKey},
    settings::Registration,
};

/// A new account.
#[derive(Deserialize, ToSchema)]
pub(super) struct RegisterBody {
    /// An e-mail address in ASCII.
    #[schema(example = "ann@example.org")]
    email: String,
    /// 2 to 32 of `A-Z a-z 0-9 _ . -`, unique in any case.
    #[schema(example = "ann")]
    username: String,
    /// 7 to 256 characters.
    #[schema(format = Password, example = "correct horse battery staple")]
    password: String,
}

/// An account and its password. One of `identifier`, `email` and `username` names the account.
#[derive(Deserialize, ToSchema)]
pub(super) struct LoginBody {
    /// E-mail address or user name.
    identifier: Option<String>,
    /// The same as `identifier`.
    email: Option<String>,
    /// The same as `identifier`.
    username: Option<String>,
    /// The password.
    #[schema(format = Password)]
    password: String,
}

/// Makes an account and begins a session.
///
/// A name or an address that is in use is told, because no mail is sent that could tell its owner instead; how
/// many accounts one network address can try is limited.
#[utoipa::path(
    post, path = "/api/auth/register", tag = "accounts",
    request_body = RegisterBody,
    responses(
        (status = 201, body = SessionAnswer, headers(("Set-Cookie" = String, description = "the refresh token, for browsers"))),
        (status = 403, description = "registration_closed, forbidden_origin", body = Problem),
        (status = 409, description = "username_taken, email_taken", body = Problem),
        (status = 422, description = "invalid_username, invalid_email, invalid_password, invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
pub(super) async fn register(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    headers: HeaderMap,
    Json(body): Json<RegisterBody>,
) -> Result<Response, Response> {
    let limited = app.limits.registration(ip).await?;
    let registered = async {
        app.check_origin(&headers)?;
        if app.settings.registration == Registration::Closed {
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "registration_closed",
                "accounts are made by the administrators",
            ));
        }
        let account = policy::new_account(&body.username, &body.email, &body.password)?;
        app.store.check_free(&account).await?;
        let password_hash = app.passwords.hash(body.password).await?;
        let session = app.store.register(account, password_hash).await?;
        Ok((StatusCode::CREATED, app.respond(&session, true)?).into_response())
    };
    Ok(limited.around(registered.await))
}

/// Begins a session.
///
/// The answer is the same, and takes as long, whether the account or the password is wrong.
#[utoipa::path(
    post, path = "/api/auth/login", tag = "accounts",
    request_body = LoginBody,
    responses(
        (status = 200, body = SessionAnswer, headers(("Set-Cookie" = String, description = "the refresh token, for browsers"))),
        (status = 401, description = "invalid_credentials", body = Problem),
        (status = 403, description = "forbidden_origin", body = Problem),
        (status = 422, description = "invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable: too many people are logging in", body = Problem),
    )
)]
pub(super) async fn login(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    headers: HeaderMap,
    Json(body): Json<LoginBody>,
) -> Result<Response, Response> {
    let key = body
        .identifier
        .or(body.email)
        .or(body.username)
        .map(|identifier| AccountKey::new(&identifier));
    let key = key.ok_or_else(|| {
        let detail = "one of identifier, email and username is needed";
        ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", detail).into_response()
    })?;
    let limited = app.limits.login(ip, &key).await?;
    let logged_in = async {
        app.check_origin(&headers)?;
        let user = authenticate(&app, &key, body.password).await?;
        let session = app.store.begin_session(user).await?;
        app.respond(&session, true)
    };
    Ok(limited.around(logged_in.await))
}

async fn authenticate(app: &App, key: &AccountKey, password: String) -> ApiResult<UserRow> {
    let wrong = || {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "invalid_credentials",
            "the account or the password is wrong",
        )
    };
    if !policy::is_password_length(&password) {
        return Err(wrong());
    }
    let user = match key.is_possible() {
        true => app.store.find(key).await?,
        false => None,
    };
    let stored = user.as_ref().map(|user| user.password_hash.as_str());
    if !app.passwords.verify(password, stored).await? {
        metrics::counter!("folkmoot_login_failures_total").increment(1);
        return Err(wrong());
    }
    user.ok_or_else(wrong)
}

/// The caller's own account.
#[utoipa::path(
    get, path = "/api/auth/me", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, body = User),
        (status = 401, description = "unauthorized: no token, a wrong one, or its session has ended", body = Problem),
        (status = 404, description = "user_not_found: the token names no account", body = Problem),
    )
)]
pub(super) async fn me(State(app): State<App>, caller: Caller) -> ApiResult<Json<User>> {
    let principal = caller.principal()?;
    app.check_session(principal).await?;
    let user = match Uuid::try_parse(&principal.user_id) {
        Ok(id) => app.store.user(id).await?,
        Err(_) => None,
    };
    let user =
        user.ok_or_else(|| ApiError::not_found("user_not_found", "the token names no account"))?;
    Ok(Json(user.to_user()))
}
