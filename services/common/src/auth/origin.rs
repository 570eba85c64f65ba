//! Whether a request was made by a page of ours, for endpoints that act on a cookie.

use axum::http::{HeaderMap, header};

use crate::config::Settings;

/// Whether the page that made a request may act on our cookies: it is of the request's own host, of
/// `PUBLIC_URL` or of `ALLOWED_ORIGINS`. Without an `Origin` header no page made the request, for a browser
/// sends it with every request that changes something.
#[must_use]
pub fn is_ours(headers: &HeaderMap, settings: &Settings) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let public = settings
        .public_url
        .as_ref()
        .map(|url| url.origin().ascii_serialization());
    let mut allowed = settings
        .allowed_origins
        .iter()
        .map(String::as_str)
        .chain(public.as_deref());
    allowed.any(|allowed| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin))
        || is_own_host(headers, origin)
}

fn is_own_host(headers: &HeaderMap, origin: &str) -> bool {
    let authority = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    matches!((authority, host), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse_args;

    #[test]
    fn only_our_own_pages_act_on_our_cookies() {
        let settings: Settings = parse_args(&[
            "--public-url",
            "https://forum.example.org/",
            "--allowed-origins",
            "https://app.example.org",
        ])
        .unwrap();
        let asked = |origin: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "localhost:8080".parse().unwrap());
            headers.insert(header::ORIGIN, origin.parse().unwrap());
            is_ours(&headers, &settings)
        };
        for ours in [
            "https://forum.example.org",
            "https://APP.example.org",
            "http://localhost:8080",
        ] {
            assert!(asked(ours), "{ours}");
        }
        for foreign in [
            "null",
            "",
            "https://evil.example",
            "https://forum.example.org.evil.example",
            "https://evil-forum.example.org",
            "http://forum.example.org",
            "http://localhost:8081",
            "localhost:8080",
            "file://",
        ] {
            assert!(!asked(foreign), "{foreign}");
        }
        assert!(is_ours(&HeaderMap::new(), &settings));
    }
}
