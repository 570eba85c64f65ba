//! A server with one engine, a log and a broker that fail on demand, and clients.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{Path, Query, State},
    response::Response,
    routing::get,
};
use bytes::Bytes;
use folkmoot_realtime::{
    Broker, BrokerError, Config, Connection, Engine, Flow, Frame, Handler, Join, Log, LogError,
    Publication, Session, Subscriber, Upgrade,
    broker::{Incoming, Receiver, Sender, channel},
};
use futures_util::{FutureExt, SinkExt, StreamExt, future::BoxFuture};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, timeout},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tungstenite::{Message, client::IntoClientRequest};

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until a condition holds.
pub(crate) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "never: {what}");
        sleep(Duration::from_millis(2)).await;
    }
}

/// A durable log in memory that can be made to fail.
#[derive(Default)]
pub(crate) struct TestLog {
    pub(crate) rooms: Mutex<HashMap<String, BTreeMap<u64, String>>>,
    pub(crate) broken: AtomicBool,
    pub(crate) slow_ms: AtomicU64,
    pub(crate) reads: AtomicUsize,
}

impl TestLog {
    /// Stores a message; its `seq`.
    pub(crate) fn append(&self, topic: &str, text: impl FnOnce(u64) -> String) -> (u64, Frame) {
        let mut rooms = self.rooms.lock().unwrap();
        let room = rooms.entry(topic.to_owned()).or_default();
        let seq = room.last_key_value().map_or(0, |(seq, _)| *seq) + 1;
        let text = text(seq);
        room.insert(seq, text.clone());
        (seq, Frame::text(&text))
    }

    async fn check(&self) -> Result<(), LogError> {
        let slow = self.slow_ms.load(SeqCst);
        if slow > 0 {
            sleep(Duration::from_millis(slow)).await;
        }
        if self.broken.load(SeqCst) {
            Err("the log is broken".into())
        } else {
            Ok(())
        }
    }
}

impl Log for TestLog {
    fn positions(
        &self,
        topics: Vec<String>,
    ) -> BoxFuture<'_, Result<Vec<(String, u64)>, LogError>> {
        async move {
            self.check().await?;
            let rooms = self.rooms.lock().unwrap();
            let last = |topic: &String| Some(*rooms.get(topic)?.last_key_value()?.0);
            Ok(topics
                .into_iter()
                .filter_map(|t| last(&t).map(|seq| (t, seq)))
                .collect())
        }
        .boxed()
    }

    fn read(
        &self,
        topic: String,
        after: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(u64, Frame)>, LogError>> {
        async move {
            self.reads.fetch_add(1, SeqCst);
            self.check().await?;
            let rooms = self.rooms.lock().unwrap();
            let Some(room) = rooms.get(&topic) else {
                return Ok(Vec::new());
            };
            let rows = room.range(after + 1..).take(limit);
            Ok(rows.map(|(seq, text)| (*seq, Frame::text(text))).collect())
        }
        .boxed()
    }
}

#[derive(Default)]
struct BusState {
    subscribers: Vec<(Sender, HashSet<String>)>,
    down: bool,
    random: u64,
    /// One publication in so many is lost; none if 0.
    lose: u64,
    /// One publication in so many comes twice, the second time late; none if 0.
    double: u64,
    late: Vec<(String, Bytes)>,
    /// Nothing is delivered, but nobody is told: a half-dead connection.
    deaf: bool,
    reconnects: usize,
}

impl BusState {
    fn one_in(&mut self, n: u64) -> bool {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        n > 0 && self.random.is_multiple_of(n)
    }

    fn deliver(&self, channel: &str, payload: &Bytes) {
        for (sender, channels) in &self.subscribers {
            if channels.contains(channel) && !self.deaf {
                let (channel, payload) = (channel.to_owned(), payload.clone());
                sender.send(Incoming::Message { channel, payload });
            }
        }
    }
}

/// A broker that several engines share, and that loses, doubles, delays and breaks.
#[derive(Clone, Default)]
pub(crate) struct TestBus(Arc<Mutex<BusState>>);

impl TestBus {
    pub(crate) fn faulty(seed: u64, lose: u64, double: u64) -> Self {
        let bus = Self::default();
        {
            let mut state = bus.0.lock().unwrap();
            (state.random, state.lose, state.double) = (seed * 2 + 1, lose, double);
        }
        bus
    }

    pub(crate) fn set_down(&self, down: bool) {
        let mut state = self.0.lock().unwrap();
        state.down = down;
        let event = if down {
            Incoming::Disconnected
        } else {
            Incoming::Connected
        };
        state.subscribers.iter().for_each(|(sender, _)| {
            sender.send(event.clone());
        });
    }

