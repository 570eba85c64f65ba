//! The events that become notifications, as their services tell them.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{auth::Principal, id};
use serde::{Deserialize, Serialize};

use crate::{
    model::NewNotification,
    policy::{MAX_BODY_CHARS, MAX_TITLE_CHARS},
};

/// Of identity: an account was made.
pub(crate) const USER_REGISTERED: &str = "identity.user.registered";
/// Of chat in open mode: somebody goes by a name.
pub(crate) const PARTICIPANT_SEEN: &str = "chat.participant.seen";
/// Of chat: a message holds names.
pub(crate) const MESSAGE_MENTIONED: &str = "chat.message.mentioned";

/// How far the clocks of two services may differ.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::seconds(10);
/// In open mode nobody registers: who appears within a day is whom the mention meant.
const PARTICIPANT_TOLERANCE: TimeDelta = TimeDelta::days(1);

/// Data of [`USER_REGISTERED`].
#[derive(Debug, Deserialize)]
pub(crate) struct UserRegistered {
    user_id: String,
    username: String,
    registered_at: DateTime<Utc>,
}

/// Data of [`PARTICIPANT_SEEN`].
#[derive(Debug, Deserialize)]
pub(crate) struct ParticipantSeen {
    user_id: String,
    username: String,
    seen_at: DateTime<Utc>,
}

/// Data of [`MESSAGE_MENTIONED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MessageMentioned {
    pub(crate) room_id: String,
    pub(crate) room_name: String,
    pub(crate) author_id: String,
    pub(crate) author_name: String,
    pub(crate) excerpt: String,
    #[serde(skip_serializing, default)]
    pub(crate) usernames: BTreeSet<String>,
    pub(crate) sent_at: DateTime<Utc>,
}

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
        Self {
            user_id: principal.user_id.clone(),
            username: principal.username.clone(),
            mentionable_from: now - CLOCK_TOLERANCE,
            seen_at: now,
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

impl From<UserRegistered> for Known {
    fn from(event: UserRegistered) -> Self {
        Self {
            user_id: event.user_id,
            username: event.username,
            mentionable_from: event.registered_at - CLOCK_TOLERANCE,
            seen_at: event.registered_at,
        }
    }
}

impl From<ParticipantSeen> for Known {
    fn from(event: ParticipantSeen) -> Self {
        Self {
            user_id: event.user_id,
            username: event.username,
            mentionable_from: event.seen_at - PARTICIPANT_TOLERANCE,
            seen_at: event.seen_at,
        }
    }
}

impl MessageMentioned {
    /// The mentioned names as they are compared.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        self.usernames
            .iter()
            .filter(|name| id::is_display_name(name))
            .map(|name| key(name))
            .collect()
    }

    /// What tells one user of it. Another service's words are made to fit: refusing them would bring them again.
    pub(crate) fn tell(&self, user_id: &str) -> NewNotification {
        let title = format!("@{} mentioned you in #{}", self.author_name, self.room_name);
        let is_shown =
            |character: &char| !character.is_control() || matches!(character, '\n' | '\t');
        NewNotification {
            user_id: user_id.to_owned(),
            title: title
                .chars()
                .filter(|character| !id::is_invisible_control(*character))
                .take(MAX_TITLE_CHARS)
                .collect(),
            body: self
                .excerpt
                .chars()
                .filter(is_shown)
                .take(MAX_BODY_CHARS)
                .collect(),
            notif_type: "mention".to_owned(),
            room_id: Some(self.room_id.clone()).filter(|room_id| id::is_valid(room_id)),
        }
    }
}

fn key(username: &str) -> String {
    username.to_lowercase()
}
