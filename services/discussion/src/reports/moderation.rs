//! Locking and pinning threads.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiResult, Json, Path, Problem},
};

use super::verbs::{Verb, apply};
use crate::{
    AppState,
    access::{self, Limit, no_thread},
    model::Thread,
    policy::{self, Reader},
    store::ThreadRow,
};

/// A thread that a moderator sees, and may do something to.
///
/// # Errors
/// 401, 404, then 403.
pub(super) async fn moderated(
    state: &AppState,
    caller: &Caller,
    id: &str,
) -> ApiResult<(Reader, ThreadRow)> {
    let moderator = access::acting(state, caller, Limit::Actions).await?;
    let thread = access::thread(state, &moderator, access::id(id, no_thread)?).await?;
    policy::check_moderator(&moderator)?;
    Ok((moderator, thread))
}

async fn set(state: &AppState, caller: &Caller, id: &str, verb: Verb) -> ApiResult<Json<Thread>> {
    let (moderator, thread) = moderated(state, caller, id).await?;
    Ok(Json(apply(state, &moderator, thread, verb).await?))
}

/// Lock a thread: nothing new comes in but from moderators.
#[utoipa::path(
    put, path = "/api/threads/{id}/lock", tag = "moderation", operation_id = "lock_thread",
    params(("id" = String, Path, description = "The thread.")),
    responses(
        (status = 200, body = Thread),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: for moderators", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 409, description = "thread_deleted", body = Problem),
    )
)]
pub(super) async fn lock(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Thread>> {
    set(&state, &caller, &id, Verb::Lock(true)).await
}

/// Unlock a thread.
#[utoipa::path(
    delete, path = "/api/threads/{id}/lock", tag = "moderation", operation_id = "unlock_thread",
    params(("id" = String, Path, description = "The thread.")),
    responses(
        (status = 200, body = Thread),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: for moderators", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 409, description = "thread_deleted", body = Problem),
    )
)]
pub(super) async fn unlock(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Thread>> {
    set(&state, &caller, &id, Verb::Lock(false)).await
}

/// Pin a thread: it stands before the others.
#[utoipa::path(
    put, path = "/api/threads/{id}/pin", tag = "moderation", operation_id = "pin_thread",
    params(("id" = String, Path, description = "The thread.")),
    responses(
        (status = 200, body = Thread),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: for moderators", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 409, description = "thread_deleted", body = Problem),
    )
)]
pub(super) async fn pin(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Thread>> {
    set(&state, &caller, &id, Verb::Pin(true)).await
}

/// Unpin a thread.
#[utoipa::path(
    delete, path = "/api/threads/{id}/pin", tag = "moderation", operation_id = "unpin_thread",
    params(("id" = String, Path, description = "The thread.")),
    responses(
        (status = 200, body = Thread),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: for moderators", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 409, description = "thread_deleted", body = Problem),
    )
)]
pub(super) async fn unpin(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Thread>> {
    set(&state, &caller, &id, Verb::Pin(false)).await
}
