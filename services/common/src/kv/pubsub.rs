//! Publish/subscribe between replicas, at most once: in memory for one process, over Redis for several.
//!
//! A subscriber is one connection that remembers its channels: it reconnects with growing pauses and subscribes
//! again to all of them before it says [`Incoming::Connected`]. What it received and nobody took is bounded in
//! bytes; beyond that publications are dropped, as Redis itself would do.

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::{StreamExt, future::BoxFuture};
use parking_lot::Mutex;
use redis::aio::{MultiplexedConnection, PubSubSink, PubSubStream};
use tokio::{
    sync::{mpsc, oneshot},
    time::{sleep_until, timeout},
};
use tracing::{debug, info, warn};

use super::KvError;

/// Bytes that may wait for one receiver.
const MAX_WAITING: usize = 32 * 1024 * 1024;
/// What a publication costs besides its bytes.
const OVERHEAD: usize = 128;
/// Time for one request or connection attempt.
const PATIENCE: Duration = Duration::from_secs(3);
/// Pauses between attempts to connect: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(2);
/// Channels of one SUBSCRIBE.
const CHANNELS: usize = 512;

/// What a subscription yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A publication on a channel that is subscribed.
    Message {
        /// The channel.
        channel: String,
        /// The published bytes.
        payload: Bytes,
    },
    /// Connected (again), and everything subscribed (again).
    Connected,
    /// The connection broke; publications are being missed.
    Disconnected,
}

impl Incoming {
    fn cost(&self) -> usize {
        match self {
            Self::Message { channel, payload } => channel.len() + payload.len() + OVERHEAD,
            Self::Connected | Self::Disconnected => 0,
        }
    }
}

/// A channel for [`Incoming`] that is bounded in bytes.
#[must_use]
pub fn channel() -> (Sender, Receiver) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    (
        Sender {
            sender,
            waiting: Arc::clone(&waiting),
        },
        Receiver { receiver, waiting },
    )
}

/// The end of a broker.
#[derive(Clone, Debug)]
pub struct Sender {
    sender: mpsc::UnboundedSender<Incoming>,
    waiting: Arc<AtomicUsize>,
}

impl Sender {
    /// Hands over; false when it was dropped, because too much waits or nobody receives any more.
    pub fn send(&self, incoming: Incoming) -> bool {
        let cost = incoming.cost();
        if self.waiting.fetch_add(cost, Relaxed) + cost > MAX_WAITING && cost > 0 {
            self.waiting.fetch_sub(cost, Relaxed);
            return false;
        }
        self.sender.send(incoming).is_ok()
    }

    fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }
}

/// The end of a subscriber.
#[derive(Debug)]
pub struct Receiver {
    receiver: mpsc::UnboundedReceiver<Incoming>,
    waiting: Arc<AtomicUsize>,
}

impl Receiver {
    /// The next event; `None` when the broker has ended. Cancel safe.
    pub async fn recv(&mut self) -> Option<Incoming> {
        let incoming = self.receiver.recv().await?;
        self.waiting.fetch_sub(incoming.cost(), Relaxed);
        Some(incoming)
    }
}

/// A handle to publish and to subscribe.
#[derive(Clone, Debug)]
pub enum PubSub {
    /// Within this process.
    Memory(Arc<Memory>),
    /// Over Redis.
    Redis(Arc<Redis>),
}

impl PubSub {
    /// Within this process: subscribers of clones of this handle see each other.
    #[must_use]
    pub fn memory() -> Self {
        Self::Memory(Arc::default())
    }

    /// Over Redis. Connects when it is first used.
    ///
    /// # Errors
    /// If the URL cannot be used.
    pub fn redis(url: &str) -> Result<Self, KvError> {
        // The URL may hold a password: it is not repeated.
        let client = redis::Client::open(url)
            .map_err(|error| KvError(format!("not a Redis URL: {:?}", error.kind())))?;
        Ok(Self::Redis(Arc::new(Redis {
            client,
            publisher: tokio::sync::Mutex::new(None),
        })))
    }

