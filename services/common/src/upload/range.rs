//! Conditional and partial requests ([RFC 9110], sections 13 and 14), without any I/O.
//!
//! [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110

use std::ops::Range;

use axum::http::{HeaderMap, HeaderName, header};

/// What of a file to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selection {
    /// 304: the caller has it.
    NotModified,
    /// 200.
    Whole,
    /// 206: these bytes, at least one.
    Part(Range<u64>),
    /// 416.
    Unsatisfiable,
}

/// Decides by the headers of a request for a file of `size` bytes with the strong validator `etag` (with quotes).
#[must_use]
pub(super) fn select(headers: &HeaderMap, etag: &str, size: u64) -> Selection {
    if text(headers, header::IF_NONE_MATCH).is_some_and(|list| matches_any(list, etag)) {
        return Selection::NotModified;
    }
    let Some(range) = text(headers, header::RANGE) else {
        return Selection::Whole;
    };
    // Another version, or a date, which a strong comparison cannot use: the whole file is always right.
    if text(headers, header::IF_RANGE).is_some_and(|validator| validator.trim() != etag) {
        return Selection::Whole;
    }
    part(range, size)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Weak comparison, as `If-None-Match` wants it.
fn matches_any(list: &str, etag: &str) -> bool {
    list.split(',')
        .map(str::trim)
        .any(|item| item == "*" || item.strip_prefix("W/").unwrap_or(item) == etag)
}

/// One range of bytes. Several at once, other units and what does not parse are ignored, as the RFC allows.
fn part(value: &str, size: u64) -> Selection {
    let Some((unit, range)) = value.split_once('=') else {
        return Selection::Whole;
    };
    let Some((first, last)) = range.trim().split_once('-') else {
        return Selection::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") || range.contains(',') {
        return Selection::Whole;
    }
    match (number(first.trim()), number(last.trim())) {
        (Number::Is(first), Number::Is(last)) if first > last => Selection::Whole,
        (Number::Is(first), _) if first >= size => Selection::Unsatisfiable,
        (Number::Is(first), Number::Is(last)) => {
            Selection::Part(first..last.saturating_add(1).min(size))
        }
        (Number::Is(first), Number::Absent) => Selection::Part(first..size),
        (Number::Absent, Number::Is(suffix)) if suffix == 0 || size == 0 => {
            Selection::Unsatisfiable
        }
        (Number::Absent, Number::Is(suffix)) => Selection::Part(size.saturating_sub(suffix)..size),
        _ => Selection::Whole,
    }
}

enum Number {
    Absent,
    Is(u64),
    Wrong,
}

fn number(text: &str) -> Number {
    match text {
        "" => Number::Absent,
        // A number that is too large means more than any file has.
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Number::Is(digits.parse().unwrap_or(u64::MAX))
        }
        _ => Number::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().expect("a header")))
            .collect()
    }

    #[test]
    fn ranges() {
        use Selection::{Part, Unsatisfiable, Whole};
        for (value, size, expected) in [
            ("bytes=0-0", 10, Part(0..1)),
            ("bytes=0-9", 10, Part(0..10)),
            ("bytes=2-5", 10, Part(2..6)),
            ("bytes=5-", 10, Part(5..10)),
            ("bytes=5-100", 10, Part(5..10)),
            ("bytes=9-18446744073709551615", 10, Part(9..10)),
            ("bytes=9-99999999999999999999999", 10, Part(9..10)),
            ("bytes=-3", 10, Part(7..10)),
            ("bytes=-100", 10, Part(0..10)),
            ("Bytes = 1 - 2 ", 10, Part(1..3)),
            ("bytes=10-", 10, Unsatisfiable),
            ("bytes=10-20", 10, Unsatisfiable),
            ("bytes=99999999999999999999999-", 10, Unsatisfiable),
            ("bytes=-0", 10, Unsatisfiable),
            ("bytes=0-", 0, Unsatisfiable),
            ("bytes=-5", 0, Unsatisfiable),
            ("bytes=5-2", 10, Whole),
            ("bytes=0-1,4-5", 10, Whole),
            ("bytes=-", 10, Whole),
            ("bytes=", 10, Whole),
            ("bytes=a-b", 10, Whole),
            ("bytes=+1-2", 10, Whole),
            ("bytes=--1", 10, Whole),
            ("lines=0-1", 10, Whole),
            ("0-1", 10, Whole),
        ] {
            assert_eq!(
                select(&headers(&[(header::RANGE, value)]), "\"e\"", size),
                expected,
                "{value} of {size}"
            );
        }
    }

    #[test]
    fn validators() {
        let etag = "\"e\"";
        for (name, value, expected) in [
            (header::IF_NONE_MATCH, "\"e\"", Selection::NotModified),
            (header::IF_NONE_MATCH, "W/\"e\"", Selection::NotModified),
            (
                header::IF_NONE_MATCH,
                "\"a\", \"e\"",
                Selection::NotModified,
            ),
            (header::IF_NONE_MATCH, "*", Selection::NotModified),
            (header::IF_NONE_MATCH, "\"a\"", Selection::Part(1..2)),
            (header::IF_NONE_MATCH, "e", Selection::Part(1..2)),
            (header::IF_RANGE, "\"e\"", Selection::Part(1..2)),
            (header::IF_RANGE, "W/\"e\"", Selection::Whole),
            (header::IF_RANGE, "\"a\"", Selection::Whole),
            (
                header::IF_RANGE,
                "Sat, 21 Nov 2026 07:28:00 GMT",
                Selection::Whole,
            ),
        ] {
            let headers = headers(&[(header::RANGE, "bytes=1-1"), (name, value)]);
            assert_eq!(select(&headers, etag, 10), expected, "{value}");
        }
    }
}
