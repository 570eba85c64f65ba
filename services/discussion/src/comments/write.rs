//! Writing, editing and deleting comments.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use folkmoot_common::{
    bus::Event,
    db::{sqlx, unique_violation},
    http::{ApiError, ApiResult},
    in_transaction,
};
use serde_json::json;
use uuid::Uuid;

use super::complete;
use crate::{
    AppState,
    access::{self, no_comment},
    audit::Entry,
    change_counter,
    events::{self, CommentText, Kind},
    live::Change,
    model::{Comment, CommentEdit, NewComment},
    policy::{self, Reader},
    record, remember_member,
    render::{RENDERER, Rendered},
    sockets,
    store::{CommentRow, ThreadRow, WriterRow, tree::place},
    threads::new_mentions,
    validate,
};

const INSERT: &str = "insert into comments \
    (id, thread_id, parent_id, path, depth, author_id, body, body_html, rendered_by, like_count, created_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10)";
// Who writes in a thread without having opened it: their own comments are not unread to them.
const PARTICIPATE: &str = "insert into read_positions (user_id, thread_id, read_at) values ($1, $2, $3) on conflict do nothing";
macro_rules! keep {
    ($lock:literal) => {
        concat!(
            "insert into revisions (id, target_id, body, edited_by, edited_at) \
             select $2, id, body, $3, $4 from comments where id = $1 and deleted_at is null",
            $lock
        )
    };
}
const KEEP: &str = keep!("");
// What is kept is what is replaced.
const KEEP_LOCKED: &str = keep!(" for update");
const REPLACE: &str =
    "update comments set body = $2, body_html = $3, rendered_by = $4, edited_at = $5 where id = $1";
const DELETE: &str =
    "update comments set deleted_at = $2, deleted_by = $3 where id = $1 and deleted_at is null";
/// Two answers to the same comment in the same millisecond on two replicas may want the same place.
const ATTEMPTS: u32 = 4;

/// Writes a comment. The reader's limit has been counted.
///
/// # Errors
/// 404 `thread_not_found`; 403; 409 `thread_deleted`, `comment_deleted`; 422 `invalid_parent` and as [`validate`] and the
/// renderer say.
pub(crate) async fn create(
    state: &AppState,
    reader: &Reader,
    thread_id: Uuid,
    new: NewComment,
) -> ApiResult<Comment> {
    validate::body(&new.body, false)?;
    let thread = access::thread(state, reader, thread_id).await?;
    policy::check_open(reader, &thread)?;
    let place = (thread.id, thread.author_id.as_str());
    let writer = state
        .store
        .writer(reader.principal()?, place, new.parent_id)
        .await?;
    if new.parent_id.is_some() {
        check_parent(reader, &thread, &writer)?;
    }
    policy::check_comment(reader, &thread, writer.is_blocked)?;
    let rendered = state.renderer.render(new.body.clone()).await?;
    let text = CommentText {
        excerpt: rendered.excerpt.clone(),
        mentions: rendered.mentions.clone(),
        parent_author_id: writer.parent_author_id.clone(),
    };
    let mut left = ATTEMPTS;
    let row = loop {
        left -= 1;
        let (id, now) = (state.ctx.ids.next(), state.ctx.clock.now());
        let row = written(id, thread.id, &writer, &new, &rendered, now);
        let event = events::comment(&state.ctx, Kind::Created, &thread, &row, text.clone(), now)?;
        match insert(state, &writer, &row, &event).await {
            Ok(()) => break row,
            Err(error) if left > 0 && unique_violation(&error).is_some() => {}
            Err(error) => return Err(error.into()),
        }
    };
    state.outbox.wake();
    state.counters.wake();
    metrics::counter!("folkmoot_comments_created_total").increment(1);
    let comment = row.into_comment();
    sockets::tell(state, &Change::comment_created(comment.clone())).await;
    Ok(comment)
}

/// What is answered must be a comment of the same thread. Whether there is one elsewhere is not told.
fn check_parent(reader: &Reader, thread: &ThreadRow, writer: &WriterRow) -> ApiResult<()> {
    if writer.parent_thread_id != Some(thread.id) {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let detail = "parent_id is no comment of this thread";
        return Err(ApiError::new(status, "invalid_parent", detail));
    }
    policy::check_present(reader, writer.parent_is_deleted)
}

fn written(
    id: Uuid,
    thread_id: Uuid,
    writer: &WriterRow,
    new: &NewComment,
    rendered: &Rendered,
    now: DateTime<Utc>,
) -> CommentRow {
    let (path, depth) = place(writer.parent_path.as_deref(), id);
    CommentRow {
        id,
        thread_id,
        parent_id: new.parent_id,
        path,
        depth,
        author_id: writer.user_id.clone(),
        username: Some(writer.username.clone()),
        avatar_url: writer.avatar_url.clone(),
        author_deleted_at: writer.deleted_at,
        body: new.body.clone(),
        body_html: rendered.html.clone(),
        rendered_by: RENDERER,
        like_count: 0,
        liked: false,
        created_at: now,
        edited_at: None,
        deleted_at: None,
    }
}

