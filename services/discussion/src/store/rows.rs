//! What is read.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::sqlx::{self, FromRow, Row},
    row,
};
use uuid::Uuid;

use crate::model::{Attachment, Author, CategoryRef, Comment, DELETED_NAME, Thread};

/// Unread comments are counted up to here: the statements know the number too.
const MAX_UNREAD: i64 = 100;

row! {
    /// A thread with its category and author.
    #[derive(Debug, Clone)]
    pub(crate) struct ThreadRow {
        pub(crate) id: Uuid,
        pub(crate) title: String,
        pub(crate) category_id: Uuid,
        pub(crate) category_slug: String,
        pub(crate) category_name: String,
        pub(crate) read_role: Option<String>,
        pub(crate) post_role: Option<String>,
        pub(crate) author_id: String,
        pub(crate) username: Option<String>,
        pub(crate) avatar_url: Option<String>,
        pub(crate) author_deleted_at: Option<DateTime<Utc>>,
        pub(crate) excerpt: String,
        pub(crate) body: String,
        pub(crate) body_html: String,
        pub(crate) rendered_by: i32,
        pub(crate) is_locked: bool,
        pub(crate) is_pinned: bool,
        pub(crate) created_at: DateTime<Utc>,
        pub(crate) edited_at: Option<DateTime<Utc>>,
        pub(crate) deleted_at: Option<DateTime<Utc>>,
        pub(crate) last_activity_at: DateTime<Utc>,
    }
}

row! {
    /// What there is in a thread, and what its reader has to do with it.
    #[derive(Debug, Clone, Copy, Default)]
    pub(crate) struct Tally {
        pub(crate) comment_count: i64,
        pub(crate) like_count: i64,
        pub(crate) liked: bool,
        pub(crate) unread_count: i64,
    }
}

/// A thread as it is shown to a reader. Counting costs more than all else of it, so it is not read where nothing is shown.
#[derive(Debug, Clone)]
pub(crate) struct SeenThread {
    pub(crate) row: ThreadRow,
    pub(crate) tally: Tally,
}

impl<'r, R: Row> FromRow<'r, R> for SeenThread
where
    ThreadRow: FromRow<'r, R>,
    Tally: FromRow<'r, R>,
{
    fn from_row(row: &'r R) -> sqlx::Result<Self> {
        Ok(Self {
            row: ThreadRow::from_row(row)?,
            tally: Tally::from_row(row)?,
        })
    }
}

row! {
    /// A comment with its author and whether its reader likes it.
    #[derive(Debug, Clone)]
    pub(crate) struct CommentRow {
        pub(crate) id: Uuid,
        pub(crate) thread_id: Uuid,
        pub(crate) parent_id: Option<Uuid>,
        pub(crate) path: String,
        pub(crate) depth: i32,
        pub(crate) author_id: String,
        pub(crate) username: Option<String>,
        pub(crate) avatar_url: Option<String>,
        pub(crate) author_deleted_at: Option<DateTime<Utc>>,
        pub(crate) body: String,
        pub(crate) body_html: String,
        pub(crate) rendered_by: i32,
        pub(crate) like_count: i64,
        pub(crate) liked: bool,
        pub(crate) created_at: DateTime<Utc>,
        pub(crate) edited_at: Option<DateTime<Utc>>,
        pub(crate) deleted_at: Option<DateTime<Utc>>,
    }
}

row! {
    /// A category.
    #[derive(Debug, Clone)]
    pub(crate) struct CategoryRow {
        pub(crate) id: Uuid,
        pub(crate) slug: String,
        pub(crate) name: String,
        pub(crate) description: String,
        pub(crate) position: i32,
        pub(crate) read_role: Option<String>,
        pub(crate) post_role: Option<String>,
        pub(crate) created_at: DateTime<Utc>,
    }
}

row! {
    /// A tag of a thread.
    #[derive(Debug, Clone)]
    pub(crate) struct TagRow {
        pub(crate) thread_id: Uuid,
        pub(crate) tag: String,
    }
}

row! {
    /// A file of a thread.
    #[derive(Debug, Clone)]
    pub(crate) struct AttachmentRow {
        pub(crate) id: Uuid,
        pub(crate) thread_id: Uuid,
        pub(crate) filename: String,
        pub(crate) content_type: String,
        pub(crate) size: i64,
    }
}

