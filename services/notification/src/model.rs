//! What the service takes and answers with.

use chrono::{DateTime, Utc};
use folkmoot_common::row;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

row! {
    /// Something that a user should know.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    pub struct Notification {
        /// Newer ones sort behind older ones.
        pub id: Uuid,
        /// Whose it is.
        pub user_id: String,
        /// One line.
        pub title: String,
        /// The text; may be empty.
        pub body: String,
        /// What kind it is: `mention`, or what its poster called it.
        pub notif_type: String,
        /// The room it is about.
        pub room_id: Option<String>,
        /// Whether its user has read it.
        pub is_read: bool,
        /// When it was made.
        pub created_at: DateTime<Utc>,
    }
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
    "message".to_owned()
}

/// How many notifications a user has not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnreadCount {
    /// The user.
    pub user_id: String,
    /// How many.
    pub unread_count: i64,
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
