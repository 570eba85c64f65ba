//! One socket as the rest of the engine sees it: a queue, a stream and a waker.

use std::{
    future::Future,
    io::{self, IoSlice},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use chrono::{DateTime, Utc};
use folkmoot_common::auth::Principal;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::{net::TcpStream, sync::oneshot};

use crate::{
    engine::Shared,
    frame::{self, Frame},
    hub::Command,
    outbox::{Batch, MAX_SLICES, Outbox, State},
    topic::{Join, JoinError, Joined},
};

/// A socket that has more waiting than this is closed while the process is over its limit.
const SMALL_QUEUE: usize = 64 * 1024;

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
    /// When that token was made.
    pub issued_at: Option<DateTime<Utc>>,
    /// Time left until the token ends; the socket is closed with 3500 then.
    pub expires_in: Option<Duration>,
}

impl Session {
    /// That of who opens a socket now.
    #[must_use]
    pub fn of(principal: &Principal, now: DateTime<Utc>) -> Self {
        let left = |end: DateTime<Utc>| (end - now).to_std().unwrap_or_default();
        Self {
            user_id: principal.user_id.as_str().into(),
            session_id: principal.session_id.as_deref().map(Into::into),
            issued_at: principal.issued_at,
            expires_in: principal.expires_at.map(left),
        }
    }
}

/// The state that the socket's task, the fan-out workers and the handles share.
pub(crate) struct Conn {
    pub(crate) id: ConnectionId,
    missed_pings: AtomicU8,
    /// Asked to connect again.
    moving: AtomicBool,
    out: Mutex<Outbox>,
    pub(crate) stream: TcpStream,
    waker: AtomicWaker,
    /// Changes whenever the peer took something.
    progress: AtomicU32,
    pub(crate) shared: Arc<Shared>,
    pub(crate) session: Session,
    /// `None` once the socket is gone.
    topics: Mutex<Option<Vec<Arc<str>>>>,
}

/// What a flush came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flushed {
    /// Nothing waits.
    All,
    /// The peer does not take more now.
    Blocked,
    /// The connection is gone.
    Gone,
}

impl Conn {
    pub(crate) fn new(
        id: ConnectionId,
        stream: TcpStream,
        session: Session,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            id,
            missed_pings: AtomicU8::new(0),
            moving: AtomicBool::new(false),
            out: Mutex::new(Outbox::new()),
            stream,
            waker: AtomicWaker::new(),
            progress: AtomicU32::new(0),
            shared,
            session,
            topics: Mutex::new(Some(Vec::new())),
        }
    }

    /// Writes at once if nothing waits, and queues the rest. The socket's task is woken only when
    /// something has to wait.
    pub(crate) fn deliver(&self, batch: &Batch) {
        let mut out = self.out.lock();
        if out.state != State::Open {
            return;
        }
        let before = out.cost();
        let was_empty = out.is_empty();
        if was_empty {
            match self.stream.try_write(&batch.bytes) {
                Ok(n) if n == batch.bytes.len() => return,
                Ok(n) if n > 0 => out.push(batch.bytes.clone(), n),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    out.push(batch.only_messages(), 0);
                }
                Ok(_) | Err(_) => out.fail(),
            }
            if out.is_empty() && out.state == State::Open {
                return;
            }
        } else {
            out.push(batch.only_messages(), 0);
        }
        self.limit(&mut out);
        self.account(before, out.cost());
        // Otherwise the task waits already for the peer to take more.
        let wake = was_empty || out.state != State::Open;
        drop(out);
        if wake {
            self.waker.wake();
        }
    }

    fn limit(&self, out: &mut Outbox) {
        let config = &self.shared.config;
        let crowded = self.shared.queued_bytes() > config.max_total_queue_bytes;
        let limit = if crowded {
            SMALL_QUEUE
        } else {
            config.max_queue_bytes
        };
        if out.cost() > limit.min(config.max_queue_bytes) {
            out.overflow();
        }
    }

    fn account(&self, before: usize, after: usize) {
        self.shared.account_queued(before, after);
    }

    /// Adds a control frame between the frames that wait.
    pub(crate) fn control(&self, frame: bytes::Bytes) {
        self.deliver(&Batch::message(frame));
    }

    /// A ping, unless something waits anyway.
    pub(crate) fn ping(&self) {
        self.deliver(&Batch::ephemeral(frame::PING));
    }

    /// Queues a close frame and wakes the task, which sends it and ends.
    pub(crate) fn close_with(&self, code: u16, frame: bytes::Bytes) {
        let mut out = self.out.lock();
        let before = out.cost();
        out.close(code, frame);
        self.account(before, out.cost());
        drop(out);
        self.waker.wake();
    }

    /// Answers the peer's close frame.
    pub(crate) fn answer_close(&self, code: Option<u16>) {
        let answer = code.map_or_else(frame::empty_close, |code| frame::close(code, ""));
        let mut out = self.out.lock();
        let before = out.cost();
        out.answer_close(answer);
        self.account(before, out.cost());
        drop(out);
        self.waker.wake();
    }

    /// A last frame and then a close frame.
    pub(crate) fn close_after(&self, last: &Frame, code: u16, reason: &str) {
        self.deliver(&Batch::message(last.encoded().clone()));
        self.close_with(code, frame::close(code, reason));
    }

    /// A hint to connect again, `after_ms` milliseconds from now, and then a close frame.
    pub(crate) fn ask_back(&self, after_ms: usize, code: u16, reason: &str) {
        let hint = Frame::text(&format!(r#"{{"type":"reconnect","after_ms":{after_ms}}}"#));
        self.close_after(&hint, code, reason);
    }

    /// Chooses this socket to be moved; false if it was before or is no longer open.
    pub(crate) fn choose(&self) -> bool {
        self.state() == State::Open && !self.moving.swap(true, Relaxed)
    }

    /// Ends the connection without a word.
    pub(crate) fn cut(&self) {
        let mut out = self.out.lock();
        let before = out.cost();
        out.fail();
        self.account(before, 0);
        drop(out);
        self.waker.wake();
    }

    pub(crate) fn state(&self) -> State {
        self.out.lock().state
    }

    /// The code of our close frame, if one was queued.
    pub(crate) fn code(&self) -> Option<u16> {
        self.out.lock().code
    }

    /// The peer sent something.
    pub(crate) fn is_alive(&self) {
        self.missed_pings.store(0, Relaxed);
    }

    /// Counts a ping; returns how many went without an answer before.
    pub(crate) fn miss_ping(&self) -> u8 {
        self.missed_pings.fetch_add(1, Relaxed)
    }

    /// Writes what waits.
    pub(crate) fn flush(&self) -> Flushed {
        let mut out = self.out.lock();
        let before = out.cost();
        let result = self.flush_locked(&mut out);
        self.account(before, out.cost());
        result
    }

    fn flush_locked(&self, out: &mut Outbox) -> Flushed {
        loop {
            match out.state {
                State::Gone => return Flushed::Gone,
                _ if out.is_empty() => return Flushed::All,
                _ => {}
            }
            let mut slices = [IoSlice::new(&[]); MAX_SLICES];
            let count = out.slices(&mut slices);
            match self.stream.try_write_vectored(&slices[..count]) {
                Ok(n) if n > 0 => {
                    out.advance(n);
                    self.progress.fetch_add(1, Relaxed);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Flushed::Blocked,
                Ok(_) | Err(_) => out.fail(),
            }
        }
    }

    /// Flushes and, when the peer does not take more, asks to be woken when it does.
    pub(crate) fn poll_flush(&self, context: &mut Context<'_>) -> Flushed {
        loop {
            let flushed = self.flush();
            if flushed != Flushed::Blocked {
                return flushed;
            }
            match self.stream.poll_write_ready(context) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => self.cut(),
                Poll::Pending => return Flushed::Blocked,
            }
        }
    }

    pub(crate) fn progress(&self) -> u32 {
        self.progress.load(Relaxed)
    }

    pub(crate) fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    /// Leaves all topics; no other can be joined any more.
    pub(crate) fn leave_all(&self) {
        let mut topics = self.topics.lock();
        for topic in topics.take().into_iter().flatten() {
            self.shared.send(Command::Leave { topic, id: self.id });
        }
    }
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Connection")
            .field(&self.id.0)
            .field(&self.session.user_id)
            .finish()
    }
}