    pub(crate) fn set_deaf(&self, deaf: bool) {
        self.0.lock().unwrap().deaf = deaf;
    }

    pub(crate) fn reconnects(&self) -> usize {
        self.0.lock().unwrap().reconnects
    }

    pub(crate) fn subscriptions(&self) -> usize {
        let state = self.0.lock().unwrap();
        state
            .subscribers
            .iter()
            .map(|(_, c)| c.iter().filter(|c| c.contains(":t:")).count())
            .sum()
    }
}

impl Broker for TestBus {
    fn publish(
        &self,
        publications: Vec<(String, Bytes)>,
    ) -> BoxFuture<'_, Result<(), BrokerError>> {
        async move {
            let mut state = self.0.lock().unwrap();
            if state.down {
                return Err("the broker is down".into());
            }
            for (channel, payload) in publications {
                let late = std::mem::take(&mut state.late);
                let probe = channel.contains(":p:");
                let lose = state.lose;
                if !state.one_in(lose) || probe {
                    state.deliver(&channel, &payload);
                }
                late.iter()
                    .for_each(|(channel, payload)| state.deliver(channel, payload));
                let double = state.double;
                if state.one_in(double) && !probe {
                    state.late.push((channel, payload));
                }
            }
            Ok(())
        }
        .boxed()
    }

    fn subscribed(&self, channels: Vec<String>) -> BoxFuture<'_, Result<Vec<bool>, BrokerError>> {
        async move {
            let state = self.0.lock().unwrap();
            if state.down {
                return Err("the broker is down".into());
            }
            let anybody = |channel| {
                state
                    .subscribers
                    .iter()
                    .any(|(_, all)| all.contains(channel))
            };
            Ok(channels.iter().map(anybody).collect())
        }
        .boxed()
    }

    fn subscriber(&self) -> (Arc<dyn Subscriber>, Receiver) {
        let (sender, receiver) = channel();
        let mut state = self.0.lock().unwrap();
        sender.send(Incoming::Connected);
        state.subscribers.push((sender, HashSet::new()));
        let index = state.subscribers.len() - 1;
        (
            Arc::new(TestSubscriber {
                bus: self.clone(),
                index,
            }),
            receiver,
        )
    }
}

struct TestSubscriber {
    bus: TestBus,
    index: usize,
}

impl TestSubscriber {
    fn change(&self, change: impl FnOnce(&mut HashSet<String>)) -> Result<(), BrokerError> {
        let mut state = self.bus.0.lock().unwrap();
        change(&mut state.subscribers[self.index].1);
        if state.down {
            Err("the broker is down".into())
        } else {
            Ok(())
        }
    }
}

impl Subscriber for TestSubscriber {
    fn subscribe(&self, channels: Vec<String>) -> BoxFuture<'static, Result<(), BrokerError>> {
        std::future::ready(self.change(|all| all.extend(channels))).boxed()
    }

    fn unsubscribe(&self, channels: Vec<String>) -> BoxFuture<'static, Result<(), BrokerError>> {
        let outcome = self.change(|all| all.retain(|c| !channels.contains(c)));
        std::future::ready(outcome).boxed()
    }

    fn reconnect(&self) {
        self.bus.0.lock().unwrap().reconnects += 1;
    }
}

/// Joins the topic of the path and answers a few words.
struct Member {
    engine: Engine,
    topic: String,
    since: Option<u64>,
    closed: Arc<Mutex<Vec<(String, u16)>>>,
}

impl Handler for Member {
    fn on_open(&mut self, connection: &Connection) -> Flow {
        let mut join = match self.topic.strip_prefix("plain-") {
            Some(_) => Join::unordered(self.topic.clone()),
            None => Join::ordered(self.topic.clone()),
        };
        if let Some(since) = self.since {
            join = join.since(since);
        }
        let joined = connection.join(join.greeting(|joined| {
            let (seq, recovered, replayed) = (joined.seq, joined.recovered, joined.replayed);
            Some(Frame::text(&format!("joined {seq} {recovered} {replayed}")))
        }));
        Flow::Wait(Box::pin(async move {
            let _ = joined.await;
        }))
    }

    fn on_text(&mut self, connection: &Connection, text: &str) -> Flow {
        match text.split_once(' ').unwrap_or((text, "")) {
            ("typing", _) => {
                let publication =
                    Publication::ephemeral(self.topic.as_str(), Frame::text("typing"));
                self.engine.try_publish(publication.except(connection.id()));
                Flow::Continue
            }
            ("bye", _) => Flow::Close(4000, "as you wish"),
            ("panic", _) => panic!("as you wish"),
            ("leave", _) => {
                connection.leave(&self.topic);
                Flow::Continue
            }
            ("wait", _) => {
                let connection = connection.clone();
                Flow::Wait(Box::pin(async move {
                    sleep(Duration::from_millis(50)).await;
                    connection.send(&Frame::text("waited"));
                }))
            }
            _ => {
                connection.send(&Frame::text(&format!("echo {}", text.len())));
                Flow::Continue
            }
        }
    }

