//! The cookie in which a browser keeps its refresh token, out of the reach of scripts.

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::TimeDelta;

use crate::refresh_token::RefreshToken;

/// Its name.
pub(crate) const NAME: &str = "folkmoot_refresh";

/// Attributes of every cookie of ours: for these endpoints only, never for scripts, never for another site's requests.
const ATTRIBUTES: &str = "Path=/api/auth; HttpOnly; SameSite=Strict";

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

fn header_value(value: &str, max_age: i64, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let mut header = HeaderValue::try_from(format!(
        "{NAME}={value}; Max-Age={max_age}; {ATTRIBUTES}{secure}"
    ))
    .unwrap_or_else(|_| HeaderValue::from_static(""));
    header.set_sensitive(true);
    header
}

/// The token in the request's cookie.
#[must_use]
pub(crate) fn get(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, value)| *name == NAME && !value.is_empty())
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
            "folkmoot_refresh={}; Max-Age=2592000; Path=/api/auth; HttpOnly; SameSite=Strict; Secure",
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
        assert_eq!(get(&headers), None);
        headers.append(
            header::COOKIE,
            "a=1; xfolkmoot_refresh=no; folkmoot_refresh="
                .parse()
                .unwrap(),
        );
        assert_eq!(get(&headers), None);
        headers.append(
            header::COOKIE,
            "b; folkmoot_refresh=yes ;c=2".parse().unwrap(),
        );
        assert_eq!(get(&headers), Some("yes"));
    }
}
