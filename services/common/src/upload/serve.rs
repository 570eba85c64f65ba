//! Giving a stored file out, so that no browser takes it for a page.

use std::ops::Range;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    kind,
    name::content_disposition,
    range::{Selection, select},
};
use crate::{
    http::{ApiError, ApiResult},
    objects::Objects,
};

/// Should a browser ever take a file for a page: it may load and run nothing, and has no origin.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A file as it is given out.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// Where it is in the store.
    pub object_key: &'a str,
    /// Its name, cleaned.
    pub filename: &'a str,
    /// What it is, as [`kind::content_type`] said.
    pub content_type: &'a str,
    /// In bytes.
    pub size: i64,
    /// Its strong validator, without quotes.
    pub etag: &'a str,
    /// How long who may see it now may keep it.
    pub caching: &'static str,
}

/// Answers a request for a file: as a whole, one range of it, or not at all when its asker has it.
///
/// # Errors
/// 404 if the object is gone, 503 if the store is away.
pub async fn serve(
    objects: &Objects,
    method: &Method,
    asked: &HeaderMap,
    file: Stored<'_>,
) -> ApiResult<Response> {
    let size = u64::try_from(file.size).map_err(ApiError::internal)?;
    let etag = format!("\"{}\"", file.etag);
    // A range is defined for GET alone (RFC 9110, 14.2).
    let selection = match select(asked, &etag, size) {
        Selection::Part(_) | Selection::Unsatisfiable if *method == Method::HEAD => {
            Selection::Whole
        }
        selection => selection,
    };
    let mut headers = HeaderMap::new();
    headers.insert(
        header::ETAG,
        HeaderValue::try_from(etag).map_err(ApiError::internal)?,
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(file.caching),
    );
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let (status, range) = match selection {
        Selection::NotModified => return Ok((StatusCode::NOT_MODIFIED, headers).into_response()),
        Selection::Unsatisfiable => return unsatisfiable(size),
        Selection::Whole => (StatusCode::OK, None),
        Selection::Part(range) => {
            headers.insert(header::CONTENT_RANGE, content_range(&range, size)?);
            (StatusCode::PARTIAL_CONTENT, Some(range))
        }
    };
    let length = range.as_ref().map_or(size, |range| range.end - range.start);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    describe(&file, &mut headers)?;
    let body = if *method == Method::HEAD || length == 0 {
        Body::empty()
    } else {
        Body::from_stream(objects.read(file.object_key, range).await?)
    };
    Ok((status, headers, body).into_response())
}

fn describe(file: &Stored<'_>, headers: &mut HeaderMap) -> ApiResult<()> {
    let (content_type, disposition) = kind::served_as(file.content_type);
    let disposition = HeaderValue::try_from(content_disposition(disposition, file.filename))
        .map_err(ApiError::internal)?;
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(CORP, HeaderValue::from_static("same-origin"));
    Ok(())
}

fn content_range(range: &Range<u64>, size: u64) -> ApiResult<HeaderValue> {
    HeaderValue::try_from(format!("bytes {}-{}/{size}", range.start, range.end - 1))
        .map_err(ApiError::internal)
}

fn unsatisfiable(size: u64) -> ApiResult<Response> {
    let detail = format!("the file has {size} bytes");
    let mut response =
        ApiError::new(StatusCode::RANGE_NOT_SATISFIABLE, "invalid_range", detail).into_response();
    let range = HeaderValue::try_from(format!("bytes */{size}")).map_err(ApiError::internal)?;
    response.headers_mut().insert(header::CONTENT_RANGE, range);
    Ok(response)
}
