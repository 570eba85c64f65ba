//! Texts that somebody says of themself.

use axum::http::StatusCode;
use folkmoot_common::{http::ApiError, id::is_invisible_control};

/// A line of at most `most` characters without control characters, without the blanks around it; nothing if it is empty.
///
/// # Errors
/// 422 with `code`.
pub(crate) fn line(
    text: Option<String>,
    most: usize,
    code: &'static str,
) -> Result<Option<String>, ApiError> {
    check(text, most, code, is_invisible_control)
}

/// As [`line`], with line breaks and tabs.
///
/// # Errors
/// 422 with `code`.
pub(crate) fn lines(
    text: Option<String>,
    most: usize,
    code: &'static str,
) -> Result<Option<String>, ApiError> {
    let is_refused =
        |character| !matches!(character, '\n' | '\r' | '\t') && is_invisible_control(character);
    check(text, most, code, is_refused)
}

fn check(
    text: Option<String>,
    most: usize,
    code: &'static str,
    is_refused: impl Fn(char) -> bool,
) -> Result<Option<String>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    if text.chars().take(most + 1).count() > most {
        return Err(invalid(code, format!("at most {most} characters")));
    }
    if text.contains(is_refused) {
        return Err(invalid(code, "no control characters".to_owned()));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// 422 with `code`.
pub(crate) fn invalid(code: &'static str, detail: String) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(result: Result<Option<String>, ApiError>) -> &'static str {
        result.err().map_or("", |error| error.code)
    }

    #[test]
    fn texts_are_counted_in_characters_and_hide_nothing() {
        let of = |text: &str| Some(text.to_owned());
        assert_eq!(line(of(&"é".repeat(5)), 5, "x"), Ok(of("ééééé")));
        assert_eq!(code(line(of(&"é".repeat(6)), 5, "x")), "x");
        for bad in ["a\0", "a\u{202e}b", "a\u{200b}b", "\u{7}a", "a\u{feff}b"] {
            assert_eq!(code(line(of(bad), 50, "x")), "x", "{bad:?}");
            assert_eq!(code(lines(of(bad), 50, "x")), "x", "{bad:?}");
        }
        assert_eq!(code(line(of("a\nb"), 50, "x")), "x");
        assert_eq!(lines(of(" a\n\tb\n"), 50, "x"), Ok(of("a\n\tb")));
        for nothing in ["", " ", "\n\t "] {
            assert_eq!(line(of(nothing), 50, "x"), Ok(None), "{nothing:?}");
        }
        assert_eq!(line(None, 50, "x"), Ok(None));
    }
}
