//! What the service takes and answers with.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::kinds::Kind;

/// Something that a user should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notification {
    /// Newer ones sort behind older ones.
    pub id: Uuid,
    /// Whose it is.
    pub user_id: String,
    /// One line.
    #[schema(example = "ann replied to your comment in “Bread without kneading”")]
    pub title: String,
    /// The text; may be empty.
    pub body: String,
    /// What kind it is: `mention`, `comment.replied`, `thread.commented`, `thread.liked`, `comment.liked`, `post`,
    /// `follow`, `message`, or what its poster called it.
    pub notif_type: String,
    /// The same.
    pub kind: String,
    /// The room it is about.
    pub room_id: Option<String>,
    /// The thread it is about.
    pub thread_id: Option<Uuid>,
    /// The comment it is about.
    pub comment_id: Option<Uuid>,
    /// Who did it, the latest first: at most 3 of them.
    pub actors: Vec<Actor>,
    /// How many did it. What several do to one thing is one notification while it is unread.
    pub actor_count: i64,
    /// The name of the latest of them.
    pub actor_name: Option<String>,
    /// Where the web application shows what it is about.
    pub url: Option<String>,
    /// Whether its user has read it.
    pub is_read: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When something was last added to it. The list is in this order.
    pub updated_at: DateTime<Utc>,
}

/// Somebody who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Actor {
    /// Their id.
    pub user_id: String,
    /// Their name; `deleted` if they are gone.
    pub username: String,
    /// Whether the account is gone.
    pub deleted: bool,
}

/// A notification to post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewNotification {
    /// Whose it is.
    #[schema(example = "ann")]
    pub user_id: String,
    /// One line of 1 to 200 characters.
    pub title: String,
    /// At most 4000 characters.
    #[serde(default)]
    pub body: String,
    /// What kind it is: 1 to 32 of A-Z a-z 0-9 _ . -
    #[serde(default = "message")]
    #[schema(default = "message")]
    pub notif_type: String,
    /// The room it is about.
    #[serde(default)]
    pub room_id: Option<String>,
}

fn message() -> String {
    Kind::Message.as_str().to_owned()
}

/// How many notifications a user has not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnreadCount {
    /// The user.
    pub user_id: String,
    /// How many.
    pub unread_count: i64,
}

/// How many notifications the caller has not read, and of what kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnreadCounts {
    /// The caller.
    pub user_id: String,
    /// How many.
    pub unread_count: i64,
    /// How many of each kind that there are any of.
    pub kinds: std::collections::BTreeMap<String, i64>,
}

/// What marking everything as read came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadAll {
    /// The user.
    pub user_id: String,
    /// How many were marked.
    pub marked_read: u64,
    /// How many are not read now: what came meanwhile.
    pub unread_count: i64,
}

/// Whether a user is told of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Preference {
    /// The kind.
    pub kind: Kind,
    /// Whether they are told of it in the application.
    pub in_app: bool,
}
