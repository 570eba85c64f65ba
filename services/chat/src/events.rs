//! What chat tells the other services.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{mentions, model::Message};

/// Somebody goes by a name that was not seen before. Only with `AUTH=open`, where identity knows nobody.
pub const PARTICIPANT_SEEN: &str = "chat.participant.seen";
/// A message holds `@name`s.
pub const MESSAGE_MENTIONED: &str = "chat.message.mentioned";

const EXCERPT_CHARS: usize = 200;

/// Data of [`PARTICIPANT_SEEN`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantSeen {
    /// The user.
    pub user_id: String,
    /// The name.
    pub username: String,
    /// When.
    pub seen_at: DateTime<Utc>,
}

/// Data of [`MESSAGE_MENTIONED`].
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

/// The event data of a message, if it mentions anybody.
pub(crate) fn mentioned(message: &Message) -> Option<MessageMentioned> {
    // Most messages have no `@` at all.
    let usernames = if message.content.contains('@') {
        mentions::find(&message.content)
    } else {
        return None;
    };
    (!usernames.is_empty()).then(|| MessageMentioned {
        message_id: message.id,
        room_id: message.room_id.clone(),
        room_name: message.room_id.clone(),
        author_id: message.user_id.clone(),
        author_name: message.username.clone(),
        excerpt: message.content.chars().take(EXCERPT_CHARS).collect(),
        usernames,
        sent_at: message.timestamp,
    })
}
