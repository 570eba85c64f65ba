//! Publish/subscribe between replicas.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

/// Why the broker did not do what was asked. The engine logs it and repairs from the log.
pub type BrokerError = Box<dyn std::error::Error + Send + Sync>;

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

/// Carries publications between replicas, at most once. Made for Redis; tests inject faults here.
pub trait Broker: Send + Sync + 'static {
    /// Publishes all, in order.
    fn publish(&self, publications: Vec<(String, Bytes)>)
    -> BoxFuture<'_, Result<(), BrokerError>>;

    /// Opens the one subscription of an engine, without channels. The receiver yields in the order of the
    /// broker; it is bounded: while nobody receives, the broker is not read.
    fn subscriber(&self) -> (Arc<dyn Subscriber>, mpsc::Receiver<Incoming>);
}

/// Controls one subscription. It reconnects by itself and subscribes again to what it had.
pub trait Subscriber: Send + Sync + 'static {
    /// Adds channels; ends when the broker confirmed, or fails when it is out of reach (the channels
    /// are remembered and subscribed at the next connection).
    fn subscribe(&self, channels: Vec<String>) -> BoxFuture<'static, Result<(), BrokerError>>;

    /// Removes channels.
    fn unsubscribe(&self, channels: Vec<String>) -> BoxFuture<'static, Result<(), BrokerError>>;

    /// Drops the connection and makes a new one: the probe found that it is dead.
    fn reconnect(&self);
}

/// The connection to the other replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerState {
    /// Publications arrive: the last probe came back.
    Up,
    /// Not connected, or two probes were lost. Ordered topics are read from the log meanwhile.
    Down,
}
