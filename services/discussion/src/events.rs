//! What is told to other services: the contracts of [`folkmoot_common::events::discussion`], made of rows.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use folkmoot_common::{
    Context, ServiceName,
    auth::Principal,
    bus::Event,
    db::sqlx,
    events::discussion::{
        CATEGORY_CHANGED, COMMENT_CREATED, COMMENT_DELETED, COMMENT_LIKED, COMMENT_UPDATED,
        CategoryChanged, CommentChanged, CommentDeleted, Liked, THREAD_CREATED, THREAD_DELETED,
        THREAD_LIKED, THREAD_UPDATED, ThreadChanged, ThreadDeleted, UNLIKED, Unliked,
    },
};
use serde::Serialize;

use crate::store::{CategoryRow, CommentRow, ThreadRow};

/// Whether something is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Created,
    Updated,
}

fn event(ctx: &Context, r#type: &str, data: &impl Serialize) -> sqlx::Result<Event> {
    Event::new(ctx, ServiceName::Discussion, r#type, data)
        .map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// A thread as it is now. `mentions` are those that it did not hold before.
///
/// # Errors
/// None in practice: if it has no JSON form.
pub(crate) fn thread(
    ctx: &Context,
    kind: Kind,
    thread: &ThreadRow,
    tags: &[String],
    mentions: BTreeSet<String>,
    now: DateTime<Utc>,
) -> sqlx::Result<Event> {
    let data = ThreadChanged {
        thread_id: thread.id,
        category_id: thread.category_id,
        read_role: thread.read_role.clone(),
        author_id: thread.author_id.clone(),
        author_name: thread.author().username,
        title: thread.title.clone(),
        excerpt: thread.excerpt.clone(),
        tags: tags.to_vec(),
        mentions,
        created_at: thread.created_at,
        changed_at: now,
    };
    let r#type = match kind {
        Kind::Created => THREAD_CREATED,
        Kind::Updated => THREAD_UPDATED,
    };
    event(ctx, r#type, &data)
}

/// A thread is gone.
///
/// # Errors
/// None in practice: if it has no JSON form.
pub(crate) fn thread_deleted(
    ctx: &Context,
    thread: &ThreadRow,
    now: DateTime<Utc>,
) -> sqlx::Result<Event> {
    let data = ThreadDeleted {
        thread_id: thread.id,
        author_id: thread.author_id.clone(),
        deleted_at: now,
    };
    event(ctx, THREAD_DELETED, &data)
}

/// A comment as it is now, with its plain beginning. `parent_author_id` is of the comment that it answers; `mentions` are
/// those that it did not hold before.
#[derive(Debug, Clone, Default)]
pub(crate) struct CommentText {
    pub(crate) excerpt: String,
    pub(crate) mentions: BTreeSet<String>,
    pub(crate) parent_author_id: Option<String>,
}

/// A comment as it is now.
///
/// # Errors
/// None in practice: if it has no JSON form.
pub(crate) fn comment(
    ctx: &Context,
    kind: Kind,
    thread: &ThreadRow,
    comment: &CommentRow,
    text: CommentText,
    now: DateTime<Utc>,
) -> sqlx::Result<Event> {
    let data = CommentChanged {
        comment_id: comment.id,
        thread_id: thread.id,
        category_id: thread.category_id,
        read_role: thread.read_role.clone(),
        thread_title: thread.title.clone(),
        thread_author_id: thread.author_id.clone(),
        parent_id: comment.parent_id,
        parent_author_id: text.parent_author_id,
        author_id: comment.author_id.clone(),
        author_name: comment.author().username,
        excerpt: text.excerpt,
        mentions: text.mentions,
        created_at: comment.created_at,
        changed_at: now,
    };
    let r#type = match kind {
        Kind::Created => COMMENT_CREATED,
        Kind::Updated => COMMENT_UPDATED,
    };
    event(ctx, r#type, &data)
}

/// A comment is gone.
///
/// # Errors
/// None in practice: if it has no JSON form.
pub(crate) fn comment_deleted(
    ctx: &Context,
    comment: &CommentRow,
    now: DateTime<Utc>,
) -> sqlx::Result<Event> {
    let data = CommentDeleted {
        comment_id: comment.id,
        thread_id: comment.thread_id,
        author_id: comment.author_id.clone(),
        deleted_at: now,
    };
    event(ctx, COMMENT_DELETED, &data)
}

/// Somebody likes a thread, or a comment of it.
///
/// # Errors
/// None in practice: if it has no JSON form.
pub(crate) fn liked(
    ctx: &Context,
    thread: &ThreadRow,
    comment: Option<&CommentRow>,
    who: &Principal,
    now: DateTime<Utc>,
) -> sqlx::Result<Event> {
    let author_id = comment.map_or(&thread.author_id, |comment| &comment.author_id);
    let data = Liked {
        thread_id: thread.id,
        comment_id: comment.map(|comment| comment.id),
        category_id: thread.category_id,
        read_role: thread.read_role.clone(),
        thread_title: thread.title.clone(),
        author_id: author_id.clone(),
        user_id: who.user_id.clone(),
        username: who.username.clone(),
        liked_at: now,
    };
    let r#type = comment.map_or(THREAD_LIKED, |_| COMMENT_LIKED);
    event(ctx, r#type, &data)
}

/// Somebody likes it no more.
///
/// # Errors
/// None in practice: if it has no JSON form.
pub(crate) fn unliked(
    ctx: &Context,
    thread: &ThreadRow,
    comment: Option<&CommentRow>,
    user_id: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Event> {
    let data = Unliked {
        thread_id: thread.id,
        comment_id: comment.map(|comment| comment.id),
        user_id: user_id.to_owned(),
        unliked_at: now,
    };
    event(ctx, UNLIKED, &data)
}

/// Who may read a category has changed, or it was made.
///
/// # Errors
/// None in practice: if it has no JSON form.
pub(crate) fn category(
    ctx: &Context,
    category: &CategoryRow,
    now: DateTime<Utc>,
) -> sqlx::Result<Event> {
    let data = CategoryChanged {
        category_id: category.id,
        read_role: category.read_role.clone(),
        changed_at: now,
    };
    event(ctx, CATEGORY_CHANGED, &data)
}
