//! Which addresses may be shown as somebody's website. It is never fetched by us, and a click on it must not run anything.

use url::Url;

/// Longest address in bytes, as it is kept.
pub(super) const MAX_BYTES: usize = 500;

/// The address in its normal form, if it is an absolute one of `http` or `https`.
///
/// Browsers drop tabs and line breaks within an address and blanks around it, so what has any is refused before it is
/// parsed: no scheme hides behind them. User names in an address make it look like one of somebody else's, and a name
/// in other letters is kept as a browser sends it (punycode).
pub(super) fn parse(text: &str) -> Option<String> {
    let is_odd = |character: char| {
        character.is_whitespace() || character.is_control() || "\"'<>`\\^{}|".contains(character)
    };
    if text.len() > MAX_BYTES || text.contains(is_odd) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let is_web = ["http", "https"].contains(&url.scheme());
    let is_plain = url.username().is_empty() && url.password().is_none();
    let named = url.host_str().is_some_and(|host| !host.is_empty());
    let normal = String::from(url);
    (is_web && is_plain && named && normal.len() <= MAX_BYTES).then_some(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_taken() {
        for bad in [
            "",
            "example.org",
            "//example.org",
            "/api/auth/logout",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "javascript://example.org/%0aalert(1)",
            "\tjavascript:alert(1)",
            "java\tscript:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "&#x6a;avascript:alert(1)",
            "&#106;avascript:alert(1)",
            "%6aavascript:alert(1)",
            "vbscript:msgbox",
            "data:text/html,<script>alert(1)</script>",
            "data:text/html;base64,PHNjcmlwdD4=",
            "blob:https://example.org/1",
            "file:///etc/passwd",
            "ftp://example.org",
            "mailto:ann@example.org",
            "https://",
            "https:///",
            "https://example.org@evil.example/",
            "https://ann:secret@example.org/",
            "https://example.org/\"onmouseover=alert(1)",
            "https://example.org/'x",
            "https://example.org/<script>",
            "https://example.org/ x",
            "https://example.org\r\nSet-Cookie: x",
            "https:\\\\example.org",
            "https://[::1",
            "https://exa\u{202e}mple.org/\u{0}",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
        assert_eq!(
            parse(&format!("https://example.org/{}", "x".repeat(500))),
            None
        );
    }

    #[test]
    fn good_addresses_come_back_in_one_spelling() {
        for (given, kept) in [
            ("https://example.org", "https://example.org/"),
            (
                "HTTP://Example.ORG/A?b=%27#c",
                "http://example.org/A?b=%27#c",
            ),
            (
                "https://example.org/~ann/ö",
                "https://example.org/~ann/%C3%B6",
            ),
            ("https://аррӏе.example/", "https://xn--80ak6aa92e.example/"),
            ("https://example.org:8443/", "https://example.org:8443/"),
        ] {
            let parsed = parse(given);
            assert_eq!(parsed.as_deref(), Some(kept));
            assert_eq!(parse(kept).as_deref(), Some(kept));
        }
    }
}
