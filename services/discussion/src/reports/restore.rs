//! Restoring what was deleted.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    bus::Event,
    db::sqlx,
    http::{ApiError, ApiResult, Json, Path, Problem},
    in_transaction,
};
use serde_json::json;

use super::{
    moderation::moderated,
    verbs::{Verb, apply},
};
use crate::{
    AppState,
    access::{self, Limit, no_comment},
    audit::Entry,
    change_counter,
    events::{self, CommentText, Kind},
    live::Change,
    model::{Comment, Thread},
    policy::{self, Reader},
    record,
    search::plain,
    sockets,
    store::{CommentRow, ThreadRow},
};

const RESTORE: &str = "update comments set deleted_at = null, deleted_by = null where id = $1 and deleted_at is not null";

/// Restore a deleted thread.
#[utoipa::path(
    post, path = "/api/threads/{id}/restore", tag = "moderation", operation_id = "restore_thread",
    params(("id" = String, Path, description = "The thread.")),
    responses(
        (status = 200, body = Thread),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: for moderators", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
    )
)]
pub(super) async fn thread(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Thread>> {
    let (moderator, thread) = moderated(&state, &caller, &id).await?;
    let restored = apply(&state, &moderator, thread, Verb::Restore).await?;
    Ok(Json(restored))
}

/// Restore a deleted comment.
#[utoipa::path(
    post, path = "/api/comments/{id}/restore", tag = "moderation", operation_id = "restore_comment",
    params(("id" = String, Path, description = "The comment.")),
    responses(
        (status = 200, body = Comment),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: for moderators", body = Problem),
        (status = 404, description = "comment_not_found", body = Problem),
        (status = 409, description = "thread_deleted", body = Problem),
    )
)]
pub(super) async fn comment(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Comment>> {
    let moderator = access::acting(&state, &caller, Limit::Actions).await?;
    let id = access::id(&id, no_comment)?;
    let (thread, comment) = access::comment(&state, &moderator, id).await?;
    policy::check_moderator(&moderator)?;
    if thread.deleted_at.is_some() {
        let detail = "the thread has been deleted";
        return Err(ApiError::conflict("thread_deleted", detail));
    }
    let event = updated(&state, &moderator, &thread, comment.clone()).await?;
    let detail = json!({"thread_id": thread.id, "deleted_at": comment.deleted_at});
    let actor = moderator.principal()?;
    let entry = Entry::new(actor, "comment.restored", "comment", id, detail)
        .in_category(thread.category_id);
    let was_restored = restore(&state, &comment, &entry, &event).await?;
    let restored = state.store.comment(id, &moderator).await?;
    let restored = restored.ok_or_else(no_comment)?.into_comment();
    if was_restored {
        state.outbox.wake();
        state.counters.wake();
        sockets::tell(&state, &Change::comment_updated(restored.clone())).await;
    }
    Ok(Json(restored))
}

async fn updated(
    state: &AppState,
    moderator: &Reader,
    thread: &ThreadRow,
    mut comment: CommentRow,
) -> ApiResult<Event> {
    let parent = match comment.parent_id {
        Some(parent) => state.store.comment(parent, moderator).await?,
        None => None,
    };
    let most = folkmoot_common::events::discussion::EXCERPT_CHARS;
    let text = plain(&comment.body_html);
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = CommentText {
        excerpt: words.join(" ").chars().take(most).collect(),
        parent_author_id: parent.map(|parent| parent.author_id),
        ..CommentText::default()
    };
    comment.deleted_at = None;
    let now = state.ctx.clock.now();
    Ok(events::comment(
        &state.ctx,
        Kind::Updated,
        thread,
        &comment,
        text,
        now,
    )?)
}

/// False if it was not deleted.
async fn restore(
    state: &AppState,
    comment: &CommentRow,
    entry: &Entry,
    event: &Event,
) -> sqlx::Result<bool> {
    in_transaction!(&state.store.db, tx => {
        let restored = sqlx::query(RESTORE).bind(comment.id).execute(&mut *tx).await?;
        if restored.rows_affected() == 0 {
            return Ok(false);
        }
        change_counter!(tx, state.ctx, comment.thread_id, "comment", 1);
        record!(tx, state.ctx, *entry);
        state.outbox.enqueue(&mut *tx, event).await?;
    });
    Ok(true)
}
