//! Making an account and proving that one has it.

use std::net::IpAddr;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, ClientIp, Json, Problem},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    App,
    bans::{self, BannedProblem},
    session::origin,
};
use crate::{
    mail::Kind,
    model::{SessionAnswer, User, UserRow},
    policy::{self, AccountKey, NewAccount},
    settings::{EmailVerification, Registration},
    store::{Origin, Pending, Started},
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

/// The same with a name for people, as other platforms' clients send it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignupBody {
    /// The name for people: 1 to 64 characters.
    #[schema(example = "Ann Smith")]
    name: Option<String>,
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

/// What happens next, whether the address was known or not.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accepted {
    /// For people.
    #[schema(value_type = String, example = "a mail is on its way")]
    detail: &'static str,
}

impl Accepted {
    /// 202.
    pub(super) fn answer() -> Response {
        let detail = "if this can be done, a mail is on its way";
        (StatusCode::ACCEPTED, Json(Self { detail })).into_response()
    }
}

/// Makes an account and begins a session.
///
/// With `EMAIL_VERIFICATION=required` there is no session yet: the answer is 202 and a mail goes out, to say how to go on or, if
/// the address has an account, that it has one. Otherwise a taken address is told, because whoever registers is in
/// at once; how many accounts one network address can try is limited.
#[utoipa::path(
    post, path = "/api/auth/register", tag = "accounts",
    request_body = RegisterBody,
    responses(
        (status = 201, body = SessionAnswer, headers(("Set-Cookie" = String, description = "the refresh token, for browsers"))),
        (status = 202, description = "a mail is on its way", body = Accepted),
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
    let account = policy::new_account(&body.username, &body.email, &body.password, None);
    app.registered(ip, &headers, account, body.password).await
}

/// Makes an account and begins a session: as `/api/auth/register`, with a name for people.
#[utoipa::path(
    post, path = "/api/auth/signup", tag = "accounts",
    request_body = SignupBody,
    responses(
        (status = 201, body = SessionAnswer, headers(("Set-Cookie" = String, description = "the refresh token, for browsers"))),
        (status = 202, description = "a mail is on its way", body = Accepted),
        (status = 403, description = "registration_closed, forbidden_origin", body = Problem),
        (status = 409, description = "username_taken, email_taken", body = Problem),
        (status = 422, description = "invalid_name, invalid_username, invalid_email, invalid_password, invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
pub(super) async fn signup(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    headers: HeaderMap,
    Json(body): Json<SignupBody>,
) -> Result<Response, Response> {
    let name = body.name.as_deref();
    let account = policy::new_account(&body.username, &body.email, &body.password, name);
    app.registered(ip, &headers, account, body.password).await
}

impl App {
    async fn registered(
        &self,
        ip: IpAddr,
        headers: &HeaderMap,
        account: ApiResult<NewAccount>,
        password: String,
    ) -> Result<Response, Response> {
        let limited = self.limits.registration(ip).await?;
        let registered = async {
            self.check_origin(headers)?;
            if self.settings.registration == Registration::Closed {
                return Err(ApiError::new(
                    StatusCode::FORBIDDEN,
                    "registration_closed",
                    "accounts are made by the administrators",
                ));
            }
            let account = account?;
            self.store.check_name_free(&account).await?;
            match self.settings.email_verification {
                EmailVerification::Required => self.register_later(account, password).await,
                EmailVerification::Optional => {
                    self.register_now(account, password, &origin(ip, headers))
                        .await
                }
            }
        };
        Ok(limited.around(registered.await))
    }

    async fn register_now(
        &self,
        account: NewAccount,
        password: String,
        from: &Origin,
    ) -> ApiResult<Response> {
        self.store.check_address_free(&account).await?;
        let password_hash = self.passwords.hash(password).await?;
        let session = self.store.register(account, password_hash, from).await?;
        Ok((StatusCode::CREATED, self.respond(&session, true)?).into_response())
    }

    /// Nothing here asks whether the address is known.
    async fn register_later(&self, account: NewAccount, password: String) -> ApiResult<Response> {
        let password_hash = self.passwords.hash(password).await?;
        self.store.register_later(&account, &password_hash).await?;
        Ok(Accepted::answer())
    }
}

/// Begins a session.
///
/// The answer is the same, and takes as long, whether the account or the password is wrong.
#[utoipa::path(
    post, path = "/api/auth/login", tag = "accounts",
    request_body = LoginBody,
    responses(
        (status = 200, body = SessionAnswer, headers(("Set-Cookie" = String, description = "the refresh token, for browsers"))),
        (status = 401, description = "invalid_credentials: also while the address must be verified first; a mail goes out then", body = Problem),
        (status = 403, description = "banned, which is told with the right password only; forbidden_origin", body = BannedProblem),
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
        match app.store.begin_session(user, &origin(ip, &headers)).await? {
            Started::Session(session) => app.respond(&session, true),
            Started::Banned(ban) => Ok(bans::refusal(&ban)),
            Started::PasswordChanged => Err(wrong()),
        }
    };
    Ok(limited.around(logged_in.await))
}

fn wrong() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "invalid_credentials",
        "the account or the password is wrong",
    )
}

async fn authenticate(app: &App, key: &AccountKey, password: String) -> ApiResult<UserRow> {
    if !policy::is_password_length(&password) {
        return Err(wrong());
    }
    let user = match key.is_possible() {
        true => app.store.find(key).await?,
        false => None,
    };
    let pending = app.pending(key).await?;
    let of_user = user.as_ref().map(|user| user.password_hash.as_str());
    let of_pending = pending
        .as_ref()
        .map(|pending| pending.password_hash.as_str());
    if !app
        .passwords
        .verify(password, of_user.or(of_pending))
        .await?
    {
        metrics::counter!("folkmoot_login_failures_total").increment(1);
        return Err(wrong());
    }
    match user {
        Some(user) if !app.must_verify(&user) => Ok(user),
        unverified => {
            let email = unverified
                .map(|user| user.email)
                .or(pending.map(|pending| pending.email));
            if let Some(email) = email {
                app.store.enqueue_mail(Kind::Verify, &email, None).await?;
            }
            Err(wrong())
        }
    }
}

impl App {
    /// Whether the account cannot be used until its address is verified.
    pub(super) fn must_verify(&self, user: &UserRow) -> bool {
        let required = self.settings.email_verification == EmailVerification::Required;
        required && user.email_verified_at.is_none()
    }

    /// The registration that waits for this address. It is looked for whether there is an account or not.
    async fn pending(&self, key: &AccountKey) -> ApiResult<Option<Pending>> {
        let can_be = self.settings.email_verification == EmailVerification::Required;
        if !can_be || !key.is_possible() || matches!(key, AccountKey::Username(_)) {
            return Ok(None);
        }
        Ok(self.store.newest_pending(key).await?)
    }
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
