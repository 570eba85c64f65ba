//! What discussion tells.
//!
//! Who may read a thread is told with each event, as it was then, and again when its category changes or it is moved: a
//! consumer that shows anything of a thread keeps the latest and checks it when it shows.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ReadRole;

/// The type of [`ThreadChanged`]: a thread was opened.
pub const THREAD_CREATED: &str = "discussion.thread.created";
/// The type of [`ThreadChanged`]: a thread was edited, locked, pinned, moved to another category or restored.
pub const THREAD_UPDATED: &str = "discussion.thread.updated";
/// The type of [`ThreadDeleted`].
pub const THREAD_DELETED: &str = "discussion.thread.deleted";
/// The type of [`CommentChanged`]: a comment was written.
pub const COMMENT_CREATED: &str = "discussion.comment.created";
/// The type of [`CommentChanged`]: a comment was edited or restored.
pub const COMMENT_UPDATED: &str = "discussion.comment.updated";
/// The type of [`CommentDeleted`].
pub const COMMENT_DELETED: &str = "discussion.comment.deleted";
/// The type of [`Liked`]: of a thread.
pub const THREAD_LIKED: &str = "discussion.thread.liked";
/// The type of [`Liked`]: of a comment.
pub const COMMENT_LIKED: &str = "discussion.comment.liked";
/// The type of [`Unliked`]: of a thread or a comment.
pub const UNLIKED: &str = "discussion.unliked";
/// The type of [`CategoryChanged`].
pub const CATEGORY_CHANGED: &str = "discussion.category.changed";

/// Most characters of an excerpt.
pub const EXCERPT_CHARS: usize = 200;

/// A thread as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadChanged {
    /// The thread; `UUIDv7`.
    pub thread_id: Uuid,
    /// Its category.
    pub category_id: Uuid,
    /// Who may read the category.
    pub read_role: ReadRole,
    /// Who opened it.
    pub author_id: String,
    /// Their name.
    pub author_name: String,
    /// Its title.
    pub title: String,
    /// The beginning of the text, plain.
    pub excerpt: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The `@name`s it holds that it did not hold before, in lower case.
    #[serde(default)]
    pub mentions: BTreeSet<String>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When this happened. Of two the later counts.
    pub changed_at: DateTime<Utc>,
}

/// A thread is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadDeleted {
    /// The thread.
    pub thread_id: Uuid,
    /// Who opened it.
    pub author_id: String,
    /// When. Of this and a [`ThreadChanged`] the later counts.
    pub deleted_at: DateTime<Utc>,
}

/// A comment as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentChanged {
    /// The comment; `UUIDv7`.
    pub comment_id: Uuid,
    /// Its thread.
    pub thread_id: Uuid,
    /// The thread's category.
    pub category_id: Uuid,
    /// Who may read the category.
    pub read_role: ReadRole,
    /// The thread's title.
    pub thread_title: String,
    /// Who opened the thread.
    pub thread_author_id: String,
    /// The comment that it answers, if any.
    pub parent_id: Option<Uuid>,
    /// Who wrote that.
    pub parent_author_id: Option<String>,
    /// Who wrote it.
    pub author_id: String,
    /// Their name.
    pub author_name: String,
    /// The beginning of the text, plain.
    pub excerpt: String,
    /// The `@name`s it holds that it did not hold before, in lower case.
    #[serde(default)]
    pub mentions: BTreeSet<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When this happened. Of two the later counts.
    pub changed_at: DateTime<Utc>,
}

/// A comment is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentDeleted {
    /// The comment.
    pub comment_id: Uuid,
    /// Its thread.
    pub thread_id: Uuid,
    /// Who wrote it.
    pub author_id: String,
    /// When.
    pub deleted_at: DateTime<Utc>,
}

/// Somebody likes a thread or a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Liked {
    /// The thread, or that of the comment.
    pub thread_id: Uuid,
    /// The comment, if it is one.
    pub comment_id: Option<Uuid>,
    /// The thread's category.
    pub category_id: Uuid,
    /// Who may read the category.
    pub read_role: ReadRole,
    /// The thread's title.
    pub thread_title: String,
    /// Who wrote what is liked.
    pub author_id: String,
    /// Who likes it.
    pub user_id: String,
    /// Their name.
    pub username: String,
    /// When.
    pub liked_at: DateTime<Utc>,
}

/// Somebody likes a thread or a comment no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unliked {
    /// The thread, or that of the comment.
    pub thread_id: Uuid,
    /// The comment, if it is one.
    pub comment_id: Option<Uuid>,
    /// Who.
    pub user_id: String,
    /// When.
    pub unliked_at: DateTime<Utc>,
}

/// Who may read a category has changed, or the category was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryChanged {
    /// The category.
    pub category_id: Uuid,
    /// Who may read it now.
    pub read_role: ReadRole,
    /// When. Of two the later counts.
    pub changed_at: DateTime<Utc>,
}
