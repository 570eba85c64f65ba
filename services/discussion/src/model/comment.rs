use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Author;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Comment {
    /// Its id; `UUIDv7`.
    pub id: Uuid,
    /// Its thread.
    pub thread_id: Uuid,
    /// The comment that it answers; null if it answers the thread.
    pub parent_id: Option<Uuid>,
    /// How deep it stands, 0 to 199. Answers that go deeper stand at 199, with their true `parent_id`.
    pub depth: i32,
    /// Who wrote it.
    pub author: Author,
    /// Its text, Markdown; null if it was deleted.
    pub body: Option<String>,
    /// Its text as HTML that is safe to show; null if it was deleted.
    pub body_html: Option<String>,
    /// How many like it.
    pub like_count: i64,
    /// Whether the caller does.
    pub liked: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its text was changed last.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was deleted. It keeps its place, so that what answers it does.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// A comment to write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// Markdown, 1 to 40 000 characters.
    pub body: String,
    /// The comment that it answers, in the same thread; the thread itself if it is left out.
    #[serde(default)]
    pub parent_id: Option<Uuid>,
}

/// Another text for a comment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentEdit {
    /// Markdown, 1 to 40 000 characters.
    pub body: String,
}
