//! Access tokens: JSON Web Tokens in compact form with exactly one algorithm.
//!
//! The library checks form and signature. What the claims say is checked here, by the injected clock.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};

use super::{Principal, eddsa, jwks::PublicKeys};
use crate::id;

/// Who signs.
pub const ISSUER: &str = "folkmoot";
/// For whom the tokens are.
pub const AUDIENCE: &str = "folkmoot";
/// The only signature algorithm.
pub const ALGORITHM: &str = "EdDSA";
/// The type that tells an access token from every other token ([RFC 9068]).
///
/// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068#name-header
pub const TYPE: &str = "at+jwt";
/// By how much the clocks of two machines may differ.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// Longest token in bytes. Ours have about 500.
const MAX_BYTES: usize = 4096;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// [`ISSUER`].
    pub iss: String,
    /// [`AUDIENCE`].
    pub aud: String,
    /// The account.
    pub sub: String,
    /// The user name.
    pub name: String,
    /// What they may do.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// This token's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// When it was made, in seconds since 1970.
    pub iat: i64,
    /// Before when it does not count, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
}

/// Why a token does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenError {
    /// It is no access token of ours, or was tampered with.
    Invalid,
    /// Its signature may be right, but the key of this id is not known.
    UnknownKey(String),
    /// It was right once.
    Expired,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid | Self::UnknownKey(_) => "the token is not valid",
            Self::Expired => "the token has expired",
        })
    }
}

impl std::error::Error for TokenError {}

/// Signs `claims` with `key`, whose id is `kid`.
///
/// # Errors
/// If the claims have no JSON form.
pub fn sign(
    claims: &Claims,
    kid: &str,
    key: &SigningKey,
) -> Result<String, jsonwebtoken::errors::Error> {
    eddsa::install();
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(kid.to_owned());
    jsonwebtoken::encode(&header, claims, &eddsa::encoding_key(key))
}

/// Checks `token` at the time `now`.
///
/// # Errors
/// If it does not count. The signature is checked before anything that the claims say.
pub fn verify(token: &str, keys: &PublicKeys, now: DateTime<Utc>) -> Result<Principal, TokenError> {
    eddsa::install();
    if token.len() > MAX_BYTES {
        return Err(TokenError::Invalid);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
    let kid = accepted_key_id(header)?;
    let key = keys.get(&kid).ok_or(TokenError::UnknownKey(kid))?;
    let decoded = jsonwebtoken::decode(token, &eddsa::decoding_key(key), &signature_only());
    principal(decoded.map_err(|_| TokenError::Invalid)?.claims, now)
}

/// The library would compare the claims with the machine's clock: [`principal`] does it with ours.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

/// `crit` names extensions that must be understood ([RFC 7515]): we understand none.
///
/// [RFC 7515]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11
fn accepted_key_id(header: Header) -> Result<String, TokenError> {
    let typ = header.typ.unwrap_or_default().to_ascii_lowercase();
    let is_access_token = typ.strip_prefix("application/").unwrap_or(&typ) == TYPE;
    if header.alg != Algorithm::EdDSA || !is_access_token || header.crit.is_some() {
        return Err(TokenError::Invalid);
    }
    header.kid.ok_or(TokenError::Invalid)
}

fn principal(claims: Claims, now: DateTime<Utc>) -> Result<Principal, TokenError> {
    let time = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(TokenError::Invalid);
    let expires_at = time(claims.exp)?;
    let not_before = time(claims.nbf.unwrap_or(claims.iat).max(claims.iat))?;
    let known = claims.iss == ISSUER && claims.aud == AUDIENCE;
    if !known || !id::is_valid(&claims.sub) || !id::is_display_name(&claims.name) {
        return Err(TokenError::Invalid);
    }
    if not_before > now + LEEWAY {
        return Err(TokenError::Invalid);
    }
    if expires_at + LEEWAY <= now {
        return Err(TokenError::Expired);
    }
    Ok(Principal {
        user_id: claims.sub,
        username: claims.name,
        roles: claims.roles,
        session_id: claims.sid,
        issued_at: Some(time(claims.iat)?),
        expires_at: Some(expires_at),
    })
}
