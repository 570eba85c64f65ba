//! What the service makes of the events of others.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{
    auth::Principal,
    events::{
        chat::{MessageMentioned, ParticipantSeen},
        identity::{ProfileUpdated, UserRegistered},
    },
    id,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::render;

/// How far the clocks of two services may differ.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::seconds(10);
/// In open mode nobody registers: who appears within a day is whom the mention meant.
const PARTICIPANT_TOLERANCE: TimeDelta = TimeDelta::days(1);

/// Somebody goes by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) user_id: String,
    pub(crate) username: String,
    /// Earlier mentions of the name meant somebody else.
    pub(crate) mentionable_from: DateTime<Utc>,
    pub(crate) seen_at: DateTime<Utc>,
}

impl Known {
    /// Somebody who showed a token of identity's.
    pub(crate) fn by_token(principal: &Principal, now: DateTime<Utc>) -> Self {
        Self::seen(&principal.user_id, &principal.username, now)
    }

    /// Somebody who did something then under that name.
    pub(crate) fn seen(user_id: &str, username: &str, at: DateTime<Utc>) -> Self {
        Self {
            user_id: user_id.to_owned(),
            username: username.to_owned(),
            mentionable_from: at - CLOCK_TOLERANCE,
            seen_at: at,
        }
    }

    /// Whether both may be stored.
    pub(crate) fn is_valid(&self) -> bool {
        id::is_valid(&self.user_id) && id::is_display_name(&self.username)
    }

    /// The name as mentions are compared.
    pub(crate) fn key(&self) -> String {
        key(&self.username)
    }
}

impl From<&UserRegistered> for Known {
    fn from(event: &UserRegistered) -> Self {
        Self::seen(&event.user_id, &event.username, event.registered_at)
    }
}

impl From<&ProfileUpdated> for Known {
    fn from(event: &ProfileUpdated) -> Self {
        Self::seen(&event.user_id, &event.username, event.updated_at)
    }
}

impl From<&ParticipantSeen> for Known {
    fn from(event: &ParticipantSeen) -> Self {
        Self {
            mentionable_from: event.seen_at - PARTICIPANT_TOLERANCE,
            ..Self::seen(&event.user_id, &event.username, event.seen_at)
        }
    }
}

/// What is kept of a mention in chat until somebody goes by the name. The version before reads it too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChatMention {
    pub(crate) room_id: String,
    pub(crate) room_name: String,
    pub(crate) author_id: String,
    pub(crate) author_name: String,
    pub(crate) excerpt: String,
    pub(crate) sent_at: DateTime<Utc>,
}

impl From<&MessageMentioned> for ChatMention {
    fn from(event: &MessageMentioned) -> Self {
        Self {
            room_id: event.room_id.clone(),
            room_name: event.room_name.clone(),
            author_id: event.author_id.clone(),
            author_name: event.author_name.clone(),
            excerpt: event.excerpt.clone(),
            sent_at: event.sent_at,
        }
    }
}

impl ChatMention {
    /// The line it is told in. Another service's words are made to fit: refusing them would bring them again.
    pub(crate) fn title(&self, author_name: &str) -> String {
        render::line(&format!(
            "@{author_name} mentioned you in #{}",
            self.room_name
        ))
    }

    /// The room, if its id may be one.
    pub(crate) fn room_id(&self) -> Option<&str> {
        Some(self.room_id.as_str()).filter(|room_id| id::is_valid(room_id))
    }
}

/// What happened in a thread, as much of it as a notification keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct News {
    pub(crate) event_id: Uuid,
    pub(crate) actor_id: String,
    pub(crate) thread_id: Uuid,
    pub(crate) comment_id: Option<Uuid>,
    pub(crate) excerpt: String,
    pub(crate) at: DateTime<Utc>,
}

/// Names as they are compared: those that somebody could go by.
pub(crate) fn keys(names: &BTreeSet<String>) -> BTreeSet<String> {
    let valid = names.iter().filter(|name| id::is_display_name(name));
    valid.map(|name| key(name)).collect()
}

fn key(username: &str) -> String {
    username.to_lowercase()
}
