//! Joining and publishing: what the services say to the hub.

use std::sync::Arc;

use crate::{connection::ConnectionId, frame::Frame};

/// Makes the frame that goes to a new member before any other of the topic.
pub type Greeting = Box<dyn FnOnce(&Joined) -> Option<Frame> + Send>;

/// How a socket joins a topic.
pub struct Join {
    pub(crate) topic: String,
    pub(crate) ordered: bool,
    pub(crate) since: Option<u64>,
    pub(crate) greeting: Option<Greeting>,
}

impl Join {
    /// A topic whose publications have no order that must be kept.
    #[must_use]
    pub fn unordered(topic: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            ordered: false,
            since: None,
            greeting: None,
        }
    }

    /// A topic whose messages have a `seq` in the [`Log`](crate::Log). The first join of a topic decides
    /// whether it is ordered.
    #[must_use]
    pub fn ordered(topic: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            ordered: true,
            since: None,
            greeting: None,
        }
    }

    /// Replay what came after this `seq` first. Only for ordered topics.
    #[must_use]
    pub fn since(mut self, seq: u64) -> Self {
        self.since = Some(seq);
        self
    }

    /// A frame to send first, before the replay. Runs on a fan-out worker: it must be quick.
    #[must_use]
    pub fn greeting(
        mut self,
        greeting: impl FnOnce(&Joined) -> Option<Frame> + Send + 'static,
    ) -> Self {
        self.greeting = Some(Box::new(greeting));
        self
    }
}

impl std::fmt::Debug for Join {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Join")
            .field("topic", &self.topic)
            .field("since", &self.since)
            .finish()
    }
}

/// The outcome of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The first live message has a greater `seq`. What is not greater was replayed or is known to the
    /// client if `recovered`. 0 for unordered topics.
    pub seq: u64,
    /// False when `since` was given and the missed messages are not replayed: too many, or `since` is
    /// ahead of the log. The client reads the history up to `seq` otherwise.
    pub recovered: bool,
    /// Number of messages replayed.
    pub replayed: usize,
    /// Local members of the topic now, this one included.
    pub members: usize,
}

/// Why a join had no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinError {
    /// The socket is closed or closing, or the engine ended.
    Closed,
    /// Already in that topic.
    AlreadyJoined,
    /// In as many topics as is allowed.
    TooManyTopics,
    /// Left again before the join took effect.
    Left,
    /// An ordered join, but the engine has no log.
    NoLog,
}

impl std::fmt::Display for JoinError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Closed => "the socket is closed",
            Self::AlreadyJoined => "already in that topic",
            Self::TooManyTopics => "in too many topics",
            Self::Left => "left before the join took effect",
            Self::NoLog => "the engine has no log",
        })
    }
}

impl std::error::Error for JoinError {}

/// One frame for all members of a topic on all replicas.
#[derive(Clone, Debug)]
pub struct Publication {
    pub(crate) topic: Arc<str>,
    pub(crate) frame: Frame,
    pub(crate) kind: Kind,
}

/// How a publication is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In `seq` order, each once; repaired from the log.
    Ordered(u64),
    /// Queued like a message; lost for a replica that the broker does not reach. Not to the one socket.
    Message(Option<ConnectionId>),
    /// Dropped for a socket that has anything queued. Not to the one socket.
    Ephemeral(Option<ConnectionId>),
}

impl Publication {
    /// A message that is durable in the log under `seq`.
    #[must_use]
    pub fn ordered(topic: impl Into<Arc<str>>, seq: u64, frame: Frame) -> Self {
        Self {
            topic: topic.into(),
            frame,
            kind: Kind::Ordered(seq),
        }
    }

    /// A message without order, e.g. a notification.
    #[must_use]
    pub fn message(topic: impl Into<Arc<str>>, frame: Frame) -> Self {
        Self {
            topic: topic.into(),
            frame,
            kind: Kind::Message(None),
        }
    }

    /// Typing, presence: dropped for a socket that is behind.
    #[must_use]
    pub fn ephemeral(topic: impl Into<Arc<str>>, frame: Frame) -> Self {
        Self {
            topic: topic.into(),
            frame,
            kind: Kind::Ephemeral(None),
        }
    }

    /// Not to this socket. Has no effect on ordered publications.
    #[must_use]
    pub fn except(mut self, id: ConnectionId) -> Self {
        self.kind = match self.kind {
            Kind::Ordered(seq) => Kind::Ordered(seq),
            Kind::Message(_) => Kind::Message(Some(id)),
            Kind::Ephemeral(_) => Kind::Ephemeral(Some(id)),
        };
        self
    }
}
