//! The link to the other replicas: one subscription, one publisher, and a probe over pub/sub itself.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use bytes::Bytes;
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tracing::{info, warn};

use crate::{
    broker::{Broker, BrokerState, Incoming, Receiver, Subscriber},
    engine::Shared,
    hub::Command,
};

/// Probes in a row that may be lost.
const MAX_MISSED: u32 = 2;
/// Most channels of one request.
const CHANNELS: usize = 512;
/// Most publications of one request.
const PUBLICATIONS: usize = 1024;
/// Bytes that may wait for the broker; what comes on top is dropped, and found in the log by the others.
pub(crate) const MAX_OUTGOING: usize = 16 * 1024 * 1024;

/// What the workers want of the subscription.
#[derive(Debug)]
pub(crate) enum Request {
    /// The first local member came.
    Subscribe(Arc<str>),
    /// The last left a while ago.
    Unsubscribe(Arc<str>),
}

/// Publishes what the workers hand over.
pub(crate) async fn publish(
    shared: Arc<Shared>,
    broker: Arc<dyn Broker>,
    mut outgoing: mpsc::UnboundedReceiver<(String, Bytes)>,
) {
    let mut batch = Vec::new();
    while outgoing.recv_many(&mut batch, PUBLICATIONS).await > 0 {
        let (count, bytes) = (
            batch.len(),
            batch.iter().map(|(_, b)| b.len()).sum::<usize>(),
        );
        let sent = timeout(
            shared.config.broker_timeout,
            broker.publish(std::mem::take(&mut batch)),
        );
        match sent.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => failed(&shared, count, &*error),
            Err(error) => failed(&shared, count, &error),
        }
        shared.outgoing_bytes.fetch_sub(bytes, Relaxed);
    }
}

fn failed(shared: &Shared, count: usize, error: &dyn std::error::Error) {
    shared.metrics.unpublished.increment(count as u64);
    // Said once, when the link goes down; here it would be said for every batch.
    tracing::debug!(%error, count, "the broker did not take publications");
}

/// Subscribes and unsubscribes in the order of the requests, many at once.
pub(crate) async fn subscribe(
    shared: Arc<Shared>,
    subscriber: Arc<dyn Subscriber>,
    mut requests: mpsc::UnboundedReceiver<Request>,
) {
    let mut batch = Vec::new();
    while requests.recv_many(&mut batch, CHANNELS).await > 0 {
        let mut requests = batch.drain(..).peekable();
        while let Some(first) = requests.next() {
            let subscribing = matches!(first, Request::Subscribe(_));
            let mut topics = vec![first];
            while let Some(next) =
                requests.next_if(|next| matches!(next, Request::Subscribe(_)) == subscribing)
            {
                topics.push(next);
            }
            let topics = topics.into_iter().map(|request| match request {
                Request::Subscribe(topic) | Request::Unsubscribe(topic) => topic,
            });
            change(&shared, &*subscriber, subscribing, topics.collect()).await;
        }
    }
}

async fn change(
    shared: &Shared,
    subscriber: &dyn Subscriber,
    subscribing: bool,
    topics: Vec<Arc<str>>,
) {
    let channels = topics
        .iter()
        .map(|topic| shared.channel_of(topic))
        .collect();
    let changing = match subscribing {
        true => subscriber.subscribe(channels),
        false => subscriber.unsubscribe(channels),
    };
    // A broker that is out of reach subscribes when it is back; until then the log is read.
    let _ = timeout(shared.config.broker_timeout, changing).await;
    if subscribing {
        for topic in topics {
            shared.send(Command::Subscribed(topic));
        }
    }
}

/// Receives for as long as the broker lives.
pub(crate) async fn receive(
    shared: Arc<Shared>,
    broker: Arc<dyn Broker>,
    subscriber: Arc<dyn Subscriber>,
    mut incoming: Receiver,
) {
    let mut probe = Probe::new(&shared);
    let _ = timeout(
        shared.config.broker_timeout,
        subscriber.subscribe(vec![probe.channel.clone()]),
    )
    .await;
    let mut ticks = interval(shared.config.probe_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            event = incoming.recv() => match event {
                Some(Incoming::Message { channel, payload }) if channel == probe.channel => {
                    probe.came_back(&shared, &payload);
                }
                Some(Incoming::Message { channel, payload }) => {
                    shared.received(channel, payload).await;
                }
                Some(Incoming::Connected) => probe.send(&shared, &broker),
                Some(Incoming::Disconnected) => down(&shared, "the connection broke"),
                None => return down(&shared, "the subscription ended"),
            },
            _ = ticks.tick() => {
                if probe.missed >= MAX_MISSED {
                    down(&shared, "probes do not come back");
                    subscriber.reconnect();
                    probe.missed = 0;
                }
                probe.send(&shared, &broker);
            }
        }
    }
}

fn down(shared: &Shared, why: &str) {
    if shared.set_broker_state(BrokerState::Down) {
        warn!(
            service = shared.config.name,
            why, "the broker is down; reading the log instead"
        );
    }
}

/// A message to oneself: only what comes back proves that a subscription lives.
struct Probe {
    channel: String,
    number: u64,
    sent: Instant,
    missed: u32,
}

impl Probe {
    fn new(shared: &Shared) -> Self {
        let channel = shared.probe_channel();
        Self {
            channel,
            number: 0,
            sent: Instant::now(),
            missed: 0,
        }
    }

    fn send(&mut self, shared: &Shared, broker: &Arc<dyn Broker>) {
        self.number += 1;
        self.missed += 1;
        self.sent = Instant::now();
        let payload = Bytes::copy_from_slice(&self.number.to_be_bytes());
        let publication = vec![(self.channel.clone(), payload)];
        let (broker, limit) = (Arc::clone(broker), shared.config.broker_timeout);
        // Apart from the other publications: their failure must not look like that of the subscription.
        tokio::spawn(async move { timeout(limit, broker.publish(publication)).await });
    }

    fn came_back(&mut self, shared: &Shared, payload: &[u8]) {
        if *payload != self.number.to_be_bytes() {
            return;
        }
        self.missed = 0;
        shared.metrics.probe.set(self.sent.elapsed().as_secs_f64());
        if shared.set_broker_state(BrokerState::Up) {
            info!(service = shared.config.name, "the broker is up");
        }
    }
}
