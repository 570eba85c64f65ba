//! Adding, giving out and deleting files of a thread.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    middleware::Next,
    response::Response,
};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Path, Problem},
    upload::{Stored, linger, serve},
};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    receive::{is_form, receive, too_many},
    store::{Attached, StoredAttachment},
};
use crate::{
    AppState,
    access::{self, Limit, no_thread},
    live::Change,
    model::{Attachment, Thread},
    policy::{self, Reader},
    sockets, threads,
};

/// Content never changes under its address, but who may have it does: they ask each time, by the ETag.
const CACHING: &str = "private, no-cache";

/// Files for a thread.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads as a stream")]
struct Files {
    /// At most 10 in a thread, each of 10 MiB: pictures, video, sound, text, PDF, ZIP.
    #[schema(value_type = Vec<String>, format = Binary)]
    files: Vec<u8>,
}

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(add))
        .routes(routes!(download, delete))
}

/// Keeps the connection of a refused upload open until its sender has heard of it.
pub(crate) async fn linger_forms(
    shutdown: State<CancellationToken>,
    request: Request,
    next: Next,
) -> Response {
    if is_form(request.headers()) {
        return linger(shutdown, request, next).await;
    }
    next.run(request).await
}

pub(crate) fn no_attachment() -> ApiError {
    ApiError::not_found("attachment_not_found", "there is no such file")
}

/// Add files to a thread: its author, or a moderator.
///
/// What a file is, is found from its bytes. All of a request are stored, or none.
#[utoipa::path(
    post, path = "/api/threads/{id}/attachments", tag = "attachments", operation_id = "add_attachments",
    params(("id" = String, Path, description = "The thread.")),
    request_body(content = Files, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "All files of the thread.", body = [Attachment]),
        (status = 400, description = "malformed_form, incomplete_body, too_many_files, missing_file", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else's; thread_locked", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 408, description = "upload_timeout", body = Problem),
        (status = 409, description = "thread_deleted", body = Problem),
        (status = 413, description = "too_large", body = Problem),
        (status = 415, description = "unsupported_media_type, unsupported_file", body = Problem),
        (status = 422, description = "invalid_body", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> ApiResult<(StatusCode, Json<Vec<Attachment>>)> {
    let reader = access::acting(&state, &caller, Limit::Actions).await?;
    let thread = access::thread(&state, &reader, access::id(&id, no_thread)?).await?;
    policy::check_edit(&reader, &thread, &thread.author_id)?;
    let (own, who) = (state.clone(), reader.clone());
    let received = receive(&state, &reader, request, move |submission| async move {
        let files = submission.finish()?;
        if files.is_empty() {
            return Err(ApiError::bad_request(
                "missing_file",
                "the form has no field named files with a file",
            ));
        }
        // Asked again: sending them may have taken minutes.
        let thread = access::thread(&own, &who, thread.id).await?;
        policy::check_edit(&who, &thread, &thread.author_id)?;
        match own.store.attach(thread.id, who.user_id(), &files).await? {
            Attached::Yes => Ok(thread.id),
            Attached::TooMany => Err(too_many()),
            Attached::GivenUp => Err(given_up()),
        }
    });
    let thread = tell_updated(&state, &reader, received.await?).await?;
    Ok((StatusCode::CREATED, Json(thread.attachments)))
}

/// What came of files that the sweep took away before their request ended.
pub(crate) fn given_up() -> ApiError {
    ApiError::unavailable("the upload took too long and was given up")
}

/// A file of a thread, for those who may read the thread.
///
/// One range of bytes can be asked for. The type is one of a fixed list, never what the uploader said; all but plain
/// pictures are attachments.
#[utoipa::path(
    get, path = "/api/threads/{id}/attachments/{attachment_id}", tag = "attachments", operation_id = "get_attachment",
    params(
        ("id" = String, Path, description = "The thread."),
        ("attachment_id" = String, Path, description = "The file."),
        ("Range" = Option<String>, Header, description = "One range of bytes."),
        ("If-Range" = Option<String>, Header, description = "The ETag for which the range counts."),
        ("If-None-Match" = Option<String>, Header, description = "ETags that the caller has."),
    ),
    responses(
        (status = 200, description = "The whole file.", content_type = "application/octet-stream",
            headers(("ETag" = String), ("Content-Disposition" = String), ("Accept-Ranges" = String))),
        (status = 206, description = "The range.", content_type = "application/octet-stream", headers(("Content-Range" = String))),
        (status = 304, description = "The caller has it."),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 404, description = "thread_not_found, attachment_not_found, object_not_found", body = Problem),
        (status = 416, description = "invalid_range", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn download(
    State(state): State<AppState>,
    caller: Caller,
    method: Method,
    headers: HeaderMap,
    Path((id, attachment_id)): Path<(String, String)>,
) -> ApiResult<Response> {
    let reader = Reader::of(&caller)?;
    let (_, file) = find(&state, &reader, &id, &attachment_id).await?;
    let etag = file.id.simple().to_string();
    let stored = Stored {
        object_key: &file.object_key,
        filename: &file.filename,
        content_type: &file.content_type,
        size: file.size,
        etag: &etag,
        caching: CACHING,
    };
    serve(&state.attachments.objects, &method, &headers, stored).await
}

/// Delete a file of a thread: its author, or a moderator.
#[utoipa::path(
    delete, path = "/api/threads/{id}/attachments/{attachment_id}", tag = "attachments", operation_id = "delete_attachment",
    params(
        ("id" = String, Path, description = "The thread."),
        ("attachment_id" = String, Path, description = "The file."),
    ),
    responses(
        (status = 204, description = "Deleted, with its content."),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else's", body = Problem),
        (status = 404, description = "thread_not_found, attachment_not_found", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Path((id, attachment_id)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let reader = access::acting(&state, &caller, Limit::Actions).await?;
    let (thread, file) = find(&state, &reader, &id, &attachment_id).await?;
    policy::check_own(&reader, &thread.author_id)?;
    if !state.store.delete_attachment(thread.id, file.id).await? {
        return Err(no_attachment());
    }
    let attachments = &state.attachments;
    attachments
        .pending
        .remove(&attachments.objects, file.id, &file.object_key)
        .await;
    if thread.deleted_at.is_none() {
        tell_updated(&state, &reader, thread.id).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Tells the open pages of a thread that it has other files.
async fn tell_updated(state: &AppState, reader: &Reader, thread_id: Uuid) -> ApiResult<Thread> {
    let thread = threads::view(state, reader, thread_id).await?;
    sockets::tell(state, &Change::thread_updated(thread.clone())).await;
    Ok(thread)
}

async fn find(
    state: &AppState,
    reader: &Reader,
    thread_id: &str,
    id: &str,
) -> ApiResult<(crate::store::ThreadRow, StoredAttachment)> {
    let thread = access::thread(state, reader, access::id(thread_id, no_thread)?).await?;
    let id = access::id(id, no_attachment)?;
    let file = state.store.attachment(thread.id, id).await?;
    Ok((thread, file.ok_or_else(no_attachment)?))
}
