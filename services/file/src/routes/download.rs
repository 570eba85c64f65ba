use std::ops::Range;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Path, Problem},
};

use super::find;
use crate::{
    App, kind,
    model::FileRow,
    name::content_disposition,
    range::{Selection, select},
};

/// Should a browser ever take a file for a page: it may load and run nothing, and has no origin.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
/// Content never changes under its address. Private, because it was given to one caller.
const CACHING: HeaderValue = HeaderValue::from_static("private, max-age=86400, immutable");
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A file's content.
///
/// One range of bytes can be asked for. The type is one of a fixed list, never what the uploader said; all but plain
/// pictures are attachments.
#[utoipa::path(
    get, path = "/{file_id}/download", tag = "files",
    params(
        ("file_id" = String, Path, description = "The file."),
        ("Range" = Option<String>, Header, description = "One range of bytes."),
        ("If-Range" = Option<String>, Header, description = "The ETag for which the range counts."),
        ("If-None-Match" = Option<String>, Header, description = "ETags that the caller has."),
    ),
    responses(
        (status = 200, description = "The whole file.", content_type = "application/octet-stream",
            headers(("ETag" = String), ("Content-Disposition" = String), ("Accept-Ranges" = String))),
        (status = 206, description = "The range.", content_type = "application/octet-stream", headers(("Content-Range" = String))),
        (status = 304, description = "The caller has it."),
        (status = 401, description = "A token is needed.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such file.", body = Problem, content_type = "application/problem+json"),
        (status = 416, description = "The range lies outside.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The store is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn download(
    State(app): State<App>,
    caller: Caller,
    method: Method,
    headers: HeaderMap,
    Path(file_id): Path<String>,
) -> ApiResult<Response> {
    caller.member()?;
    let file = find(&app, &file_id).await?;
    let size = u64::try_from(file.size).map_err(ApiError::internal)?;
    let etag = format!("\"{}\"", file.sha256);
    // A range is defined for GET alone (RFC 9110, 14.2).
    let selection = match select(&headers, &etag, size) {
        Selection::Part(_) | Selection::Unsatisfiable if method == Method::HEAD => Selection::Whole,
        selection => selection,
    };
    let mut headers = HeaderMap::new();
    headers.insert(
        header::ETAG,
        HeaderValue::try_from(etag).map_err(ApiError::internal)?,
    );
    headers.insert(header::CACHE_CONTROL, CACHING);
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
    let body = if method == Method::HEAD || length == 0 {
        Body::empty()
    } else {
        Body::from_stream(app.objects.read(&file.object_key, range).await?)
    };
    Ok((status, headers, body).into_response())
}

fn describe(file: &FileRow, headers: &mut HeaderMap) -> ApiResult<()> {
    let (content_type, disposition) = kind::served_as(&file.content_type);
    let disposition = HeaderValue::try_from(content_disposition(disposition, &file.filename))
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
