//! The one error of the HTTP edge: a problem document ([RFC 9457]) with a stable code.
//!
//! Three kinds of failure reach it. What the caller did wrong is built where it is found
//! ([`ApiError::bad_request`] and its siblings). A database that is away becomes 503. Everything else is
//! internal: logged once here, and the answer says nothing of it.
//!
//! [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457

use std::{borrow::Cow, fmt, time::Duration};

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tracing::{error, warn};
use utoipa::ToSchema;

use crate::kv::Decision;

// draft-ietf-httpapi-ratelimit-headers-03
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_LIMIT_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// What handlers return.
pub type ApiResult<T> = Result<T, ApiError>;

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable, in `snake_case`: what programs decide by.
    pub code: &'static str,
    /// For people.
    pub detail: Cow<'static, str>,
    /// When to try again.
    pub retry_after: Option<Duration>,
    /// The limit that was reached, told in `RateLimit-*` headers.
    pub limit: Option<u32>,
}

/// The body of an error answer (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is: a URN made of the code.
    #[schema(example = "urn:folkmoot:problem:invalid_id")]
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable name of the problem.
    #[schema(example = "invalid_id")]
    pub code: String,
    /// What happened, for people.
    pub detail: String,
}

impl ApiError {
    /// An error with any status.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            retry_after: None,
            limit: None,
        }
    }

    /// 400.
    pub fn bad_request(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401.
    pub fn unauthorized(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// 403.
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404.
    pub fn not_found(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 409.
    pub fn conflict(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 413.
    pub fn too_large(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    /// 429: one too many for the limit that `decision` was about.
    #[must_use]
    pub fn rate_limited(decision: &Decision) -> Self {
        Self {
            limit: Some(decision.limit),
            ..Self::too_many_requests(decision.retry_after)
        }
    }

    /// 429 for another reason than a counted limit.
    #[must_use]
    pub fn too_many_requests(retry_after: Duration) -> Self {
        let seconds = whole_seconds(retry_after);
        let detail = format!("too many requests; try again in {seconds} s");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail)
            .with_retry_after(retry_after)
    }

    /// 503: worth another try.
    pub fn unavailable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            .with_retry_after(Duration::from_secs(2))
    }

    /// 500. The cause is logged here, once, and not told.
    #[track_caller]
    pub fn internal(cause: impl fmt::Display) -> Self {
        let location = std::panic::Location::caller();
        error!(error = %cause, %location, "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong on our side",
        )
    }

    /// Says when to try again.
    #[must_use]
    pub fn with_retry_after(mut self, retry_after: Duration) -> Self {
        self.retry_after = Some(retry_after);
        self
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, self.detail)
    }
}

impl std::error::Error for ApiError {}

impl From<sqlx::Error> for ApiError {
    #[track_caller]
    fn from(error: sqlx::Error) -> Self {
        if crate::db::is_outage(&error) {
            warn!(%error, "the database is not available");
            return Self::unavailable("the database is not available");
        }
        if crate::db::is_unstorable_text(&error) {
            return Self::bad_request("invalid_text", "a text has a NUL character");
        }
        Self::internal(error)
    }
}

impl From<anyhow::Error> for ApiError {
    #[track_caller]
    fn from(error: anyhow::Error) -> Self {
        Self::internal(format!("{error:#}"))
    }
}

impl From<crate::kv::KvError> for ApiError {
    fn from(error: crate::kv::KvError) -> Self {
        warn!(%error, "the key-value store is not available");
        Self::unavailable("the key-value store is not available")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = Problem {
            r#type: format!("urn:folkmoot:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail.into_owned(),
        };
        let mut response = (self.status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(wait) = self.retry_after.map(whole_seconds) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
            if let Some(limit) = self.limit {
                headers.insert(RATE_LIMIT, HeaderValue::from(limit));
                headers.insert(RATE_LIMIT_REMAINING, HeaderValue::from(0));
                headers.insert(RATE_LIMIT_RESET, HeaderValue::from(wait));
            }
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// At least one: a caller who is told 0 would come back at once.
fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}