    /// Publishes all, in order.
    ///
    /// # Errors
    /// If the broker does not answer. Some may have been published, or, when the connection broke, twice.
    pub async fn publish_many(&self, publications: Vec<(String, Bytes)>) -> Result<(), KvError> {
        match self {
            Self::Memory(memory) => {
                memory.publish(publications);
                Ok(())
            }
            Self::Redis(redis) => redis.publish(&publications).await,
        }
    }

    /// For each channel, whether somebody subscribes to it, in this process or another.
    ///
    /// # Errors
    /// If the broker does not answer.
    pub async fn subscribed(&self, channels: &[String]) -> Result<Vec<bool>, KvError> {
        match self {
            Self::Memory(memory) => {
                let subscribed = memory.channels.lock();
                Ok(channels
                    .iter()
                    .map(|channel| subscribed.contains_key(channel))
                    .collect())
            }
            Self::Redis(redis) => redis.subscribed(channels).await,
        }
    }

    /// Opens a subscription without channels. Needs a runtime. It ends when the receiver is dropped.
    #[must_use]
    pub fn subscriber(&self) -> (Subscriber, Receiver) {
        let (incoming, receiver) = channel();
        let subscriber = match self {
            Self::Memory(memory) => Memory::subscriber(memory, incoming),
            Self::Redis(redis) => {
                let (control, controls) = mpsc::unbounded_channel();
                tokio::spawn(receive(redis.client.clone(), controls, incoming));
                Subscriber::Redis(control)
            }
        };
        (subscriber, receiver)
    }
}

/// Controls one subscription.
#[derive(Debug)]
pub enum Subscriber {
    /// Within this process.
    Memory(MemorySubscriber),
    /// Over Redis.
    Redis(mpsc::UnboundedSender<Control>),
}

impl Subscriber {
    /// Adds channels; ends when the broker confirmed.
    ///
    /// The future fails when the broker is out of reach: the channels are subscribed at the next connection.
    pub fn subscribe(&self, channels: Vec<String>) -> BoxFuture<'static, Result<(), KvError>> {
        self.change(channels, true)
    }

    /// Removes channels.
    pub fn unsubscribe(&self, channels: Vec<String>) -> BoxFuture<'static, Result<(), KvError>> {
        self.change(channels, false)
    }

    fn change(&self, channels: Vec<String>, add: bool) -> BoxFuture<'static, Result<(), KvError>> {
        match self {
            Self::Memory(memory) => {
                memory.change(channels, add);
                Box::pin(async { Ok(()) })
            }
            Self::Redis(control) => {
                let (done, outcome) = oneshot::channel();
                let _ = control.send(Control::Change {
                    channels,
                    add,
                    done,
                });
                Box::pin(async { outcome.await.unwrap_or_else(|_| Err(unreachable())) })
            }
        }
    }

    /// Drops the connection and makes a new one.
    pub fn reconnect(&self) {
        if let Self::Redis(control) = self {
            let _ = control.send(Control::Reconnect);
        }
    }
}

fn unreachable() -> KvError {
    KvError("out of reach".to_owned())
}

/// Publish/subscribe within one process.
#[derive(Debug, Default)]
pub struct Memory {
    channels: Mutex<HashMap<String, HashMap<usize, Sender>>>,
    next: AtomicUsize,
}

impl Memory {
    fn subscriber(memory: &Arc<Self>, sender: Sender) -> Subscriber {
        sender.send(Incoming::Connected);
        let id = memory.next.fetch_add(1, Relaxed);
        Subscriber::Memory(MemorySubscriber {
            memory: Arc::clone(memory),
            id,
            sender,
        })
    }

