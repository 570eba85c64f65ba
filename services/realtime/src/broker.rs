//! Publish/subscribe between replicas.

use std::sync::Arc;

use bytes::Bytes;
use folkmoot_common::kv::pubsub::{PubSub, Subscriber as PubSubSubscriber};
use futures_util::{FutureExt, TryFutureExt, future::BoxFuture};

/// Why the broker did not do what was asked. The engine logs it and repairs from the log.
pub type BrokerError = Box<dyn std::error::Error + Send + Sync>;

pub use folkmoot_common::kv::pubsub::{Incoming, Receiver, Sender, channel};

/// Carries publications between replicas, at most once. Made for Redis; tests inject faults here.
pub trait Broker: Send + Sync + 'static {
    /// Publishes all, in order.
    fn publish(&self, publications: Vec<(String, Bytes)>)
    -> BoxFuture<'_, Result<(), BrokerError>>;

    /// For each channel, whether somebody subscribes to it, on any replica.
    fn subscribed(&self, channels: Vec<String>) -> BoxFuture<'_, Result<Vec<bool>, BrokerError>>;

    /// Opens the one subscription of an engine, without channels. The receiver yields in the order of the
    /// broker; it is bounded: while nobody receives, the broker is not read.
    fn subscriber(&self) -> (Arc<dyn Subscriber>, Receiver);
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

impl Broker for PubSub {
    fn publish(
        &self,
        publications: Vec<(String, Bytes)>,
    ) -> BoxFuture<'_, Result<(), BrokerError>> {
        self.publish_many(publications)
            .map_err(BrokerError::from)
            .boxed()
    }

    fn subscribed(&self, channels: Vec<String>) -> BoxFuture<'_, Result<Vec<bool>, BrokerError>> {
        async move { Ok(Self::subscribed(self, &channels).await?) }.boxed()
    }

    fn subscriber(&self) -> (Arc<dyn Subscriber>, Receiver) {
        let (subscriber, receiver) = Self::subscriber(self);
        (Arc::new(subscriber), receiver)
    }
}

impl Subscriber for PubSubSubscriber {
    fn subscribe(&self, channels: Vec<String>) -> BoxFuture<'static, Result<(), BrokerError>> {
        Self::subscribe(self, channels)
            .map_err(BrokerError::from)
            .boxed()
    }

    fn unsubscribe(&self, channels: Vec<String>) -> BoxFuture<'static, Result<(), BrokerError>> {
        Self::unsubscribe(self, channels)
            .map_err(BrokerError::from)
            .boxed()
    }

    fn reconnect(&self) {
        Self::reconnect(self);
    }
}
