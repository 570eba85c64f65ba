//! What the service answers with.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// A heartbeat came in time.
    Online,
    /// None did, or they said that they are leaving.
    Offline,
}

/// A user's presence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Presence {
    /// The user.
    #[schema(example = "ann")]
    pub user_id: String,
    /// Their name; only while they are online.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Online or offline.
    pub status: Status,
    /// Their latest heartbeat; only while they are online.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<DateTime<Utc>>,
}

impl Presence {
    /// Somebody who is not there.
    pub(crate) fn offline(user_id: impl Into<String>) -> Self {
        Self {
            user_id: user_id.into(),
            username: None,
            status: Status::Offline,
            last_seen: None,
        }
    }
}

/// Somebody who is typing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Typist {
    /// The user.
    #[schema(example = "ann")]
    pub user_id: String,
    /// Their name.
    pub username: String,
}

/// Whether somebody types in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Typing {
    /// The user.
    #[schema(example = "ann")]
    pub user_id: String,
    /// The room.
    #[schema(example = "general")]
    pub room_id: String,
    /// Whether they type.
    pub is_typing: bool,
}
