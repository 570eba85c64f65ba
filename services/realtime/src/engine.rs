//! The engine: what all sockets and workers share, and its public handle.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::response::Response;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::StatusCode;
use parking_lot::Mutex;
use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::AbortHandle,
    time::{Instant, timeout},
};

use crate::{
    accept,
    broker::{Broker, BrokerState},
    close,
    config::Config,
    connection::{Connection, ConnectionId, Session},
    drain, frame,
    handshake::{Upgrade, problem},
    hub::{Command, Hub},
    link::{self, Request},
    log::Log,
    logs,
    metrics::Metrics,
    registry::{self, Registry},
    topic::Publication,
};

/// What the engine does after a handler returned.
pub enum Flow {
    /// Go on.
    Continue,
    /// Read nothing more from this socket until the future is done. What is queued for the socket
    /// still leaves. This is how a handler does I/O: it costs memory only while it runs. The future is
    /// dropped when the socket ends: what must be finished belongs into a task of its own.
    Wait(BoxFuture<'static, ()>),
    /// Close with a code and a reason.
    Close(u16, &'static str),
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Continue => f.write_str("Continue"),
            Self::Wait(_) => f.write_str("Wait"),
            Self::Close(code, reason) => f.debug_tuple("Close").field(code).field(reason).finish(),
        }
    }
}

/// What a service does with one socket. Calls for one socket never overlap.
pub trait Handler: Send + 'static {
    /// The socket is open: join topics here.
    fn on_open(&mut self, connection: &Connection) -> Flow;

    /// A text message. Called on the socket's task: it must not block; work that waits goes into
    /// [`Flow::Wait`] or another task.
    fn on_text(&mut self, connection: &Connection, text: &str) -> Flow;

    /// A message that was over the rate; it was not handled. The default closes with 1008. A handler
    /// may answer with an `error` frame and continue: after another burst the engine closes by itself.
    fn on_excess(&mut self, connection: &Connection, text: &str) -> Flow {
        let _ = (connection, text);
        Flow::Close(close::ABUSE, "too many frames")
    }

    /// The socket is gone and leaves its topics; called once if `on_open` was called. `code` is that of
    /// our close frame, or else of the peer's, or else 1006.
    fn on_close(&mut self, connection: &Connection, code: u16) {
        let _ = (connection, code);
    }
}

#[derive(Debug)]
struct Worker {
    commands: mpsc::UnboundedSender<Command>,
    /// Bytes that may still be handed over.
    budget: Semaphore,
}

impl Worker {
    /// Hands a command over when the budget allows.
    async fn tell(&self, shared: &Shared, command: Command) {
        if let Ok(permit) = self.budget.acquire_many(shared.cost(&command) as u32).await {
            permit.forget();
        }
        let _ = self.commands.send(command);
    }
}

