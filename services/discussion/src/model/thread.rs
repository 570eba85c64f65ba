use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Attachment, Author, CategoryRef};

/// A thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Thread {
    /// Its id; `UUIDv7`.
    pub id: Uuid,
    /// Its title, one line.
    pub title: String,
    /// Its text, Markdown.
    pub body: String,
    /// Its text as HTML that is safe to show.
    pub body_html: String,
    /// Where it is.
    pub category: CategoryRef,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// Who opened it.
    pub author: Author,
    /// Its files, in the order in which they were given.
    pub attachments: Vec<Attachment>,
    /// Whether nothing new comes in.
    pub is_locked: bool,
    /// Whether it stands before the others.
    pub is_pinned: bool,
    /// How many comments there are.
    pub comment_count: i64,
    /// How many like it.
    pub like_count: i64,
    /// Whether the caller does.
    pub liked: bool,
    /// Comments of others that the caller has not seen, not counted beyond 100; null for nobody in particular.
    pub unread_count: Option<i64>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When its text was changed last.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was deleted; for moderators, as others do not see it then.
    pub deleted_at: Option<DateTime<Utc>>,
    /// When the last comment came, or when it was opened.
    pub last_activity_at: DateTime<Utc>,
}

/// A thread in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ThreadSummary {
    /// Its id; `UUIDv7`.
    pub id: Uuid,
    /// Its title, one line.
    pub title: String,
    /// The beginning of its text, plain.
    pub excerpt: String,
    /// Where it is.
    pub category: CategoryRef,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// Who opened it.
    pub author: Author,
    /// Its files, in the order in which they were given.
    pub attachments: Vec<Attachment>,
    /// Whether nothing new comes in.
    pub is_locked: bool,
    /// Whether it stands before the others.
    pub is_pinned: bool,
    /// How many comments there are.
    pub comment_count: i64,
    /// How many like it.
    pub like_count: i64,
    /// Whether the caller does.
    pub liked: bool,
    /// Comments of others that the caller has not seen, not counted beyond 100; null for nobody in particular.
    pub unread_count: Option<i64>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When its text was changed last.
    pub edited_at: Option<DateTime<Utc>>,
    /// Always null: lists hold no deleted threads.
    pub deleted_at: Option<DateTime<Utc>>,
    /// When the last comment came, or when it was opened.
    pub last_activity_at: DateTime<Utc>,
}

/// A thread to open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewThread {
    /// 1 to 200 characters.
    pub title: String,
    /// Markdown, at most 40 000 characters; not empty unless there are files.
    pub body: String,
    /// The slug of its category; `general` if it is left out.
    #[serde(default)]
    pub category: Option<String>,
    /// At most 5, each 1 to 32 of a-z 0-9 -.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// What is to change in a thread; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadEdit {
    /// 1 to 200 characters.
    #[serde(default)]
    pub title: Option<String>,
    /// Markdown, at most 40 000 characters.
    #[serde(default)]
    pub body: Option<String>,
    /// At most 5, each 1 to 32 of a-z 0-9 -; in place of all that there were.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
}
