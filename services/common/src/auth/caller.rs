//! Who makes a request, as handlers and sockets ask for it.

use std::borrow::Cow;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, Uri, header, request::Parts},
};

use super::{AuthMode, Principal, TOKEN_SUBPROTOCOL, Verifier};
use crate::{http::ApiError, id};

/// The maker of a request. Extracting it refuses a token that does not count, in either mode;
/// whether there must be one is asked by the methods.
///
/// The token is the `Authorization: Bearer` header's. A request that opens a socket may carry it in the
/// subprotocols (`access_token, <token>`) or as `?token=` instead, because a browser sets no header there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    mode: AuthMode,
    public_read: bool,
    principal: Option<Principal>,
}

impl Caller {
    /// A caller who is already known, for tests and for work on behalf of the platform.
    #[must_use]
    pub fn new(mode: AuthMode, principal: Option<Principal>) -> Self {
        Self {
            mode,
            public_read: true,
            principal,
        }
    }

    /// Whom the token names.
    ///
    /// # Errors
    /// 401 if there was no token, in either mode.
    pub fn principal(&self) -> Result<&Principal, ApiError> {
        self.principal
            .as_ref()
            .ok_or_else(|| ApiError::unauthorized("an access token is needed"))
    }

    /// Whom the token names; with `AUTH=open` it may be nobody.
    ///
    /// # Errors
    /// 401 if a token is required and there was none.
    pub fn member(&self) -> Result<Option<&Principal>, ApiError> {
        match self.mode {
            AuthMode::Required => self.principal().map(Some),
            AuthMode::Open => Ok(self.principal.as_ref()),
        }
    }

    /// Who reads what may be public: whom the token names, or nobody.
    ///
    /// # Errors
    /// 401 without a token where `PUBLIC_READ=no`.
    pub fn reader(&self) -> Result<Option<&Principal>, ApiError> {
        if self.public_read {
            return Ok(self.principal.as_ref());
        }
        self.member()
    }

    /// Who acts as `user_id`, which is the path's or the query's word. A token must be theirs; only with
    /// `AUTH=open` and without a token the word is believed, with the display name `username`, or the id.
    ///
    /// # Errors
    /// 400 if the id or the name may not be one, 401 without a needed token, 403 if the token is somebody else's.
    pub fn acting_as(&self, user_id: &str, username: Option<&str>) -> Result<Principal, ApiError> {
        id::check("user_id", user_id)?;
        match self.member()? {
            Some(principal) if principal.user_id == user_id => Ok(principal.clone()),
            Some(_) => Err(ApiError::forbidden("the token belongs to somebody else")),
            None => named(
                user_id,
                username.filter(|name| !name.is_empty()).unwrap_or(user_id),
            ),
        }
    }
}

fn named(user_id: &str, username: &str) -> Result<Principal, ApiError> {
    if !id::is_display_name(username) {
        let detail = "username must be 1 to 64 characters without control characters";
        return Err(ApiError::bad_request("invalid_username", detail));
    }
    Ok(Principal {
        user_id: user_id.to_owned(),
        username: username.to_owned(),
        roles: Vec::new(),
        session_id: None,
        issued_at: None,
        expires_at: None,
    })
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let verifier = Verifier::from_ref(state);
        let principal = match token(&parts.headers, &parts.uri) {
            Some(token) => Some(verifier.verify(&token).await?),
            None => None,
        };
        Ok(Self {
            mode: verifier.mode(),
            public_read: verifier.public_read(),
            principal,
        })
    }
}

fn token<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<Cow<'a, str>> {
    if let Some(token) = bearer(headers) {
        return Some(Cow::Borrowed(token));
    }
    let opens_socket = headers
        .get(header::UPGRADE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if !opens_socket {
        // Elsewhere a token in the address would end up in histories, logs and referrers.
        return None;
    }
    subprotocol(headers)
        .map(Cow::Borrowed)
        .or_else(|| query(uri))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn subprotocol(headers: &HeaderMap) -> Option<&str> {
    let offers = headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut offers = offers.flat_map(|value| value.split(',')).map(str::trim);
    offers.find(|offer| *offer == TOKEN_SUBPROTOCOL)?;
    offers.next()
}

fn query(uri: &Uri) -> Option<Cow<'_, str>> {
    let pairs = url::form_urlencoded::parse(uri.query()?.as_bytes());
    pairs
        .filter(|(name, value)| name == "token" && !value.is_empty())
        .map(|(_, value)| value)
        .next()
}
