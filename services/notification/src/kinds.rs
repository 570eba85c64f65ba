//! What a notification can be of.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a notification is of. Those who post one may call it something else, which nobody can turn off.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
pub enum Kind {
    /// One's name stands in a message, a thread or a comment.
    #[serde(rename = "mention")]
    Mention,
    /// Somebody answered one's comment.
    #[serde(rename = "comment.replied")]
    CommentReplied,
    /// Somebody commented on one's thread.
    #[serde(rename = "thread.commented")]
    ThreadCommented,
    /// Somebody likes one's thread.
    #[serde(rename = "thread.liked")]
    ThreadLiked,
    /// Somebody likes one's comment.
    #[serde(rename = "comment.liked")]
    CommentLiked,
    /// Somebody whom one follows opened a thread.
    #[serde(rename = "post")]
    Post,
    /// Somebody follows one.
    #[serde(rename = "follow")]
    Follow,
    /// A moderator or another service has something to say.
    #[serde(rename = "message")]
    Message,
}

impl Kind {
    /// Every kind, in the order in which they are listed.
    pub const ALL: [Self; 8] = [
        Self::Mention,
        Self::CommentReplied,
        Self::ThreadCommented,
        Self::ThreadLiked,
        Self::CommentLiked,
        Self::Post,
        Self::Follow,
        Self::Message,
    ];

    /// As it is stored and told: `notif_type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::CommentReplied => "comment.replied",
            Self::ThreadCommented => "thread.commented",
            Self::ThreadLiked => "thread.liked",
            Self::CommentLiked => "comment.liked",
            Self::Post => "post",
            Self::Follow => "follow",
            Self::Message => "message",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether who did not choose is told of it: of everything. Who follows somebody wants to hear of them, and
    /// whom one follows is one's own choice.
    #[must_use]
    pub const fn is_on_by_default(self) -> bool {
        true
    }

    /// Whether there is something to read: what was written, not who liked it.
    pub(crate) const fn is_of_a_text(self) -> bool {
        matches!(
            self,
            Self::Mention | Self::CommentReplied | Self::ThreadCommented | Self::Post
        )
    }

    /// The title that is stored. It names nobody and nothing: what is shown is made when it is shown, for who may see it.
    pub(crate) const fn neutral_title(self) -> &'static str {
        match self {
            Self::Mention => "You were mentioned",
            Self::CommentReplied => "Your comment was answered",
            Self::ThreadCommented => "There is a comment on your thread",
            Self::ThreadLiked => "Your thread is liked",
            Self::CommentLiked => "Your comment is liked",
            Self::Post => "Somebody you follow opened a thread",
            Self::Follow => "Somebody follows you",
            Self::Message => "There is a message",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name_everywhere() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(Kind::parse("Mention"), None);
    }
}
