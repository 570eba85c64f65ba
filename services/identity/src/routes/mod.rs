//! The HTTP API.

mod account;
mod actor;
mod bans;
mod deletion;
mod email;
mod exports;
mod keys;
mod password;
mod profile;
mod relations;
mod roles;
mod session;
mod sessions;
mod users;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use folkmoot_common::{
    Context,
    auth::{Verifier, keys::KeyStore, origin},
    http::{ApiError, ApiResult, Json},
    objects::Objects,
};
use tokio::sync::OnceCell;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Settings, cookie,
    limits::Limits,
    mail::Transport,
    model::{Session, SessionAnswer},
    password::Passwords,
    store::Store,
    token::{self, Grant},
};

/// Largest body in bytes.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// What the handlers work with.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) ctx: Context,
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    pub(crate) keys: KeyStore,
    pub(crate) passwords: Passwords,
    pub(crate) limits: Limits,
    pub(crate) mail: Transport,
    /// Where exports are; opened at the first use.
    pub(crate) objects: Arc<OnceCell<Objects>>,
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.ctx.verifier.clone()
    }
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Folkmoot identity", description = "Accounts, sessions and the keys that tokens are verified with."),
    modifiers(&Security)
)]
struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// The routes and their description.
pub(crate) fn router(app: App) -> (Router, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(account::register))
        .routes(routes!(account::signup))
        .routes(routes!(account::login))
        .routes(routes!(account::me))
        .routes(routes!(session::refresh))
        .routes(routes!(session::logout))
        .routes(routes!(session::validate))
        .routes(routes!(session::verify_user))
        .routes(routes!(keys::jwks))
        .routes(routes!(keys::well_known_jwks))
        .merge(sessions::routes())
        .merge(password::routes())
        .merge(email::routes())
        .merge(roles::routes())
        .merge(bans::routes())
        .merge(profile::routes())
        .merge(relations::routes())
        .merge(users::routes())
        .merge(exports::routes())
        .merge(deletion::routes())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(app)
        .split_for_parts()
}

impl App {
    /// A page of another site must neither use nor replace the cookie of ours.
    fn check_origin(&self, headers: &HeaderMap) -> ApiResult<()> {
        if origin::is_ours(headers, &self.ctx.settings) {
            return Ok(());
        }
        Err(ApiError::new(
            axum::http::StatusCode::FORBIDDEN,
            "forbidden_origin",
            "this page may not do that",
        ))
    }

    fn answer(&self, session: &Session, shows_refresh_token: bool) -> ApiResult<SessionAnswer> {
        let user = session.user.to_user();
        let lifetime = self.settings.access_lifetime();
        let grant = Grant {
            user_id: user.id.to_string(),
            username: user.username.clone(),
            roles: user.roles.clone(),
            session_id: Some(session.id.to_string()),
            lifetime,
        };
        let not_before = session.user.tokens_valid_from;
        let access_token = token::sign(
            &self.keys,
            &self.ctx.clock,
            &self.ctx.ids,
            grant,
            not_before,
        )?;
        Ok(SessionAnswer {
            token: access_token.clone(),
            access_token,
            token_type: "Bearer".to_owned(),
            expires_in: lifetime.num_seconds(),
            refresh_token: shows_refresh_token.then(|| session.refresh_token.encode()),
            user,
        })
    }

    /// The answer to who begins or goes on with a session, with the cookie.
    fn respond(&self, session: &Session, shows_refresh_token: bool) -> ApiResult<Response> {
        let answer = self.answer(session, shows_refresh_token)?;
        let lifetime = self.settings.refresh_lifetime();
        let cookie = cookie::set(
            &session.refresh_token,
            lifetime,
            self.ctx.settings.is_https(),
        );
        Ok(([(header::SET_COOKIE, cookie)], Json(answer)).into_response())
    }

    /// `response` with the cookie removed.
    fn without_cookie(&self, response: impl IntoResponse) -> Response {
        (
            [(
                header::SET_COOKIE,
                cookie::clear(self.ctx.settings.is_https()),
            )],
            response,
        )
            .into_response()
    }
}
