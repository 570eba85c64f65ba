//! The types of the API.

mod category;
mod comment;
mod thread;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use category::{Category, CategoryEdit, NewCategory};
pub use comment::{Comment, CommentEdit, NewComment};
pub use thread::{NewThread, Thread, ThreadEdit, ThreadSummary};

/// How somebody is named whose account is gone.
pub const DELETED_NAME: &str = "deleted";

/// Who wrote something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Author {
    /// The account.
    pub user_id: String,
    /// Its name; `deleted` if it is gone.
    pub username: String,
    /// Where their picture is, if they have one.
    pub avatar_url: Option<String>,
    /// Whether the account is gone.
    pub deleted: bool,
}

/// The category of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CategoryRef {
    /// Its id.
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
}

/// A file in a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// Its id.
    pub id: Uuid,
    /// Its name as its owner gave it.
    pub filename: String,
    /// Its type, as its content tells.
    pub content_type: String,
    /// In bytes.
    pub size: i64,
    /// Where it is.
    pub url: String,
}

/// Whether the caller likes something, and how many do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LikeState {
    /// Whether the caller does.
    pub liked: bool,
    /// How many do.
    pub like_count: i64,
}

/// How far the caller has read a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadPosition {
    /// The newest comment that they have seen; null when there was none.
    pub comment_id: Option<Uuid>,
    /// When.
    pub read_at: DateTime<Utc>,
    /// Comments of others that are newer; it is not counted beyond 100.
    pub unread_count: i64,
}

/// What was said to be read.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkRead {
    /// The newest comment that was seen; all of them if it is left out.
    #[serde(default)]
    pub comment_id: Option<Uuid>,
}

/// A text that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    /// Its id.
    pub id: Uuid,
    /// The title, of a thread.
    pub title: Option<String>,
    /// The Markdown.
    pub body: String,
    /// Who replaced it.
    pub edited_by: Author,
    /// When it was replaced.
    pub edited_at: DateTime<Utc>,
}

/// How often a tag is used in what the caller may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagCount {
    /// The tag.
    pub tag: String,
    /// In how many threads.
    pub thread_count: i64,
}

/// Tells a field that is null from one that is left out.
pub(crate) fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}
