//! What is read.

use chrono::{DateTime, Utc};
use folkmoot_common::row;
use uuid::Uuid;

use crate::model::{Attachment, Author, CategoryRef, Comment, DELETED_NAME, Thread};

/// Unread comments are counted up to here: the statements know the number too.
const MAX_UNREAD: i64 = 100;

row! {
    /// A thread with its category, author and what its reader has to do with it.
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
        pub(crate) comment_count: i64,
        pub(crate) like_count: i64,
        pub(crate) liked: bool,
        pub(crate) unread_count: i64,
        pub(crate) created_at: DateTime<Utc>,
        pub(crate) edited_at: Option<DateTime<Utc>>,
        pub(crate) deleted_at: Option<DateTime<Utc>>,
        pub(crate) last_activity_at: DateTime<Utc>,
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
    /// Who writes, as discussion knows them. All is empty for a member of whom no event has told yet.
    pub(crate) struct WriterRow {
        pub(crate) username: Option<String>,
        pub(crate) avatar_url: Option<String>,
        pub(crate) deleted_at: Option<DateTime<Utc>>,
        pub(crate) is_blocked: bool,
        /// They opened the thread before, or wrote there.
        pub(crate) has_position: bool,
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

    /// Of the user with this id, up to a hundred. Nobody's is not counted.
    pub(crate) fn unread_count(&self, user_id: &str) -> Option<i64> {
        (!user_id.is_empty()).then_some(self.unread_count.min(MAX_UNREAD))
    }

    /// As its reader sees it; `user_id` is empty for nobody.
    pub(crate) fn into_thread(
        self,
        user_id: &str,
        tags: Vec<String>,
        attachments: Vec<Attachment>,
    ) -> Thread {
        Thread {
            id: self.id,
            category: self.category(),
            unread_count: self.unread_count(user_id),
            author: self.author(),
            title: self.title,
            body: self.body,
            body_html: self.body_html,
            tags,
            attachments,
            is_locked: self.is_locked,
            is_pinned: self.is_pinned,
            comment_count: self.comment_count,
            like_count: self.like_count,
            liked: self.liked,
            created_at: self.created_at,
            edited_at: self.edited_at,
            deleted_at: self.deleted_at,
            last_activity_at: self.last_activity_at,
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