async fn insert(
    state: &AppState,
    writer: &WriterRow,
    row: &CommentRow,
    event: &Event,
) -> sqlx::Result<()> {
    in_transaction!(&state.store.db, tx => {
        if !writer.is_known {
            remember_member!(tx, writer);
        }
        let query = sqlx::query(INSERT).bind(row.id).bind(row.thread_id).bind(row.parent_id);
        let query = query.bind(&row.path).bind(row.depth).bind(&row.author_id);
        let query = query.bind(&row.body).bind(&row.body_html).bind(row.rendered_by);
        query.bind(row.created_at).execute(&mut *tx).await?;
        if !writer.has_position && writer.deleted_at.is_none() {
            let here = sqlx::query(PARTICIPATE).bind(&row.author_id).bind(row.thread_id);
            here.bind(row.created_at).execute(&mut *tx).await?;
        }
        change_counter!(tx, state.ctx, row.thread_id, "comment", 1);
        state.outbox.enqueue(&mut *tx, event).await?;
    });
    Ok(())
}

/// Gives a comment another text; the one that it had becomes a revision. The reader's limit has been counted.
///
/// # Errors
/// 404 `comment_not_found`, 403, 409, 422.
pub(crate) async fn edit(
    state: &AppState,
    reader: &Reader,
    id: Uuid,
    edit: CommentEdit,
) -> ApiResult<Comment> {
    let (thread, mut row) = access::comment(state, reader, id).await?;
    policy::check_edit(reader, &thread, &row.author_id)?;
    policy::check_present(reader, row.deleted_at.is_some())?;
    validate::body(&edit.body, false)?;
    if edit.body == row.body {
        return complete(state, row).await;
    }
    let editor = reader.principal()?;
    let rendered = state.renderer.render(edit.body.clone()).await?;
    let before = std::mem::replace(&mut row.body, edit.body);
    let text = CommentText {
        mentions: new_mentions(state, &rendered, before).await?,
        excerpt: rendered.excerpt.clone(),
        parent_author_id: parent_author(state, reader, &row).await?,
    };
    let now = state.ctx.clock.now();
    (row.body_html, row.edited_at) = (rendered.html, Some(now));
    let event = events::comment(&state.ctx, Kind::Updated, &thread, &row, text, now)?;
    let detail = json!({"thread_id": thread.id});
    let entry = (editor.user_id != row.author_id).then(|| {
        Entry::new(editor, "comment.edited", "comment", id, detail).in_category(thread.category_id)
    });
    let revision = state.ctx.ids.next();
    let keep = state.store.db.choose(KEEP, KEEP_LOCKED);
    in_transaction!(&state.store.db, tx => {
        let keep = sqlx::query(keep).bind(id).bind(revision).bind(&editor.user_id).bind(now);
        if keep.execute(&mut *tx).await?.rows_affected() == 0 {
            return Err(no_comment());
        }
        let replace = sqlx::query(REPLACE).bind(id).bind(&row.body).bind(&row.body_html);
        replace.bind(RENDERER).bind(now).execute(&mut *tx).await?;
        if let Some(entry) = &entry {
            record!(tx, state.ctx, entry);
        }
        state.outbox.enqueue(&mut *tx, &event).await?;
    });
    state.outbox.wake();
    let comment = row.into_comment();
    sockets::tell(state, &Change::comment_updated(comment.clone())).await;
    Ok(comment)
}

/// Who wrote what a comment answers.
///
/// # Errors
/// If the database is away.
pub(crate) async fn parent_author(
    state: &AppState,
    reader: &Reader,
    row: &CommentRow,
) -> ApiResult<Option<String>> {
    let Some(parent) = row.parent_id else {
        return Ok(None);
    };
    let parent = state.store.comment(parent, reader).await?;
    Ok(parent.map(|parent| parent.author_id))
}

/// Deletes a comment: its place stays. A second time changes nothing.
///
/// # Errors
/// 404 `comment_not_found`, 403.
pub(crate) async fn delete(state: &AppState, reader: &Reader, id: Uuid) -> ApiResult<()> {
    let (thread, row) = access::comment(state, reader, id).await?;
    policy::check_own(reader, &row.author_id)?;
    let who = reader.principal()?;
    let now = state.ctx.clock.now();
    let event = events::comment_deleted(&state.ctx, &row, now)?;
    let detail = json!({"thread_id": thread.id, "author_id": row.author_id});
    let entry = (who.user_id != row.author_id).then(|| {
        Entry::new(who, "comment.deleted", "comment", id, detail).in_category(thread.category_id)
    });
    in_transaction!(&state.store.db, tx => {
        let deleted = sqlx::query(DELETE).bind(id).bind(now).bind(&who.user_id).execute(&mut *tx).await?;
        if deleted.rows_affected() == 0 {
            return Ok(());
        }
        change_counter!(tx, state.ctx, thread.id, "comment", -1);
        if let Some(entry) = &entry {
            record!(tx, state.ctx, entry);
        }
        state.outbox.enqueue(&mut *tx, &event).await?;
    });
    state.outbox.wake();
    state.counters.wake();
    let change = Change::CommentDeleted {
        thread_id: thread.id,
        comment_id: id,
    };
    sockets::tell(state, &change).await;
    Ok(())
}