    fn publish(&self, publications: Vec<(String, Bytes)>) {
        let channels = self.channels.lock();
        for (channel, payload) in publications {
            for sender in channels.get(&channel).into_iter().flat_map(HashMap::values) {
                let (channel, payload) = (channel.clone(), payload.clone());
                sender.send(Incoming::Message { channel, payload });
            }
        }
    }
}

/// One subscription within this process.
#[derive(Debug)]
pub struct MemorySubscriber {
    memory: Arc<Memory>,
    id: usize,
    sender: Sender,
}

impl MemorySubscriber {
    fn change(&self, changed: Vec<String>, add: bool) {
        let mut channels = self.memory.channels.lock();
        for channel in changed {
            if add {
                channels
                    .entry(channel)
                    .or_default()
                    .insert(self.id, self.sender.clone());
            } else if let Some(senders) = channels.get_mut(&channel) {
                senders.remove(&self.id);
                if senders.is_empty() {
                    channels.remove(&channel);
                }
            }
        }
    }
}

impl Drop for MemorySubscriber {
    fn drop(&mut self) {
        self.memory.channels.lock().retain(|_, senders| {
            senders.remove(&self.id);
            !senders.is_empty()
        });
    }
}

/// Publish/subscribe over Redis.
pub struct Redis {
    client: redis::Client,
    publisher: tokio::sync::Mutex<Option<MultiplexedConnection>>,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redis")
    }
}

impl Redis {
    async fn publish(&self, publications: &[(String, Bytes)]) -> Result<(), KvError> {
        let mut pipeline = redis::pipe();
        for (channel, payload) in publications {
            pipeline.publish(channel, &payload[..]).ignore();
        }
        self.ask(&pipeline).await
    }

    async fn subscribed(&self, channels: &[String]) -> Result<Vec<bool>, KvError> {
        let mut pipeline = redis::pipe();
        for some in channels.chunks(CHANNELS) {
            pipeline.cmd("PUBSUB").arg("NUMSUB").arg(some);
        }
        let counts: Vec<Vec<(String, u64)>> = self.ask(&pipeline).await?;
        let counts = counts.into_iter().flatten();
        Ok(counts.map(|(_channel, count)| count > 0).collect())
    }

    async fn ask<T: redis::FromRedisValue>(
        &self,
        pipeline: &redis::Pipeline,
    ) -> Result<T, KvError> {
        match self.try_once(pipeline).await {
            Ok(answer) => Ok(answer),
            // A connection that Redis closed meanwhile is only noticed now: one more try, on a new one.
            Err(_) => self.try_once(pipeline).await,
        }
    }

    async fn try_once<T: redis::FromRedisValue>(
        &self,
        pipeline: &redis::Pipeline,
    ) -> Result<T, KvError> {
        let mut connection = in_time(self.connection()).await?;
        let answer = in_time(pipeline.query_async(&mut connection)).await;
        if answer.is_err() {
            *self.publisher.lock().await = None;
        }
        answer
    }

    async fn connection(&self) -> redis::RedisResult<MultiplexedConnection> {
        let mut publisher = self.publisher.lock().await;
        if let Some(connection) = &*publisher {
            return Ok(connection.clone());
        }
        let connection = self.client.get_multiplexed_async_connection().await?;
        Ok(publisher.insert(connection).clone())
    }
}

async fn in_time<T>(request: impl Future<Output = redis::RedisResult<T>>) -> Result<T, KvError> {
    match timeout(PATIENCE, request).await {
        Ok(answer) => answer.map_err(|error| KvError(error.to_string())),
        Err(_) => Err(KvError("no answer in time".to_owned())),
    }
}

/// What the task of a Redis subscription is told.
#[derive(Debug)]
pub enum Control {
    /// Channels are added or removed.
    Change {
        /// Which.
        channels: Vec<String>,
        /// Added, else removed.
        add: bool,
        /// Told the outcome.
        done: oneshot::Sender<Result<(), KvError>>,
    },
    /// Drop the connection and make a new one.
    Reconnect,
}

