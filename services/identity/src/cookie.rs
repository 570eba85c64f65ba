//! The cookie in which a browser keeps its refresh token, out of the reach of scripts.

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::TimeDelta;

use crate::refresh_token::RefreshToken;

/// Its name where it may be sent unencrypted.
const PLAIN: &str = "folkmoot_refresh";
/// Its name elsewhere. A browser takes it only from this very host ([RFC 6265bis]), so that no page of a neighbouring
/// subdomain can slip its own session under a visitor.
///
/// [RFC 6265bis]: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-the-__host-prefix
const SECURE: &str = "__Host-folkmoot_refresh";

/// Sets the cookie. `secure` limits it to encrypted connections.
#[must_use]
pub(crate) fn set(token: &RefreshToken, lifetime: TimeDelta, secure: bool) -> HeaderValue {
    header_value(&token.encode(), lifetime.num_seconds(), secure)
}

/// Removes the cookie.
#[must_use]
pub(crate) fn clear(secure: bool) -> HeaderValue {
    header_value("", 0, secure)
}

/// Never for scripts, never for another site's requests. The name that is bound to the host allows no narrower path.
fn header_value(value: &str, max_age: i64, secure: bool) -> HeaderValue {
    let (name, place) = match secure {
        true => (SECURE, "Path=/; Secure"),
        false => (PLAIN, "Path=/api/auth"),
    };
    let mut header = HeaderValue::try_from(format!(
        "{name}={value}; Max-Age={max_age}; {place}; HttpOnly; SameSite=Strict"
    ))
    .unwrap_or_else(|_| HeaderValue::from_static(""));
    header.set_sensitive(true);
    header
}

/// The token in the request's cookie.
#[must_use]
pub(crate) fn get(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let wanted = if secure { SECURE } else { PLAIN };
    let cookies = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, value)| *name == wanted && !value.is_empty())
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_kept_from_scripts_and_other_sites() {
        let token = RefreshToken::random().unwrap();
        let header = set(&token, TimeDelta::days(30), true);
        let expected = format!(
            "__Host-folkmoot_refresh={}; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Strict",
            token.encode()
        );
        assert_eq!(header.to_str().unwrap(), expected);
        assert!(header.is_sensitive());
        assert_eq!(
            clear(false).to_str().unwrap(),
            "folkmoot_refresh=; Max-Age=0; Path=/api/auth; HttpOnly; SameSite=Strict"
        );
    }

    #[test]
    fn it_is_found_among_others() {
        let mut headers = HeaderMap::new();
        assert_eq!(get(&headers, false), None);
        headers.append(
            header::COOKIE,
            "a=1; xfolkmoot_refresh=no; folkmoot_refresh="
                .parse()
                .unwrap(),
        );
        assert_eq!(get(&headers, false), None);
        headers.append(
            header::COOKIE,
            "b; folkmoot_refresh=yes ;c=2".parse().unwrap(),
        );
        assert_eq!(get(&headers, false), Some("yes"));
        // A neighbour may have set that name; the other one it cannot.
        assert_eq!(get(&headers, true), None);
        headers.append(
            header::COOKIE,
            "__Host-folkmoot_refresh=ours".parse().unwrap(),
        );
        assert_eq!(get(&headers, true), Some("ours"));
    }
}
