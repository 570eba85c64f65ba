//! What chat tells.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The type of [`ParticipantSeen`].
pub const PARTICIPANT_SEEN: &str = "chat.participant.seen";
/// The type of [`MessageMentioned`].
pub const MESSAGE_MENTIONED: &str = "chat.message.mentioned";

/// Somebody goes by a name that was not seen before. Only with `AUTH=open`, where identity knows nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantSeen {
    /// The user.
    pub user_id: String,
    /// The name.
    pub username: String,
    /// When.
    pub seen_at: DateTime<Utc>,
}

/// A message holds `@name`s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageMentioned {
    /// The message.
    pub message_id: Uuid,
    /// Its room.
    pub room_id: String,
    /// The room's name for people.
    pub room_name: String,
    /// Who wrote it.
    pub author_id: String,
    /// The author's name.
    pub author_name: String,
    /// The beginning of the text.
    pub excerpt: String,
    /// The names it holds, in lower case. Who they belong to is for the receiver to know.
    pub usernames: BTreeSet<String>,
    /// When it was stored.
    pub sent_at: DateTime<Utc>,
}
