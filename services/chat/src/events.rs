//! What chat tells the other services: see [`folkmoot_common::events::chat`].

pub use folkmoot_common::events::chat::*;

use folkmoot_common::mentions;

use crate::model::Message;

const EXCERPT_CHARS: usize = 200;

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
