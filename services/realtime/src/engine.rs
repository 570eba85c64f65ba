//! The public handle.

use std::{future::Future, sync::Arc, time::Duration};

use axum::response::Response;
use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::{broker::Broker, config::Config, frame::Frame, handshake::Upgrade, log::Log};

/// Names a socket over all replicas: unique while it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub(crate) u64);

/// Who is behind a socket.
#[derive(Clone, Debug)]
pub struct Session {
    /// The user.
    pub user_id: Box<str>,
    /// The login that the token came from, if any.
    pub session_id: Option<Box<str>>,
    /// Time left until the token ends; the socket is closed with 3500 then.
    pub expires_in: Option<Duration>,
}

/// What the engine does after a handler returned.
pub enum Flow {
    /// Go on.
    Continue,
    /// Read nothing more from this socket until the future is done. What is queued for the socket
    /// still leaves. This is how a handler does I/O: it costs memory only while it runs.
    Wait(BoxFuture<'static, ()>),
    /// Close with a code and a reason.
    Close(u16, &'static str),
}

/// What a service does with one socket. Calls for one socket never overlap.
pub trait Handler: Send + 'static {
    /// The socket is open: join topics here.
    fn on_open(&mut self, connection: &Connection) -> Flow;

    /// A text message. Called on the socket's task: it must not block; work that waits goes into
    /// [`Flow::Wait`] or another task.
    fn on_text(&mut self, connection: &Connection, text: &str) -> Flow;

    /// A message that was over the rate; it was not handled. The default closes with 1008. A handler
    /// may answer with an `error` frame and continue: at twice the burst the engine closes by itself.
    fn on_excess(&mut self, connection: &Connection) -> Flow {
        let _ = connection;
        Flow::Close(crate::close::ABUSE, "too many frames")
    }

    /// The socket is gone and has left its topics; called once if `on_open` was called.
    /// `code` is the close code (1006 when the connection broke).
    fn on_close(&mut self, connection: &Connection, code: u16) {
        let _ = (connection, code);
    }
}

/// One open socket. A clone is another handle of the same socket.
#[derive(Clone)]
pub struct Connection {}

impl Connection {
    /// The id, for [`Publication::except`].
    #[must_use]
    pub fn id(&self) -> ConnectionId {
        unimplemented!()
    }

    /// Who is behind it.
    #[must_use]
    pub fn session(&self) -> &Session {
        unimplemented!()
    }

    /// Sends a message: it is written at once or queued; when the queue is full the socket is closed
    /// with 3008. Never waits.
    pub fn send(&self, frame: &Frame) {
        let _ = frame;
    }

    /// Sends a frame that may be lost: it is dropped when anything is queued. Never waits.
    pub fn send_ephemeral(&self, frame: &Frame) {
        let _ = frame;
    }

    /// Closes after what is queued was sent (within the close time-out).
    pub fn close(&self, code: u16, reason: &str) {
        let _ = (code, reason);
    }

    /// Joins a topic; see [`Join`]. The future ends when the join took effect: the topic is
    /// subscribed at the broker and the greeting and replay are sent or queued. The join happens
    /// even if the future is dropped.
    pub fn join(
        &self,
        join: Join,
    ) -> impl Future<Output = Result<Joined, JoinError>> + Send + 'static {
        let _ = join;
        async { Err(JoinError::Closed) }
    }

    /// Leaves a topic. Leaving happens by itself when the socket closes.
    pub fn leave(&self, topic: &str) {
        let _ = topic;
    }
}

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

    /// A topic whose messages have a `seq` in the [`Log`].
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

/// The outcome of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Everything up to here was replayed or is known to the client (`recovered`), or else is not sent:
    /// the first live message has a greater `seq`. 0 for unordered topics.
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
}

/// One frame for all members of a topic on all replicas.
#[derive(Clone, Debug)]
pub struct Publication {
    pub(crate) topic: Arc<str>,
    pub(crate) frame: Frame,
    pub(crate) kind: Kind,
    pub(crate) except: Option<ConnectionId>,
}

