//! The keys that tokens are verified with.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use folkmoot_common::{auth::jwks::JwkSet, http::Json};

use super::App;

/// Shorter than the time that a new key waits before it signs.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=30");

/// The public keys as a JSON Web Key Set (RFC 7517).
#[utoipa::path(get, path = "/api/auth/jwks.json", tag = "keys", responses((status = 200, body = JwkSet)))]
pub(super) async fn jwks(State(app): State<App>) -> Response {
    (
        [(header::CACHE_CONTROL, CACHE)],
        Json(app.keys.public_keys().to_jwks()),
    )
        .into_response()
}

/// The same, where tools look for it.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "keys", responses((status = 200, body = JwkSet)))]
pub(super) async fn well_known_jwks(state: State<App>) -> Response {
    jwks(state).await
}