    fn on_close(&mut self, connection: &Connection, code: u16) {
        let user = connection.session().user_id.to_string();
        self.closed.lock().unwrap().push((user, code));
    }
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) engine: Engine,
    pub(crate) address: SocketAddr,
    pub(crate) closed: Arc<Mutex<Vec<(String, u16)>>>,
}

async fn socket(
    State(server): State<Server>,
    Path((topic, user)): Path<(String, String)>,
    Query(query): Query<HashMap<String, u64>>,
    upgrade: Upgrade,
) -> Response {
    let session = Session {
        user_id: user.into(),
        session_id: upgrade.access_token().map(Into::into),
        issued_at: None,
        expires_in: query.get("expires_ms").map(|ms| Duration::from_millis(*ms)),
    };
    let engine = server.engine.clone();
    let since = query.get("since").copied();
    let member = Member {
        engine,
        topic,
        since,
        closed: server.closed,
    };
    server.engine.accept(upgrade, session, member)
}

/// Intervals that suit tests.
pub(crate) fn config() -> Config {
    Config {
        probe_interval: Duration::from_millis(100),
        position_interval: Duration::from_millis(500),
        position_interval_degraded: Duration::from_millis(50),
        gap_wait: Duration::from_millis(30),
        topic_linger: Duration::from_millis(100),
        close_timeout: Duration::from_millis(500),
        frames_per_second: 100_000,
        frame_burst: 100_000,
        workers: 2,
        ..Config::new("test", "chat")
    }
}

impl Server {
    pub(crate) async fn start(config: Config, bus: &TestBus, log: &Arc<TestLog>) -> Self {
        Self::start_with(config, Arc::new(bus.clone()), log).await
    }

    pub(crate) async fn start_with(
        config: Config,
        broker: Arc<dyn Broker>,
        log: &Arc<TestLog>,
    ) -> Self {
        let log: Arc<dyn Log> = Arc::clone(log) as _;
        let engine = Engine::new(config, broker, Some(log));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self {
            engine,
            address,
            closed: Arc::default(),
        };
        let router = Router::new()
            .route("/ws/{topic}/{user}", get(socket))
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    pub(crate) async fn simple() -> Self {
        Self::start(config(), &TestBus::default(), &Arc::default()).await
    }

    pub(crate) async fn connect(&self, topic: &str, user: &str) -> Client {
        self.connect_since(topic, user, None).await
    }

    pub(crate) async fn connect_since(
        &self,
        topic: &str,
        user: &str,
        since: Option<u64>,
    ) -> Client {
        let query = since.map_or(String::new(), |since| format!("?since={since}"));
        self.connect_to(&format!("/ws/{topic}/{user}{query}"))
            .await
            .unwrap()
    }

    pub(crate) async fn connect_to(&self, path: &str) -> Result<Client, tungstenite::Error> {
        let request = format!("ws://{}{path}", self.address)
            .into_client_request()
            .unwrap();
        connect_async(request)
            .await
            .map(|(stream, _)| Client(stream))
    }

    /// Stores and publishes messages, one after the other.
    pub(crate) async fn say(&self, log: &TestLog, topic: &str, count: u64) {
        for _ in 0..count {
            let (seq, frame) = log.append(topic, |seq| format!("message {seq}"));
            self.engine
                .publish(vec![Publication::ordered(topic, seq, frame)])
                .await;
        }
    }
}

pub(crate) struct Client(pub(crate) WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    pub(crate) async fn send(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// The next text; a close frame is `close CODE`, the end is `end`. Pings and pongs are left out.
    pub(crate) async fn next(&mut self) -> String {
        loop {
            let message = timeout(PATIENCE, self.0.next())
                .await
                .expect("nothing came");
            match message {
                Some(Ok(Message::Text(text))) => return text.to_string(),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return format!("close {}", u16::from(frame.code));
                }
                Some(Ok(Message::Close(None))) => return "close".to_owned(),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return "end".to_owned(),
            }
        }
    }

    /// The numbers of the messages up to `last`, after the greeting.
    pub(crate) async fn seqs_until(&mut self, last: u64) -> Vec<u64> {
        let mut seqs = Vec::new();
        while seqs.last() != Some(&last) {
            let text = self.next().await;
            match text.strip_prefix("message ") {
                Some(seq) => seqs.push(seq.parse().unwrap()),
                None => panic!("{text} after {seqs:?}"),
            }
        }
        seqs
    }
}
