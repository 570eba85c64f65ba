//! Rooms and messages, as they are stored and as they are shown.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use folkmoot_common::row;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

row! {
    /// A room.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Room {
        /// Its name in addresses.
        #[schema(example = "general")]
        pub id: String,
        /// Its name for people.
        #[schema(example = "General")]
        pub name: String,
        /// What it is for.
        pub description: String,
        /// When it was made.
        pub created_at: DateTime<Utc>,
        /// The `seq` of its latest message; 0 when there is none.
        pub last_seq: i64,
    }
}

/// What is asked for by `POST /rooms`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewRoom {
    /// Its name in addresses: 1 to 64 of `A-Z a-z 0-9 _ . : @ -`.
    #[schema(example = "general")]
    pub id: String,
    /// Its name for people, at most 100 characters. The id, if left out.
    #[serde(default)]
    pub name: Option<String>,
    /// What it is for, at most 500 characters.
    #[serde(default)]
    pub description: Option<String>,
}

row! {
    /// A message.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Message {
        /// Unique over all rooms.
        pub id: Uuid,
        /// The room.
        pub room_id: String,
        /// The author.
        pub user_id: String,
        /// The author's name when they wrote it.
        pub username: String,
        /// The text, or a file's name.
        pub content: String,
        /// `text`, `file` or `image`.
        #[schema(example = "text")]
        pub message_type: String,
        /// Where the file is.
        pub file_url: Option<String>,
        /// When it was stored.
        pub timestamp: DateTime<Utc>,
        /// Its place in the room: 1, 2, 3 …
        pub seq: i64,
        /// The sender's own name for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub client_id: Option<String>,
    }
}

/// Who writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The account.
    pub user_id: Arc<str>,
    /// The name that is shown.
    pub username: Arc<str>,
}

/// A checked message on its way to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The room; it exists.
    pub room_id: Arc<str>,
    /// Who writes.
    pub author: Author,
    /// The text, or a file's name.
    pub content: String,
    /// `text`, `file` or `image`.
    pub message_type: &'static str,
    /// Where the file is.
    pub file_url: Option<String>,
    /// The sender's own name for it.
    pub client_id: Option<String>,
}
