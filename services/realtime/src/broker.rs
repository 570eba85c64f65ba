//! Publish/subscribe between replicas.

use bytes::Bytes;
use futures_util::future::BoxFuture;

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

    /// Opens the one subscription of an engine, without channels.
    fn subscriber(&self) -> Box<dyn Subscriber>;
}

/// One connection that receives. It reconnects by itself and subscribes again to what it had.
pub trait Subscriber: Send + 'static {
    /// Adds channels; returns when the broker confirmed, or fails when it is out of reach (the channels
    /// are remembered and subscribed at the next connection).
    fn subscribe(&mut self, channels: Vec<String>) -> BoxFuture<'_, Result<(), BrokerError>>;

    /// Removes channels.
    fn unsubscribe(&mut self, channels: Vec<String>) -> BoxFuture<'_, Result<(), BrokerError>>;

    /// The next event; `None` when the broker has ended. Cancel safe.
    fn next(&mut self) -> BoxFuture<'_, Option<Incoming>>;

    /// Drops the connection and makes a new one: the probe found that it is dead.
    fn reconnect(&mut self);
}
