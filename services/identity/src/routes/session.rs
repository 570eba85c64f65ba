//! Going on with a session, ending it, and telling others whether it goes on.

use std::net::IpAddr;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use folkmoot_common::{
    auth::{Caller, Principal},
    http::{ApiError, ApiResult, ClientIp, Json, Problem},
    id::is_invisible_control,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{App, actor::session_of};
use crate::{
    cookie, limits,
    model::{SessionAnswer, Validation},
    refresh_token::RefreshToken,
    revoke,
    store::{Origin, Refreshed},
};

/// Most that is kept of what a browser calls itself.
const MAX_USER_AGENT_CHARS: usize = 200;

/// A refresh token. A browser leaves it out and sends the cookie.
#[derive(Default, Deserialize, ToSchema)]
pub(super) struct TokenBody {
    /// The newest refresh token of the session.
    refresh_token: Option<String>,
}

/// The refresh token of a request.
struct Given {
    text: String,
    by_cookie: bool,
}

/// What the body says counts more than the cookie.
fn given(app: &App, body: Option<Json<TokenBody>>, headers: &HeaderMap) -> Option<Given> {
    let in_body = body
        .and_then(|Json(body)| body.refresh_token)
        .map(|text| Given {
            text,
            by_cookie: false,
        });
    in_body.or_else(|| {
        cookie::get(headers, app.ctx.settings.is_https()).map(|text| Given {
            text: text.to_owned(),
            by_cookie: true,
        })
    })
}

/// Exchanges a refresh token for an access token and the next refresh token.
///
/// A refresh token counts once. One that comes again within ten seconds, before its successor was used, gets the same
/// successor (two tabs, or an answer that was lost). Any later it means that somebody else has it too: the
/// session ends, with every token of it.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "sessions",
    request_body = Option<TokenBody>,
    responses(
        (status = 200, body = SessionAnswer, headers(("Set-Cookie" = String, description = "the next refresh token, for browsers"))),
        (status = 401, description = "invalid_refresh_token", body = Problem),
        (status = 403, description = "forbidden_origin", body = Problem),
        (status = 422, description = "invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
pub(super) async fn refresh(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    headers: HeaderMap,
    body: Option<Json<TokenBody>>,
) -> Result<Response, Response> {
    let limited = app.limits.refresh(ip).await?;
    let refreshed = async {
        let Some(given) = given(&app, body, &headers) else {
            return Err(invalid_token());
        };
        if given.by_cookie {
            app.check_origin(&headers)?;
        }
        let token = RefreshToken::parse(&given.text).ok_or_else(invalid_token)?;
        match app.store.refresh(&token, &origin(ip, &headers)).await? {
            Refreshed::Session(session) if app.must_verify(&session.user) => {
                app.store.end_session(session.id, session.user.id).await?;
                Err(invalid_token())
            }
            Refreshed::Session(session) => app.respond(&session, !given.by_cookie),
            Refreshed::Refused => Err(invalid_token()),
            Refreshed::Reused(session_id) => {
                revoke::session(&app.ctx, session_id).await;
                metrics::counter!("folkmoot_refresh_token_reuses_total").increment(1);
                Err(invalid_token())
            }
        }
    };
    let response = limited.around(refreshed.await);
    if response.status() == StatusCode::UNAUTHORIZED {
        // The cookie will not work again.
        return Ok(app.without_cookie(response));
    }
    Ok(response)
}

/// Ends the session of the refresh token, the cookie or the access token; nothing happens if there is none.
#[utoipa::path(
    post, path = "/api/auth/logout", tag = "sessions", security((), ("bearer" = [])),
    request_body = Option<TokenBody>,
    responses(
        (status = 204, headers(("Set-Cookie" = String, description = "removes the refresh token"))),
        (status = 403, description = "forbidden_origin", body = Problem),
    )
)]
pub(super) async fn logout(
    State(app): State<App>,
    caller: Result<Caller, ApiError>,
    headers: HeaderMap,
    body: Option<Json<TokenBody>>,
) -> ApiResult<Response> {
    let given = given(&app, body, &headers);
    if given.as_ref().is_some_and(|given| given.by_cookie) {
        app.check_origin(&headers)?;
    }
    if let Some(token) = given.and_then(|given| RefreshToken::parse(&given.text))
        && let Some(session_id) = app.store.end_session_of(&token).await?
    {
        revoke::session(&app.ctx, session_id).await;
    }
    // An access token that has run out must not keep anybody logged in.
    let principal = caller
        .ok()
        .and_then(|caller| caller.principal().ok().cloned());
    if let Some((session_id, user_id)) = principal.as_ref().and_then(session_of) {
        app.store.end_session(session_id, user_id).await?;
        revoke::session(&app.ctx, session_id).await;
    }
    Ok(app.without_cookie(StatusCode::NO_CONTENT))
}

/// Says whom a token belongs to, for a proxy that asks before it lets a request through.
///
/// It answers by 2xx, 401 and 403 alone, which is all that nginx (`auth_request`) and Traefik (`forwardAuth`) ask for.
#[utoipa::path(
    get, path = "/api/auth/validate", tag = "sessions", security(("bearer" = [])),
    responses(
        (status = 200, body = Validation, headers(
            ("X-User-ID" = String, description = "the account's id"),
            ("X-Username" = String, description = "its name"),
            ("X-Roles" = String, description = "what it may do, separated by commas"),
        )),
        (status = 401, description = "unauthorized: no token, a wrong one, or its session has ended", body = Problem),
        (status = 403, description = "banned", body = Problem),
    )
)]
pub(super) async fn validate(State(app): State<App>, caller: Caller) -> ApiResult<Response> {
    let principal = caller.principal()?;
    app.check_session(principal).await?;
    let headers = [
        (
            HeaderName::from_static("x-user-id"),
            header_value(&principal.user_id)?,
        ),
        (
            HeaderName::from_static("x-username"),
            header_value(&principal.username)?,
        ),
        (
            HeaderName::from_static("x-roles"),
            header_value(&principal.roles.join(","))?,
        ),
    ];
    Ok((headers, Json(Validation::from(principal))).into_response())
}