/// The task of one Redis subscription: connect, serve, pause, again.
async fn receive(
    client: redis::Client,
    mut controls: mpsc::UnboundedReceiver<Control>,
    incoming: Sender,
) {
    let mut channels = HashSet::new();
    let mut pause = FIRST_PAUSE;
    while !incoming.is_closed() {
        match in_time(connect(&client, &channels)).await {
            Ok((sink, stream)) => {
                info!("subscribed at Redis");
                pause = FIRST_PAUSE;
                incoming.send(Incoming::Connected);
                let served = serve(sink, stream, &mut controls, &mut channels, &incoming).await;
                incoming.send(Incoming::Disconnected);
                match served {
                    Served::Ended => return,
                    Served::Broken => warn!("the subscription at Redis broke"),
                }
            }
            Err(error) => debug!(%error, "Redis cannot be subscribed"),
        }
        // Some jitter, so that replicas do not come back all at once.
        let jitter = pause.mul_f64(f64::from(std::process::id() % 64) / 128.0);
        if !wait(pause + jitter, &mut controls, &mut channels).await {
            return;
        }
        pause = (pause * 2).min(LAST_PAUSE);
    }
}

async fn connect(
    client: &redis::Client,
    channels: &HashSet<String>,
) -> redis::RedisResult<(PubSubSink, PubSubStream)> {
    let (mut sink, stream) = client.get_async_pubsub().await?.split();
    let channels: Vec<&String> = channels.iter().collect();
    for some in channels.chunks(CHANNELS) {
        sink.subscribe(some).await?;
    }
    Ok((sink, stream))
}

enum Served {
    /// Nobody wants the subscription any more.
    Ended,
    /// A new connection is needed.
    Broken,
}

type Change = BoxFuture<'static, Result<(), KvError>>;

/// Forwards what arrives, and changes the channels meanwhile, one request at a time.
async fn serve(
    sink: PubSubSink,
    mut stream: PubSubStream,
    controls: &mut mpsc::UnboundedReceiver<Control>,
    channels: &mut HashSet<String>,
    incoming: &Sender,
) -> Served {
    let mut change: Option<(Change, oneshot::Sender<Result<(), KvError>>)> = None;
    loop {
        tokio::select! {
            message = stream.next() => {
                let Some(message) = message else { return Served::Broken };
                let payload = Bytes::copy_from_slice(message.get_payload_bytes());
                let channel = message.get_channel_name().to_owned();
                if !incoming.send(Incoming::Message { channel, payload }) {
                    if incoming.is_closed() {
                        return Served::Ended;
                    }
                    debug!("a publication was dropped: too much waits");
                }
            }
            outcome = pending(&mut change) => {
                let broken = outcome.is_err();
                if let Some((_, done)) = change.take() {
                    let _ = done.send(outcome);
                }
                if broken {
                    return Served::Broken;
                }
            }
            control = controls.recv(), if change.is_none() => match control {
                None => return Served::Ended,
                Some(Control::Reconnect) => return Served::Broken,
                Some(Control::Change { channels: changed, add, done }) => {
                    remember(channels, &changed, add);
                    change = Some((Box::pin(request(sink.clone(), changed, add)), done));
                }
            }
        }
    }
}

async fn pending<T>(change: &mut Option<(Change, T)>) -> Result<(), KvError> {
    match change {
        Some((future, _)) => future.await,
        None => std::future::pending().await,
    }
}

async fn request(mut sink: PubSubSink, channels: Vec<String>, add: bool) -> Result<(), KvError> {
    for some in channels.chunks(CHANNELS) {
        match add {
            true => in_time(sink.subscribe(some)).await?,
            false => in_time(sink.unsubscribe(some)).await?,
        }
    }
    Ok(())
}

fn remember(channels: &mut HashSet<String>, changed: &[String], add: bool) {
    for channel in changed {
        match add {
            true => channels.insert(channel.clone()),
            false => channels.remove(channel),
        };
    }
}

