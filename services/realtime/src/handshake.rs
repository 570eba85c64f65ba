//! The opening handshake (RFC 6455 §4.2) and the Origin check.

use axum::{
    body::Body,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Version, header, request::Parts};
use hyper::upgrade::OnUpgrade;
use sha1::{Digest, Sha1};

/// Fixed by RFC 6455 §1.3.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The subprotocol under which a browser sends a token: `access_token, <jwt>`.
const ACCESS_TOKEN: &str = "access_token";

/// A checked opening handshake, as an axum extractor. Hand it to [`Engine::accept`](crate::Engine::accept).
#[derive(Debug)]
pub struct Upgrade {
    key: HeaderValue,
    host: Option<String>,
    origin: Option<HeaderValue>,
    offers_access_token: bool,
    access_token: Option<String>,
    pub(crate) on_upgrade: OnUpgrade,
}

impl Upgrade {
    /// The token that the client sent as second subprotocol after `access_token`.
    #[must_use]
    pub fn access_token(&self) -> Option<&str> {
        self.access_token.as_deref()
    }

    /// Whether a page of this origin may connect: the request's own host, an allowed origin, or no
    /// origin at all (not a browser).
    pub(crate) fn origin_allowed(&self, allowed: &[String]) -> bool {
        let Some(origin) = &self.origin else {
            return true;
        };
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        if allowed
            .iter()
            .any(|a| a.trim_end_matches('/').eq_ignore_ascii_case(origin))
        {
            return true;
        }
        let authority = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"));
        match (authority, &self.host) {
            (Some(authority), Some(host)) => authority.eq_ignore_ascii_case(host),
            _ => false,
        }
    }

    /// The 101 answer.
    pub(crate) fn response(&self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(
            header::SEC_WEBSOCKET_ACCEPT,
            accept_key(self.key.as_bytes()),
        );
        if self.offers_access_token {
            let protocol = HeaderValue::from_static(ACCESS_TOKEN);
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        response
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let key = check(&parts.method, parts.version, &parts.headers)?;
        let Some(on_upgrade) = parts.extensions.remove::<OnUpgrade>() else {
            return Err(refused("the connection cannot be upgraded"));
        };
        let protocols = protocols(&parts.headers);
        let place = protocols.iter().position(|p| *p == ACCESS_TOKEN);
        Ok(Self {
            key,
            host: host(parts),
            origin: parts.headers.get(header::ORIGIN).cloned(),
            offers_access_token: place.is_some(),
            access_token: place
                .and_then(|i| protocols.get(i + 1))
                .map(|t| (*t).to_owned()),
            on_upgrade,
        })
    }
}

#[expect(clippy::result_large_err, reason = "the error is the response")]
fn check(method: &Method, version: Version, headers: &HeaderMap) -> Result<HeaderValue, Response> {
    if method != Method::GET || version != Version::HTTP_11 {
        return Err(refused(
            "a WebSocket handshake is a GET request of HTTP/1.1",
        ));
    }
    if !has_token(headers, header::CONNECTION, "upgrade")
        || !has_token(headers, header::UPGRADE, "websocket")
    {
        return Err(upgrade_required("this is a WebSocket endpoint"));
    }
    if headers
        .get(header::SEC_WEBSOCKET_VERSION)
        .is_none_or(|v| v != "13")
    {
        return Err(upgrade_required(
            "only version 13 of WebSocket is spoken here",
        ));
    }
    let mut keys = headers.get_all(header::SEC_WEBSOCKET_KEY).iter();
    match (keys.next(), keys.next()) {
        (Some(key), None) if STANDARD.decode(key).is_ok_and(|k| k.len() == 16) => Ok(key.clone()),
        _ => Err(refused(
            "Sec-WebSocket-Key must be 16 bytes in base64, once",
        )),
    }
}

fn has_token(headers: &HeaderMap, name: header::HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|part| part.trim().eq_ignore_ascii_case(token))
}

fn protocols(headers: &HeaderMap) -> Vec<&str> {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect()
}

/// The authority that the client asked for.
fn host(parts: &Parts) -> Option<String> {
    let header = parts
        .headers
        .get(header::HOST)
        .and_then(|h| h.to_str().ok());
    header
        .or_else(|| parts.uri.authority().map(http::uri::Authority::as_str))
        .map(str::to_owned)
}

fn accept_key(key: &[u8]) -> HeaderValue {
    let digest = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    let mut text = [0; 28];
    let len = STANDARD.encode_slice(digest, &mut text).unwrap_or_default();
    HeaderValue::from_bytes(&text[..len]).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn refused(detail: &str) -> Response {
    problem(StatusCode::BAD_REQUEST, "invalid_handshake", detail)
}

fn upgrade_required(detail: &str) -> Response {
    let mut response = problem(StatusCode::UPGRADE_REQUIRED, "upgrade_required", detail);
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(
        header::SEC_WEBSOCKET_VERSION,
        HeaderValue::from_static("13"),
    );
    response
}

/// An RFC 9457 answer.
pub(crate) fn problem(status: StatusCode, code: &'static str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, kind, body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_key_is_that_of_the_rfc() {
        assert_eq!(
            accept_key(b"dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
    }
}
