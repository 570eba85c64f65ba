//! Who wants which events.

use std::{future::Future, pin::Pin, sync::Arc};

use super::Event;

/// A consumer that keeps its place: events that come while it is away wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsumerSpec {
    /// The name under which its place is kept.
    pub durable: &'static str,
    /// The types of events that it wants.
    pub types: &'static [&'static str],
}

pub(super) type HandlerFuture = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;
pub(super) type BoxHandler = Arc<dyn Fn(Event) -> HandlerFuture + Send + Sync>;

pub(super) fn boxed<F, Fut>(handler: F) -> BoxHandler
where
    F: Fn(Event) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    Arc::new(move |event| Box::pin(handler(event)))
}
