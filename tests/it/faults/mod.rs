//! Replicas, Redis and NATS die while people chat: nothing acknowledged is lost, doubled or out of order.

pub(crate) mod client;
mod feeds;
mod messages;
mod notifications;
