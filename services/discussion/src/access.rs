//! Reading what a request is about, and refusing what its reader may not see as if it were not there.

use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult},
    kv::Quota,
};
use uuid::Uuid;

use crate::{
    AppState,
    policy::{self, Reader},
    store::{CategoryRow, CommentRow, SeenThread, ThreadRow},
};

/// No such thread, or none that its reader may know of.
pub(crate) fn no_thread() -> ApiError {
    ApiError::not_found("thread_not_found", "there is no such thread")
}

/// No such comment, or none that its reader may know of.
pub(crate) fn no_comment() -> ApiError {
    ApiError::not_found("comment_not_found", "there is no such comment")
}

/// No such category, or none that its reader may know of.
pub(crate) fn no_category() -> ApiError {
    ApiError::not_found("category_not_found", "there is no such category")
}

/// A thread that the reader may see.
///
/// # Errors
/// 404 `thread_not_found`.
pub(crate) async fn thread(state: &AppState, reader: &Reader, id: Uuid) -> ApiResult<ThreadRow> {
    let thread = state.store.thread(id, reader).await?;
    thread
        .filter(|thread| policy::may_read(reader, thread))
        .ok_or_else(no_thread)
}

/// The same, to be shown to the reader.
///
/// # Errors
/// 404 `thread_not_found`.
pub(crate) async fn seen_thread(
    state: &AppState,
    reader: &Reader,
    id: Uuid,
) -> ApiResult<SeenThread> {
    let thread = state.store.seen_thread(id, reader).await?;
    thread
        .filter(|thread| policy::may_read(reader, &thread.row))
        .ok_or_else(no_thread)
}

/// A comment in a thread that the reader may see, and the thread. The comment may be deleted: its place is seen.
///
/// # Errors
/// 404 `comment_not_found`.
pub(crate) async fn comment(
    state: &AppState,
    reader: &Reader,
    id: Uuid,
) -> ApiResult<(ThreadRow, CommentRow)> {
    let comment = state.store.comment(id, reader).await?;
    let comment = comment.ok_or_else(no_comment)?;
    let thread = state.store.thread(comment.thread_id, reader).await?;
    let thread = thread.filter(|thread| policy::may_read(reader, thread));
    Ok((thread.ok_or_else(no_comment)?, comment))
}

/// A category that the reader may see.
///
/// # Errors
/// 404 `category_not_found`.
pub(crate) async fn category(
    state: &AppState,
    reader: &Reader,
    slug: &str,
) -> ApiResult<CategoryRow> {
    let category = state.store.category(slug, reader).await?;
    category.ok_or_else(no_category)
}

/// The id in a path: another text names nothing.
///
/// # Errors
/// `absent`.
pub(crate) fn id(text: &str, absent: fn() -> ApiError) -> ApiResult<Uuid> {
    Uuid::try_parse(text).map_err(|_| absent())
}

/// Which limit an action counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Threads,
    Comments,
    Edits,
    Likes,
    Actions,
}

/// Who acts, for which there must be somebody, and counts it.
///
/// # Errors
/// 401 without a token, 429 if it was one too many.
pub(crate) async fn acting(state: &AppState, caller: &Caller, limit: Limit) -> ApiResult<Reader> {
    let reader = Reader::acting(caller)?;
    let (settings, user_id) = (&state.settings, reader.user_id());
    let (name, quota) = match limit {
        Limit::Threads => ("threads", per(settings.threads_per_hour, Quota::per_hour)),
        Limit::Comments => (
            "comments",
            per(settings.comments_per_minute, Quota::per_minute),
        ),
        Limit::Edits => ("edits", per(settings.edits_per_minute, Quota::per_minute)),
        Limit::Likes => ("likes", per(settings.likes_per_minute, Quota::per_minute)),
        Limit::Actions => (
            "actions",
            per(settings.actions_per_minute, Quota::per_minute),
        ),
    };
    let Some(quota) = quota else {
        return Ok(reader);
    };
    let key = format!("discussion:{name}:{user_id}");
    let decision = state.ctx.kv.throttle(&key, quota).await;
    if decision.allowed {
        Ok(reader)
    } else {
        Err(ApiError::rate_limited(&decision))
    }
}

/// Zero means that there is no limit.
fn per(count: u32, quota: fn(u32) -> Quota) -> Option<Quota> {
    (count > 0).then(|| quota(count))
}
