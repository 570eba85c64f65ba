use axum::{
    extract::State,
    http::{HeaderMap, Method},
    response::Response,
};
use folkmoot_common::{
    auth::Caller,
    http::{ApiResult, Path, Problem},
    upload::{Stored, serve},
};

use super::find;
use crate::App;

/// Content never changes under its address. Private, because it was given to one caller.
const CACHING: &str = "private, max-age=86400, immutable";

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
    let stored = Stored {
        object_key: &file.object_key,
        filename: &file.filename,
        content_type: &file.content_type,
        size: file.size,
        etag: &file.sha256,
        caching: CACHING,
    };
    serve(&app.objects, &method, &headers, stored).await
}
