//! What the service answers with.

use chrono::{DateTime, Utc};
use folkmoot_common::row;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The name of who is gone.
const DELETED: &str = "deleted";

row! {
    /// An entry with what is known of its author and counters, as a statement reads it.
    #[derive(Debug, Clone, PartialEq)]
    pub(crate) struct EntryRow {
        pub(crate) id: Uuid,
        pub(crate) category_id: Uuid,
        pub(crate) author_id: String,
        pub(crate) title: String,
        pub(crate) excerpt: String,
        pub(crate) tags: String,
        pub(crate) created_at: DateTime<Utc>,
        pub(crate) changed_at: DateTime<Utc>,
        pub(crate) read_role: Option<String>,
        pub(crate) username: Option<String>,
        pub(crate) avatar_url: Option<String>,
        pub(crate) author_deleted_at: Option<DateTime<Utc>>,
        pub(crate) like_count: i64,
        pub(crate) comment_count: i64,
    }
}

row! {
    /// Somebody, as others see them.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct AuthorRow {
        pub(crate) user_id: String,
        pub(crate) username: String,
        pub(crate) avatar_url: Option<String>,
        pub(crate) deleted_at: Option<DateTime<Utc>>,
    }
}

/// Who wrote something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Author {
    /// The account.
    pub user_id: String,
    /// The name, or `deleted`.
    pub username: String,
    /// Where the picture is.
    pub avatar_url: Option<String>,
    /// Whether the account is gone.
    pub deleted: bool,
}

impl Author {
    /// Of somebody who is gone nothing is shown but the id.
    pub(crate) fn new(
        user_id: String,
        username: Option<String>,
        avatar_url: Option<String>,
        deleted: bool,
    ) -> Self {
        Self {
            user_id,
            username: username
                .filter(|_| !deleted)
                .unwrap_or_else(|| DELETED.to_owned()),
            avatar_url: avatar_url.filter(|_| !deleted),
            deleted,
        }
    }
}

impl From<AuthorRow> for Author {
    fn from(row: AuthorRow) -> Self {
        let deleted = row.deleted_at.is_some();
        Self::new(row.user_id, Some(row.username), row.avatar_url, deleted)
    }
}

/// A thread in a stream or feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// The thread. Newer ones sort behind older ones.
    pub id: Uuid,
    /// `thread`.
    #[schema(value_type = String)]
    pub r#type: String,
    /// The same.
    pub thread_id: Uuid,
    /// The same, for clients that know threads as posts.
    pub post_id: Uuid,
    /// Its title.
    pub title: String,
    /// The beginning of its text, plain.
    pub excerpt: String,
    /// The same.
    pub content: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Who opened it.
    pub author: Author,
    /// Who opened it.
    pub user_id: String,
    /// Their name.
    pub username: String,
    /// Its category.
    pub category_id: Uuid,
    /// How many like it.
    pub like_count: i64,
    /// How many comments it has.
    pub comment_count: i64,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        let deleted = row.author_deleted_at.is_some();
        let author = Author::new(row.author_id, row.username, row.avatar_url, deleted);
        Self {
            id: row.id,
            r#type: "thread".to_owned(),
            thread_id: row.id,
            post_id: row.id,
            title: row.title,
            content: row.excerpt.clone(),
            excerpt: row.excerpt,
            tags: serde_json::from_str(&row.tags).unwrap_or_default(),
            user_id: author.user_id.clone(),
            username: author.username.clone(),
            author,
            category_id: row.category_id,
            like_count: row.like_count,
            comment_count: row.comment_count,
            created_at: row.created_at,
            updated_at: row.changed_at,
        }
    }
}

/// How much there is for who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stats {
    /// Entries in the activity stream that the asker may see.
    pub global_feed_size: usize,
    /// The stream holds at most so many.
    pub global_feed_max: usize,
    /// Entries in the asker's own stream; null without a token.
    pub user_feed_size: Option<usize>,
    /// That of a user holds at most so many.
    pub user_feed_max: usize,
    /// When the newest entry that the asker may see was opened.
    pub newest_at: Option<DateTime<Utc>>,
}
