//! Threads: opening, listing, reading, editing, deleting.

use folkmoot_common::http::ApiResult;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::{
    AppState,
    model::{NewThread, Thread, ThreadEdit},
    policy::Reader,
    store::ThreadRow,
};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}

/// A file that is in the store under its key and in `pending_objects` under its id.
#[derive(Debug, Clone)]
pub(crate) struct StoredFile {
    pub(crate) id: Uuid,
    pub(crate) object_key: String,
    pub(crate) filename: String,
    pub(crate) content_type: String,
    pub(crate) size: i64,
}

/// Opens a thread with its files, whose `pending_objects` go in the same transaction. The reader's limit has been counted.
///
/// # Errors
/// 404 `category_not_found`, 403, 422 as [`crate::validate`] and [`crate::render`] say.
pub(crate) async fn create(
    _state: &AppState,
    _reader: &Reader,
    _new: NewThread,
    _files: Vec<StoredFile>,
) -> ApiResult<Thread> {
    unimplemented!()
}

/// A thread as its reader sees it: its row, tags and files.
///
/// # Errors
/// 404 `thread_not_found`.
pub(crate) async fn view(_state: &AppState, _reader: &Reader, _id: Uuid) -> ApiResult<Thread> {
    unimplemented!()
}

/// As [`view`], for a row that was read.
///
/// # Errors
/// If the database is away.
pub(crate) async fn complete(
    _state: &AppState,
    _reader: &Reader,
    _row: ThreadRow,
) -> ApiResult<Thread> {
    unimplemented!()
}

/// Edits a thread; what it held becomes a revision.
///
/// # Errors
/// 404, 403, 409, 422.
pub(crate) async fn edit(
    _state: &AppState,
    _reader: &Reader,
    _id: Uuid,
    _edit: ThreadEdit,
) -> ApiResult<Thread> {
    unimplemented!()
}

/// Deletes a thread; moderators may restore it.
///
/// # Errors
/// 404, 403.
pub(crate) async fn delete(_state: &AppState, _reader: &Reader, _id: Uuid) -> ApiResult<()> {
    unimplemented!()
}
