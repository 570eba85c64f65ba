//! What `folkmoot export` writes and `folkmoot import` reads: JSON lines, one record a line, whatever it refers to before it.
//!
//! Ids are kept, so that reading the same lines again changes nothing. What a service makes of the text (HTML, paths,
//! counters, search) is not in a record: the importing version makes it anew.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// An account.
    User(User),
    /// Somebody follows somebody.
    Follow(Follow),
    /// A category of threads.
    Category(Category),
    /// A thread.
    Thread(Thread),
    /// A comment. What it answers comes before it.
    Comment(Comment),
    /// Somebody likes a thread or a comment.
    Like(Like),
    /// A chat room.
    Room(Room),
    /// A chat message, in the order of the room.
    Message(Message),
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The account's id.
    pub id: Uuid,
    /// Unique, whatever the case.
    pub username: String,
    /// Unique, whatever the case.
    pub email: String,
    /// PHC string format. Without one the owner sets a password by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// Besides `member`.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// When the address was seen to be theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Somebody follows somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// Who follows.
    pub user_id: Uuid,
    /// Whom.
    pub target_id: Uuid,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// A category of threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Its id.
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// What belongs into it.
    #[serde(default)]
    pub description: String,
    /// Where it stands among the others.
    #[serde(default)]
    pub position: i32,
    /// The role that may read it; everybody without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_role: Option<String>,
    /// The role that may write in it; every member without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_role: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thread {
    /// Its id.
    pub id: Uuid,
    /// The slug of its category.
    pub category: String,
    /// Who opened it.
    pub author_id: String,
    /// Its title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Nobody answers any more.
    #[serde(default)]
    pub is_locked: bool,
    /// It stands before others.
    #[serde(default)]
    pub is_pinned: bool,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<DateTime<Utc>>,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    /// Its id.
    pub id: Uuid,
    /// Its thread.
    pub thread_id: Uuid,
    /// What it answers; the thread without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<Uuid>,
    /// Who wrote it.
    pub author_id: String,
    /// Markdown; none when it was deleted and others answered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<DateTime<Utc>>,
}

/// Somebody likes a thread or a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Like {
    /// The thread or the comment.
    pub target_id: Uuid,
    /// Who.
    pub user_id: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// A chat room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A chat message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// Its room.
    pub room_id: String,
    /// Its place in the room.
    pub seq: i64,
    /// Who wrote it.
    pub user_id: String,
    /// Their name.
    pub username: String,
    /// The text.
    pub content: String,
    /// `text`, `file` or `system`.
    pub message_type: String,
    /// The file that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_url: Option<String>,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}

/// What importing some records came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// New.
    pub created: u64,
    /// They were there already.
    pub unchanged: u64,
    /// What they refer to is not there, or a name of theirs is another's.
    pub refused: u64,
}

impl std::ops::AddAssign for Imported {
    fn add_assign(&mut self, other: Self) {
        self.created += other.created;
        self.unchanged += other.unchanged;
        self.refused += other.refused;
    }
}