/// How a publication is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In `seq` order, each once; repaired from the log.
    Ordered(u64),
    /// Queued like a message; lost for a replica that the broker does not reach.
    Message,
    /// Dropped for a socket that has anything queued.
    Ephemeral,
}

impl Publication {
    /// A message that is durable in the log under `seq`.
    #[must_use]
    pub fn ordered(topic: impl Into<Arc<str>>, seq: u64, frame: Frame) -> Self {
        Self {
            topic: topic.into(),
            frame,
            kind: Kind::Ordered(seq),
            except: None,
        }
    }

    /// A message without order, e.g. a notification.
    #[must_use]
    pub fn message(topic: impl Into<Arc<str>>, frame: Frame) -> Self {
        Self {
            topic: topic.into(),
            frame,
            kind: Kind::Message,
            except: None,
        }
    }

    /// Typing, presence: dropped for a socket that is behind.
    #[must_use]
    pub fn ephemeral(topic: impl Into<Arc<str>>, frame: Frame) -> Self {
        Self {
            topic: topic.into(),
            frame,
            kind: Kind::Ephemeral,
            except: None,
        }
    }

    /// Not to this socket. Has no effect on ordered publications.
    #[must_use]
    pub fn except(mut self, id: ConnectionId) -> Self {
        self.except = Some(id);
        self
    }
}

/// The connection to the other replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerState {
    /// Publications arrive: the last probe came back.
    Up,
    /// Not connected, or two probes were lost. Ordered topics are read from the log meanwhile.
    Down,
}

/// Sockets, topics and their fan-out. A clone is another handle.
#[derive(Clone)]
pub struct Engine {}

impl Engine {
    /// Starts the engine's tasks on the current runtime. `log` is needed for ordered topics.
    #[must_use]
    pub fn new(config: Config, broker: Arc<dyn Broker>, log: Option<Arc<dyn Log>>) -> Self {
        let _ = (config, broker, log);
        Self {}
    }

    /// Checks Origin, drain and the socket limit. Call it before anything with an effect;
    /// [`accept`](Self::accept) checks again.
    ///
    /// # Errors
    /// The answer to send: 403 `forbidden_origin` or 503 `draining` / `too_many_sockets`.
    #[expect(clippy::result_large_err, reason = "the error is the response")]
    pub fn admit(&self, upgrade: &Upgrade) -> Result<(), Response> {
        let _ = upgrade;
        Ok(())
    }

    /// Answers the handshake and runs the socket in its own task.
    pub fn accept<H: Handler>(&self, upgrade: Upgrade, session: Session, handler: H) -> Response {
        let _ = (upgrade, session, handler);
        unimplemented!()
    }

    /// Publishes to all members on all replicas. Waits while the fan-out workers are behind.
    /// Publications of one topic are delivered in the order of the calls.
    pub async fn publish(&self, publications: Vec<Publication>) {
        let _ = publications;
    }

    /// Publishes without waiting; false when it was dropped because the workers are behind. For
    /// ephemeral frames from a [`Handler`].
    pub fn try_publish(&self, publication: Publication) -> bool {
        let _ = publication;
        true
    }

    /// Closes the sockets for which `which` is true; returns how many.
    pub fn close_where(&self, which: impl Fn(&Session) -> bool, code: u16, reason: &str) -> usize {
        let _ = (which, code, reason);
        0
    }

    /// Open sockets.
    #[must_use]
    pub fn sockets(&self) -> usize {
        0
    }

    /// Whether publications of other replicas arrive, for readiness.
    #[must_use]
    pub fn broker_state(&self) -> watch::Receiver<BrokerState> {
        unimplemented!()
    }

    /// Refuses new sockets, tells the open ones to come back (`{"type":"reconnect","after_ms":N}`,
    /// close 3001) in batches spread over `total`, and returns when all are gone, at the latest
    /// after `total`.
    pub async fn drain(&self, total: Duration) {
        let _ = total;
    }
}
