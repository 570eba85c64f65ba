//! Keyset paging: a bare array, and the next page in a `Link` header ([RFC 8288]).
//!
//! [RFC 8288]: https://www.rfc-editor.org/rfc/rfc8288

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::{ApiError, ApiResult, Json};

/// Items on a page when the caller does not say.
pub const DEFAULT_LIMIT: u32 = 50;
/// Most items on a page.
pub const MAX_LIMIT: u32 = 200;

/// Reads `?limit=`. A text, so that a number out of any range is refused by the same words.
///
/// # Errors
/// 400 `invalid_limit` unless it is 1 to [`MAX_LIMIT`].
pub fn limit(text: Option<&str>) -> ApiResult<u32> {
    let Some(text) = text else {
        return Ok(DEFAULT_LIMIT);
    };
    match text.parse() {
        Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        _ => Err(ApiError::bad_request(
            "invalid_limit",
            format!("limit must be 1 to {MAX_LIMIT}"),
        )),
    }
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> Page<T> {
    /// A page out of `items`, for which `limit + 1` were asked: the one too many tells that there is a next page.
    /// `next` makes that page's query (`after=…`) from the last item kept.
    pub fn new(mut items: Vec<T>, limit: u32, next: impl FnOnce(&T) -> String) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(next);
        Self { items, next }
    }

    /// As [`Page::new`], for a list that was read backwards: the oldest is the one too many, and the page is
    /// turned so that the oldest comes first.
    pub fn backwards(items: Vec<T>, limit: u32, next: impl FnOnce(&T) -> String) -> Self {
        let mut page = Self::new(items, limit, next);
        page.items.reverse();
        page
    }

    /// Whether there is nothing on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Changes every item.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
        }
    }
}

/// One `name=value` of a query string, encoded.
#[must_use]
pub fn query_pair(name: &str, value: &str) -> String {
    format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        // A reference that is only a query is resolved against the address of this page, whatever the edge's prefix was.
        let link = self
            .next
            .and_then(|query| HeaderValue::try_from(format!("<?{query}>; rel=\"next\"")).ok());
        if let Some(link) = link {
            headers.insert(header::LINK, link);
        }
        (headers, Json(self.items)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_outside_the_range_are_refused_in_any_spelling() {
        for bad in [
            "0",
            "-1",
            "201",
            "1000000000",
            "1e9",
            "",
            "ten",
            "99999999999999999999",
        ] {
            assert_eq!(limit(Some(bad)).unwrap_err().code, "invalid_limit", "{bad}");
        }
        assert_eq!(limit(None), Ok(50));
        assert_eq!(limit(Some("200")), Ok(200));
    }

    #[test]
    fn the_item_too_many_becomes_a_link_and_is_not_shown() {
        let response = Page::new(vec![1, 2, 3], 2, |last| {
            query_pair("after", &format!("{last}/"))
        })
        .into_response();
        assert_eq!(
            response.headers()[header::LINK],
            "<?after=2%2F>; rel=\"next\""
        );
        let last =
            Page::new(vec![1, 2], 2, |last| query_pair("after", &last.to_string())).into_response();
        assert!(last.headers().get(header::LINK).is_none());
    }
}