/// The same as `/api/auth/validate`.
#[utoipa::path(
    get, path = "/api/auth/verify-user", tag = "sessions", security(("bearer" = [])),
    responses(
        (status = 200, body = Validation, headers(
            ("X-User-ID" = String, description = "the account's id"),
            ("X-Username" = String, description = "its name"),
            ("X-Roles" = String, description = "what it may do, separated by commas"),
        )),
        (status = 401, description = "unauthorized: no token, a wrong one, or its session has ended", body = Problem),
        (status = 403, description = "banned", body = Problem),
    )
)]
pub(super) async fn verify_user(state: State<App>, caller: Caller) -> ApiResult<Response> {
    validate(state, caller).await
}

impl App {
    /// A token outlives its session elsewhere, but not here. A script's token has no session.
    pub(super) async fn check_session(&self, principal: &Principal) -> ApiResult<()> {
        if principal.session_id.is_none() {
            return Ok(());
        }
        let alive = match session_of(principal) {
            Some((session_id, user_id)) => self.store.is_session_alive(session_id, user_id).await?,
            None => false,
        };
        if alive {
            Ok(())
        } else {
            Err(ApiError::unauthorized("the session has ended"))
        }
    }
}

/// By what the owner of a session knows it again.
pub(super) fn origin(ip: IpAddr, headers: &HeaderMap) -> Origin {
    let user_agent = headers.get(header::USER_AGENT).map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes());
        let shown = text
            .chars()
            .filter(|character| !is_invisible_control(*character));
        shown.take(MAX_USER_AGENT_CHARS).collect()
    });
    Origin {
        user_agent,
        network: Some(limits::network(ip)),
    }
}

/// UTF-8 as it is; control characters are in no name.
fn header_value(text: &str) -> ApiResult<HeaderValue> {
    HeaderValue::from_bytes(text.as_bytes()).map_err(ApiError::internal)
}

fn invalid_token() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "invalid_refresh_token",
        "the session has ended; log in again",
    )
}
