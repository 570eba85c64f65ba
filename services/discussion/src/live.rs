//! What open pages are told. A page that missed it reads it again: the tables are the truth.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::model::{Comment, Thread};

/// Something changed in a thread: a frame of `/ws/threads/{id}`. `liked` and `unread_count` in it are nobody's.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "type")]
pub enum Change {
    /// The thread was edited, locked, pinned, moved or restored.
    #[serde(rename = "thread.updated")]
    ThreadUpdated {
        /// As it is now.
        thread: Box<Thread>,
    },
    /// The thread was deleted.
    #[serde(rename = "thread.deleted")]
    ThreadDeleted {
        /// Which.
        thread_id: Uuid,
    },
    /// A comment was written.
    #[serde(rename = "comment.created")]
    CommentCreated {
        /// The comment.
        comment: Box<Comment>,
    },
    /// A comment was edited or restored.
    #[serde(rename = "comment.updated")]
    CommentUpdated {
        /// As it is now.
        comment: Box<Comment>,
    },
    /// A comment was deleted.
    #[serde(rename = "comment.deleted")]
    CommentDeleted {
        /// Its thread.
        thread_id: Uuid,
        /// Which.
        comment_id: Uuid,
    },
    /// Somebody likes the thread, or does so no more.
    #[serde(rename = "thread.like.updated")]
    ThreadLikeUpdated {
        /// Which.
        thread_id: Uuid,
        /// How many do now.
        like_count: i64,
    },
    /// Somebody likes a comment, or does so no more.
    #[serde(rename = "comment.like.updated")]
    CommentLikeUpdated {
        /// Its thread.
        thread_id: Uuid,
        /// Which.
        comment_id: Uuid,
        /// How many do now.
        like_count: i64,
    },
}

impl Change {
    /// A thread as it is for nobody in particular.
    #[must_use]
    pub fn thread_updated(mut thread: Thread) -> Self {
        (thread.liked, thread.unread_count) = (false, None);
        Self::ThreadUpdated {
            thread: Box::new(thread),
        }
    }

    /// A comment as it is for nobody in particular.
    #[must_use]
    pub fn comment_created(mut comment: Comment) -> Self {
        comment.liked = false;
        Self::CommentCreated {
            comment: Box::new(comment),
        }
    }

    /// A comment as it is for nobody in particular.
    #[must_use]
    pub fn comment_updated(mut comment: Comment) -> Self {
        comment.liked = false;
        Self::CommentUpdated {
            comment: Box::new(comment),
        }
    }

    /// The thread that it happened in.
    #[must_use]
    pub fn thread_id(&self) -> Uuid {
        match self {
            Self::ThreadUpdated { thread } => thread.id,
            Self::CommentCreated { comment } | Self::CommentUpdated { comment } => {
                comment.thread_id
            }
            Self::ThreadDeleted { thread_id }
            | Self::CommentDeleted { thread_id, .. }
            | Self::ThreadLikeUpdated { thread_id, .. }
            | Self::CommentLikeUpdated { thread_id, .. } => *thread_id,
        }
    }
}