/// What all parts of an engine share.
pub(crate) struct Shared {
    pub(crate) config: Config,
    /// Time is counted from here.
    pub(crate) started: Instant,
    /// Names this process among the replicas; never 0.
    pub(crate) origin: u64,
    pub(crate) registry: Registry,
    pub(crate) metrics: Metrics,
    pub(crate) log: Option<Arc<dyn Log>>,
    pub(crate) log_permits: Semaphore,
    /// The ordered topics with local members.
    pub(crate) active: Mutex<HashSet<Arc<str>>>,
    broker: Arc<dyn Broker>,
    pub(crate) broker_state: watch::Sender<BrokerState>,
    pub(crate) outgoing_bytes: AtomicUsize,
    pub(crate) draining: AtomicBool,
    next_id: AtomicU32,
    workers: Vec<Worker>,
    hasher: RandomState,
    requests: mpsc::UnboundedSender<Request>,
    positions: mpsc::UnboundedSender<Arc<str>>,
    outgoing: mpsc::UnboundedSender<(String, Bytes)>,
    queued: AtomicUsize,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Shared {
    /// A new name for a socket: the process in the high half, a counter in the low half.
    pub(crate) fn new_id(&self) -> ConnectionId {
        let number = self.next_id.fetch_add(1, Relaxed);
        ConnectionId((self.origin & 0xffff_ffff_0000_0000) | u64::from(number))
    }

    fn worker_of(&self, topic: &str) -> &Worker {
        &self.workers[self.hasher.hash_one(topic) as usize % self.workers.len()]
    }

    /// Tells the worker of a topic, without regard to its budget: for what is bounded otherwise.
    pub(crate) fn send(&self, command: Command) {
        let worker = match &command {
            Command::Join { topic, .. }
            | Command::Leave { topic, .. }
            | Command::Subscribed(topic)
            | Command::Position { topic, .. }
            | Command::PositionFor { topic, .. }
            | Command::Repair { topic, .. }
            | Command::Replay { topic, .. } => self.worker_of(topic),
            Command::Publish(publication) => self.worker_of(&publication.topic),
            Command::Received { channel, .. } => {
                self.worker_of(self.topic_of(channel).unwrap_or_default())
            }
        };
        let _ = worker.commands.send(command);
    }

    /// What a command takes of a worker's budget: never more than all of it.
    pub(crate) fn cost(&self, command: &Command) -> usize {
        command
            .cost()
            .min(self.config.worker_queue_bytes)
            .min(u32::MAX as usize)
    }

    /// Publishes on this replica.
    fn try_publish(&self, publication: Publication) -> bool {
        let worker = self.worker_of(&publication.topic);
        let command = Command::Publish(publication);
        let Ok(permit) = worker.budget.try_acquire_many(self.cost(&command) as u32) else {
            return false;
        };
        permit.forget();
        worker.commands.send(command).is_ok()
    }

    /// The worker has done commands of this cost.
    pub(crate) fn release_budget(&self, worker: usize, cost: usize) {
        if cost > 0 {
            self.workers[worker].budget.add_permits(cost);
        }
    }

    /// A publication of some replica.
    pub(crate) async fn received(&self, channel: String, envelope: Bytes) {
        let Some(topic) = self.topic_of(&channel) else {
            return;
        };
        let worker = self.worker_of(topic);
        worker
            .tell(self, Command::Received { channel, envelope })
            .await;
    }

    pub(crate) fn channel_of(&self, topic: &str) -> String {
        format!("{}t:{topic}", self.config.channel_prefix)
    }

    pub(crate) fn probe_channel(&self) -> String {
        format!("{}p:{:016x}", self.config.channel_prefix, self.origin)
    }

    pub(crate) fn topic_of<'a>(&self, channel: &'a str) -> Option<&'a str> {
        channel
            .strip_prefix(self.config.channel_prefix.as_str())?
            .strip_prefix("t:")
    }

    pub(crate) fn request(&self, request: Request) {
        let _ = self.requests.send(request);
    }

    pub(crate) fn ask_position(&self, topic: Arc<str>) {
        let _ = self.positions.send(topic);
    }

    pub(crate) fn ordered_topics(&self) -> Vec<Arc<str>> {
        self.active.lock().iter().cloned().collect()
    }

    pub(crate) fn position_pause(&self) -> Duration {
        match *self.broker_state.borrow() {
            BrokerState::Up => self.config.position_interval,
            BrokerState::Down => self.config.position_interval_degraded,
        }
    }

    /// Hands an envelope to the publisher, or drops it when too much waits: ordered messages are found in
    /// the log, the others are said to be lost then.
    pub(crate) fn send_to_broker(&self, topic: &str, envelope: Bytes) {
        let len = envelope.len();
        if self.outgoing_bytes.fetch_add(len, Relaxed) > link::MAX_OUTGOING {
            self.outgoing_bytes.fetch_sub(len, Relaxed);
            self.metrics.unpublished.increment(1);
            return;
        }
        let _ = self.outgoing.send((self.channel_of(topic), envelope));
    }

    /// Returns whether that is news.
    pub(crate) fn set_broker_state(&self, state: BrokerState) -> bool {
        self.metrics
            .broker_up
            .set(if state == BrokerState::Up { 1.0 } else { 0.0 });
        self.broker_state
            .send_if_modified(|old| std::mem::replace(old, state) != state)
    }

    /// Bytes that wait for all sockets.
    pub(crate) fn queued_bytes(&self) -> usize {
        self.queued.load(Relaxed)
    }

    pub(crate) fn account_queued(&self, before: usize, after: usize) {
        if before != after {
            let change = after.wrapping_sub(before);
            let total = self.queued.fetch_add(change, Relaxed).wrapping_add(change);
            self.metrics.queued.set(total as f64);
        }
    }

    /// Ends the engine's own tasks.
    pub(crate) fn stop(&self) {
        self.tasks.lock().drain(..).for_each(|task| task.abort());
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// Sockets, topics and their fan-out. A clone is another handle.
#[derive(Clone, Debug)]
pub struct Engine(Arc<Shared>);

impl Engine {
    /// Starts the engine's tasks on the current runtime. `log` is needed for ordered topics.
    #[must_use]
    pub fn new(config: Config, broker: Arc<dyn Broker>, log: Option<Arc<dyn Log>>) -> Self {
        let (requests, requested) = mpsc::unbounded_channel();
        let (positions, wanted) = mpsc::unbounded_channel();
        let (outgoing, to_publish) = mpsc::unbounded_channel();
        let (workers, commands): (Vec<_>, Vec<_>) = (0..config.workers.max(1))
            .map(|_| {
                let (commands, received) = mpsc::unbounded_channel();
                let budget = Semaphore::new(config.worker_queue_bytes);
                (Worker { commands, budget }, received)
            })
            .unzip();
        let shared = Arc::new(Shared {
            started: Instant::now(),
            origin: random_origin(),
            registry: Registry::new(config.ping_interval.as_secs() as usize),
            metrics: Metrics::new(config.name),
            log,
            log_permits: Semaphore::new(config.concurrent_log_reads.max(1)),
            active: Mutex::default(),
            broker: Arc::clone(&broker),
            broker_state: watch::Sender::new(BrokerState::Down),
            outgoing_bytes: AtomicUsize::new(0),
            draining: AtomicBool::new(false),
            next_id: AtomicU32::new(1),
            workers,
            hasher: RandomState::new(),
            requests,
            positions,
            outgoing,
            queued: AtomicUsize::new(0),
            tasks: Mutex::default(),
            config,
        });
        let (subscriber, incoming) = broker.subscriber();
        let mut tasks: Vec<AbortHandle> = commands
            .into_iter()
            .enumerate()
            .map(|(index, commands)| Hub::new(Arc::clone(&shared), index).run(commands))
            .map(|worker| tokio::spawn(worker).abort_handle())
            .collect();
        let own = || Arc::clone(&shared);
        tasks.extend([
            tokio::spawn(link::publish(own(), Arc::clone(&broker), to_publish)).abort_handle(),
            tokio::spawn(link::subscribe(own(), Arc::clone(&subscriber), requested)).abort_handle(),
            tokio::spawn(link::receive(own(), broker, subscriber, incoming)).abort_handle(),
            tokio::spawn(logs::watch_positions(own(), wanted)).abort_handle(),
            tokio::spawn(registry::sweep(own())).abort_handle(),
        ]);
        shared.tasks.lock().append(&mut tasks);
        Self(shared)
    }

    /// Checks Origin, drain and the socket limit. Call it before anything with an effect;
    /// [`accept`](Self::accept) checks again.
    ///
    /// # Errors
    /// The answer to send: 403 `forbidden_origin`, 503 `draining` or 503 `too_many_sockets`.
    #[expect(clippy::result_large_err, reason = "the error is the response")]
    pub fn admit(&self, upgrade: &Upgrade) -> Result<(), Response> {
        let config = &self.0.config;
        if !upgrade.origin_allowed(&config.allowed_origins) {
            let detail = "pages of this origin may not connect";
            return Err(problem(StatusCode::FORBIDDEN, "forbidden_origin", detail));
        }
        if self.0.draining.load(Relaxed) {
            return Err(unavailable("draining", "this replica is going away"));
        }
        if self.sockets() >= config.max_sockets {
            return Err(unavailable("too_many_sockets", "this replica is full"));
        }
        Ok(())
    }

    /// Answers the handshake and runs the socket in its own task.
    pub fn accept<H: Handler>(&self, upgrade: Upgrade, session: Session, handler: H) -> Response {
        if let Err(refusal) = self.admit(&upgrade) {
            return refusal;
        }
        if !self.0.registry.reserve(self.0.config.max_sockets) {
            return unavailable("too_many_sockets", "this replica is full");
        }
        let response = upgrade.response();
        tokio::spawn(accept::run(
            Arc::clone(&self.0),
            upgrade.on_upgrade,
            session,
            handler,
        ));
        response
    }

    /// Publishes to all members on all replicas. Waits while the fan-out workers are behind.
    /// Publications of one topic are delivered in the order of the calls.
    pub async fn publish(&self, publications: Vec<Publication>) {
        for publication in publications {
            let worker = self.0.worker_of(&publication.topic);
            worker.tell(&self.0, Command::Publish(publication)).await;
        }
    }

    /// For each topic, whether it has members, on any replica: what nobody would hear need not be made. True for all while
    /// the broker cannot tell.
    ///
    /// A topic counts from when a join to it has ended until a moment after its last member left. So what was true before
    /// the call is seen by who joins, where the answer is no, if they look after they joined.
    pub async fn have_members(&self, topics: &[String]) -> Vec<bool> {
        let unknown = || vec![true; topics.len()];
        if topics.is_empty() || *self.0.broker_state.borrow() == BrokerState::Down {
            return unknown();
        }
        let channels = topics.iter().map(|topic| self.0.channel_of(topic));
        let asking = self.0.broker.subscribed(channels.collect());
        match timeout(self.0.config.broker_timeout, asking).await {
            Ok(Ok(known)) if known.len() == topics.len() => known,
            _ => unknown(),
        }
    }

    /// Publishes without waiting; false when it was dropped because the workers are behind. For
    /// ephemeral frames from a [`Handler`].
    pub fn try_publish(&self, publication: Publication) -> bool {
        self.0.try_publish(publication)
    }

    /// Closes the sockets for which `which` is true; returns how many.
    pub fn close_where(&self, which: impl Fn(&Session) -> bool, code: u16, reason: &str) -> usize {
        let sockets = self.0.registry.select(|conn| which(&conn.session));
        for conn in &sockets {
            conn.close_with(code, frame::close(code, reason));
        }
        sockets.len()
    }

    /// Open sockets.
    #[must_use]
    pub fn sockets(&self) -> usize {
        self.0.registry.len()
    }

    /// Bytes that wait for all sockets.
    #[must_use]
    pub fn queued_bytes(&self) -> usize {
        self.0.queued_bytes()
    }

    /// Whether publications of other replicas arrive, for readiness.
    #[must_use]
    pub fn broker_state(&self) -> watch::Receiver<BrokerState> {
        self.0.broker_state.subscribe()
    }

    /// Whether the sockets are being told to come back elsewhere.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.0.draining.load(Relaxed)
    }

    /// Asks at most `count` sockets to connect again (`{"type":"reconnect","after_ms":N}`, close 3002), spread over
    /// three seconds, so that a balancer gives them to other replicas. Returns how many it asks.
    pub fn move_some(&self, count: usize) -> usize {
        drain::move_some(&self.0, count)
    }

    /// Refuses new sockets, tells the open ones to come back (`{"type":"reconnect","after_ms":N}`,
    /// close 3001) in batches spread over most of `total`, and returns when all are gone, at the latest
    /// after `total`. The engine has ended then.
    pub async fn drain(&self, total: Duration) {
        drain::drain(&self.0, total).await;
    }
}

fn unavailable(code: &'static str, detail: &str) -> Response {
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, code, detail);
    let seconds = http::HeaderValue::from_static("1");
    response
        .headers_mut()
        .insert(http::header::RETRY_AFTER, seconds);
    response
}

/// A name for this process that no other replica has.
fn random_origin() -> u64 {
    // Without a source of randomness the process id still tells replicas of one host apart.
    getrandom::u64()
        .unwrap_or_else(|_| u64::from(std::process::id()) << 32)
        .max(1 << 32)
}
