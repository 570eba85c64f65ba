//! Which strings may name a user, a room or another thing that comes from outside.

use crate::http::ApiError;

/// Longest identifier in bytes.
pub const MAX_ID_BYTES: usize = 64;

/// Whether `text` may be an identifier: 1 to 64 of `A-Z a-z 0-9 _ . : @ -`, and not a path step.
///
/// The set is safe in a URL path, a Redis key, a NATS header and a log line as it stands.
#[must_use]
pub fn is_valid(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:@-".contains(&byte);
    (1..=MAX_ID_BYTES).contains(&text.len())
        && text.bytes().all(allowed)
        && text != "."
        && text != ".."
}

/// Refuses what [`is_valid`] refuses.
///
/// # Errors
/// 400 `invalid_id`, naming `what`.
pub fn check(what: &str, text: &str) -> Result<(), ApiError> {
    if is_valid(text) {
        return Ok(());
    }
    Err(ApiError::bad_request(
        "invalid_id",
        format!("{what} must be 1 to {MAX_ID_BYTES} of A-Z a-z 0-9 _ . : @ -"),
    ))
}

/// Longest display name in characters.
pub const MAX_DISPLAY_NAME_CHARS: usize = 64;

/// Whether `text` may be shown as somebody's name: no control characters and nothing that
/// changes the direction or the meaning of the text around it.
#[must_use]
pub fn is_display_name(text: &str) -> bool {
    let count = text.chars().count();
    (1..=MAX_DISPLAY_NAME_CHARS).contains(&count)
        && !text.trim().is_empty()
        && !text.chars().any(is_invisible_control)
}

/// Control characters, and the invisible ones that reorder text (Unicode UAX #9) or hide in it.
#[must_use]
pub fn is_invisible_control(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_that_could_mean_something_else_are_refused() {
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a b",
            "a\0",
            "a\n",
            "é",
            "a%2e",
            "\u{202e}x",
            &"x".repeat(65),
        ] {
            assert!(!is_valid(bad), "{bad:?}");
        }
        for good in [
            "general",
            "a.b",
            "ann@example.org",
            "0192-7c",
            "user:1",
            &"x".repeat(64),
        ] {
            assert!(is_valid(good), "{good:?}");
        }
    }

    #[test]
    fn display_names_cannot_turn_or_hide_text() {
        for bad in [
            "",
            "  ",
            "a\u{202e}b",
            "a\u{200b}",
            "a\tb",
            "\u{feff}",
            &"é".repeat(65),
        ] {
            assert!(!is_display_name(bad), "{bad:?}");
        }
        assert!(is_display_name("Zoë van 't Hoff 🐙"));
    }
}
