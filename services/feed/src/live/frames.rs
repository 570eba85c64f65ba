//! What the service says on a socket.

use chrono::{DateTime, Utc};
use folkmoot_realtime::Frame;
use serde::Serialize;
use tracing::error;
use uuid::Uuid;

use crate::model::{Author, Entry};

/// A comment as it is told.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CommentNews {
    pub(crate) id: Uuid,
    pub(crate) thread_id: Uuid,
    pub(crate) parent_id: Option<Uuid>,
    pub(crate) author: Author,
    pub(crate) excerpt: String,
    pub(crate) created_at: DateTime<Utc>,
}

/// A frame.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type")]
pub(crate) enum ServerFrame {
    /// From now on everything is told.
    #[serde(rename = "ready")]
    Ready,
    /// Something may have been missed: look again.
    #[serde(rename = "resync")]
    Resync,
    /// A thread was opened, or is back.
    #[serde(rename = "thread.created")]
    ThreadCreated { thread: Box<Entry> },
    /// A thread was changed.
    #[serde(rename = "thread.updated")]
    ThreadUpdated { thread: Box<Entry> },
    /// A thread is gone, or not for the reader any more.
    #[serde(rename = "thread.deleted")]
    ThreadDeleted { thread_id: Uuid },
    /// A comment was written.
    #[serde(rename = "comment.created")]
    CommentCreated {
        thread_id: Uuid,
        comment_count: i64,
        comment: CommentNews,
    },
    /// A thread is liked more or less.
    #[serde(rename = "thread.like.updated")]
    ThreadLikeUpdated { thread_id: Uuid, like_count: i64 },
    /// The answer to a ping.
    #[serde(rename = "pong")]
    Pong,
    /// A frame was not understood.
    #[serde(rename = "error")]
    Error {
        code: &'static str,
        message: &'static str,
        temporary: bool,
    },
}

impl ServerFrame {
    /// Its text.
    pub(crate) fn text(&self) -> Option<String> {
        serde_json::to_string(self)
            .inspect_err(|error| error!(%error, "a frame has no JSON form"))
            .ok()
    }

    /// The frame as it is sent.
    pub(crate) fn encode(&self) -> Option<Frame> {
        self.text().map(|text| Frame::text(&text))
    }
}