row! {
    /// Who writes, as discussion knows them, and what they answer.
    pub(crate) struct WriterRow {
        pub(crate) user_id: String,
        /// That of their token if no event has told of them yet.
        pub(crate) username: String,
        /// An event told of them, or they wrote before.
        pub(crate) is_known: bool,
        pub(crate) avatar_url: Option<String>,
        pub(crate) deleted_at: Option<DateTime<Utc>>,
        /// By who opened the thread, or wrote what they answer.
        pub(crate) is_blocked: bool,
        /// They opened the thread before, or wrote there.
        pub(crate) has_position: bool,
        /// Nothing if they answer no comment, or one that does not exist.
        pub(crate) parent_thread_id: Option<Uuid>,
        pub(crate) parent_path: Option<String>,
        pub(crate) parent_author_id: Option<String>,
        pub(crate) parent_is_deleted: bool,
    }
}

/// Somebody as they are shown.
pub(crate) fn author(
    user_id: &str,
    username: Option<&str>,
    avatar_url: Option<&str>,
    deleted: bool,
) -> Author {
    let avatar_url = avatar_url.filter(|_| !deleted);
    Author {
        user_id: user_id.to_owned(),
        username: if deleted {
            DELETED_NAME.to_owned()
        } else {
            // A name that no event told and no token: bulk data of an account that does not exist.
            username.unwrap_or(user_id).to_owned()
        },
        avatar_url: avatar_url.map(str::to_owned),
        deleted,
    }
}

impl ThreadRow {
    pub(crate) fn author(&self) -> Author {
        author(
            &self.author_id,
            self.username.as_deref(),
            self.avatar_url.as_deref(),
            self.author_deleted_at.is_some(),
        )
    }

    pub(crate) fn category(&self) -> CategoryRef {
        CategoryRef {
            id: self.category_id,
            slug: self.category_slug.clone(),
            name: self.category_name.clone(),
        }
    }
}

impl Tally {
    /// Of the user with this id, up to a hundred. Nobody's is not counted.
    pub(crate) fn unread_count(&self, user_id: &str) -> Option<i64> {
        (!user_id.is_empty()).then_some(self.unread_count.min(MAX_UNREAD))
    }
}

impl SeenThread {
    /// As its reader sees it; `user_id` is empty for nobody.
    pub(crate) fn into_thread(
        self,
        user_id: &str,
        tags: Vec<String>,
        attachments: Vec<Attachment>,
    ) -> Thread {
        let Self { row, tally } = self;
        Thread {
            id: row.id,
            category: row.category(),
            unread_count: tally.unread_count(user_id),
            author: row.author(),
            title: row.title,
            body: row.body,
            body_html: row.body_html,
            tags,
            attachments,
            is_locked: row.is_locked,
            is_pinned: row.is_pinned,
            comment_count: tally.comment_count,
            like_count: tally.like_count,
            liked: tally.liked,
            created_at: row.created_at,
            edited_at: row.edited_at,
            deleted_at: row.deleted_at,
            last_activity_at: row.last_activity_at,
        }
    }
}

impl CommentRow {
    pub(crate) fn author(&self) -> Author {
        author(
            &self.author_id,
            self.username.as_deref(),
            self.avatar_url.as_deref(),
            self.author_deleted_at.is_some(),
        )
    }

    /// As it is shown: without its text if it was deleted.
    pub(crate) fn into_comment(self) -> Comment {
        let is_there = self.deleted_at.is_none();
        Comment {
            id: self.id,
            thread_id: self.thread_id,
            parent_id: self.parent_id,
            depth: self.depth,
            author: self.author(),
            body: is_there.then_some(self.body),
            body_html: is_there.then_some(self.body_html),
            like_count: self.like_count,
            liked: self.liked,
            created_at: self.created_at,
            edited_at: self.edited_at,
            deleted_at: self.deleted_at,
        }
    }
}

impl AttachmentRow {
    pub(crate) fn into_attachment(self) -> Attachment {
        Attachment {
            url: format!("/api/threads/{}/attachments/{}", self.thread_id, self.id),
            id: self.id,
            filename: self.filename,
            content_type: self.content_type,
            size: self.size,
        }
    }
}