/// One open socket. A clone is another handle of the same socket.
#[derive(Clone, Debug)]
pub struct Connection(pub(crate) Arc<Conn>);

impl Connection {
    /// The id, for [`Publication::except`](crate::Publication::except).
    #[must_use]
    pub fn id(&self) -> ConnectionId {
        self.0.id
    }

    /// Who is behind it.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.0.session
    }

    /// Sends a message: it is written at once or queued; when the queue is full the socket is closed
    /// with 3008. Never waits.
    pub fn send(&self, frame: &Frame) {
        self.0.deliver(&Batch::message(frame.encoded().clone()));
    }

    /// Sends a frame that may be lost: it is dropped when anything is queued. Never waits.
    pub fn send_ephemeral(&self, frame: &Frame) {
        self.0.deliver(&Batch::ephemeral(frame.encoded().clone()));
    }

    /// Closes after what is queued was sent (within the close time-out).
    pub fn close(&self, code: u16, reason: &str) {
        self.0.close_with(code, frame::close(code, reason));
    }

    /// Whether frames can still be sent.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.state() == State::Open
    }

    /// Joins a topic; see [`Join`]. The future ends when the join took effect: the topic is
    /// subscribed at the broker and the greeting and replay are sent or queued. The join happens
    /// even if the future is dropped.
    ///
    /// # Errors
    /// See [`JoinError`].
    pub fn join(
        &self,
        join: Join,
    ) -> impl Future<Output = Result<Joined, JoinError>> + Send + use<> {
        let (done, outcome) = oneshot::channel();
        let started = self.start_join(join, done);
        async move {
            started?;
            outcome.await.unwrap_or(Err(JoinError::Closed))
        }
    }

    fn start_join(
        &self,
        join: Join,
        done: oneshot::Sender<Result<Joined, JoinError>>,
    ) -> Result<(), JoinError> {
        let topic: Arc<str> = Arc::from(join.topic.as_str());
        let mut topics = self.0.topics.lock();
        let Some(joined) = topics.as_mut() else {
            return Err(JoinError::Closed);
        };
        if joined.contains(&topic) {
            return Err(JoinError::AlreadyJoined);
        }
        if joined.len() >= self.0.shared.config.max_topics_per_socket {
            return Err(JoinError::TooManyTopics);
        }
        joined.push(Arc::clone(&topic));
        // Under the lock, so that a join and a leave of one topic keep their order.
        self.0.shared.send(Command::Join {
            topic,
            conn: Arc::clone(&self.0),
            join,
            done,
        });
        Ok(())
    }

    /// Leaves a topic. Leaving happens by itself when the socket closes.
    pub fn leave(&self, topic: &str) {
        let mut topics = self.0.topics.lock();
        let Some(joined) = topics.as_mut() else {
            return;
        };
        if let Some(place) = joined.iter().position(|name| **name == *topic) {
            let topic = joined.swap_remove(place);
            self.0.shared.send(Command::Leave {
                topic,
                id: self.0.id,
            });
        }
    }
}