/// Pauses; what is wanted meanwhile is remembered for the next connection. False when nobody wants any more.
async fn wait(
    pause: Duration,
    controls: &mut mpsc::UnboundedReceiver<Control>,
    channels: &mut HashSet<String>,
) -> bool {
    let end = tokio::time::Instant::now() + pause;
    loop {
        tokio::select! {
            () = sleep_until(end) => return true,
            control = controls.recv() => match control {
                None => return false,
                Some(Control::Reconnect) => {}
                Some(Control::Change { channels: changed, add, done }) => {
                    remember(channels, &changed, add);
                    let _ = done.send(Err(unreachable()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(channel: &str, payload: &'static str) -> Incoming {
        Incoming::Message {
            channel: channel.to_owned(),
            payload: Bytes::from_static(payload.as_bytes()),
        }
    }

    async fn publish(pubsub: &PubSub, channel: &str, payload: &'static str) {
        let payload = Bytes::from_static(payload.as_bytes());
        pubsub
            .publish_many(vec![(channel.to_owned(), payload)])
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn only_what_is_subscribed_arrives_and_in_order() {
        let pubsub = PubSub::memory();
        let (one, mut at_one) = pubsub.subscriber();
        let (two, mut at_two) = pubsub.clone().subscriber();
        one.subscribe(vec!["a".to_owned(), "b".to_owned()])
            .await
            .unwrap();
        two.subscribe(vec!["b".to_owned()]).await.unwrap();
        publish(&pubsub, "a", "1").await;
        publish(&pubsub, "b", "2").await;
        one.unsubscribe(vec!["b".to_owned()]).await.unwrap();
        publish(&pubsub, "b", "3").await;
        publish(&pubsub, "a", "4").await;
        for expected in [
            Incoming::Connected,
            message("a", "1"),
            message("b", "2"),
            message("a", "4"),
        ] {
            assert_eq!(at_one.recv().await, Some(expected));
        }
        for expected in [Incoming::Connected, message("b", "2"), message("b", "3")] {
            assert_eq!(at_two.recv().await, Some(expected));
        }
        let channels = ["a", "b", "c"].map(str::to_owned);
        let subscribed = pubsub.subscribed(&channels).await.unwrap();
        assert_eq!(subscribed, [true, true, false]);
        drop((one, two));
        let PubSub::Memory(memory) = &pubsub else {
            unreachable!()
        };
        assert!(memory.channels.lock().is_empty());
    }

    #[tokio::test]
    async fn what_nobody_takes_is_bounded_in_bytes() {
        let (sender, mut receiver) = channel();
        let payload = Bytes::from(vec![0; 1024 * 1024]);
        let large = Incoming::Message {
            channel: "a".to_owned(),
            payload,
        };
        let sent = (0..100).filter(|_| sender.send(large.clone())).count();
        assert!((20..=32).contains(&sent), "{sent}");
        assert!(
            sender.send(Incoming::Disconnected),
            "events are never dropped"
        );
        for _ in 0..sent {
            assert_eq!(receiver.recv().await.as_ref(), Some(&large));
        }
        assert_eq!(receiver.recv().await, Some(Incoming::Disconnected));
        assert!(sender.send(large));
    }

    #[tokio::test]
    async fn a_redis_that_is_out_of_reach_is_an_error_and_not_a_hang() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let pubsub = PubSub::redis(&format!("redis://{address}")).unwrap();
        let (subscriber, _receiver) = pubsub.subscriber();
        assert!(subscriber.subscribe(vec!["a".to_owned()]).await.is_err());
        assert!(
            pubsub
                .publish_many(vec![("a".to_owned(), Bytes::new())])
                .await
                .is_err()
        );
        assert!(pubsub.subscribed(&["a".to_owned()]).await.is_err());
        assert!(PubSub::redis("http://nowhere").is_err());
    }
}
