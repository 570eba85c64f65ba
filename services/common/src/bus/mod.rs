//! Events between services.
//!
//! A change and its event commit in one transaction, the event into the service's [`outbox`]. A relay then
//! publishes it: to NATS JetStream when a URL is set, else to the consumers of this process. Delivery is at
//! least once on both ways, so consumers are idempotent by [`Event::id`].

mod consumer;
mod credentials;
mod event;
mod memory;
mod nats;
pub mod outbox;

use std::{future::Future, sync::Arc};

use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use consumer::ConsumerSpec;
pub use event::Event;
pub use outbox::Outbox;

use crate::{config::Secret, health::Health};
use consumer::{BoxHandler, boxed};

/// Publishes events and feeds consumers.
#[derive(Clone)]
pub struct Bus {
    backend: Backend,
    open: Arc<watch::Sender<bool>>,
}

#[derive(Clone)]
enum Backend {
    Memory(Arc<memory::Memory>),
    Nats(Arc<nats::Nats>),
}

impl std::fmt::Debug for Bus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.backend {
            Backend::Memory(_) => "Bus(memory)",
            Backend::Nats(_) => "Bus(nats)",
        })
    }
}

impl Bus {
    /// NATS JetStream when a URL is given, else this process. The connection is made in the background.
    ///
    /// # Errors
    /// If the URL cannot be used.
    pub async fn open(
        url: Option<&Secret>,
        instance: &str,
        health: &Health,
        shutdown: &CancellationToken,
        tasks: &TaskTracker,
    ) -> anyhow::Result<Self> {
        let backend = match url {
            None => Backend::Memory(Arc::default()),
            Some(url) => {
                let nats = nats::Nats::open(url, instance, health, shutdown, tasks).await?;
                Backend::Nats(Arc::new(nats))
            }
        };
        Ok(Self {
            backend,
            open: Arc::new(watch::Sender::new(false)),
        })
    }

    /// Feeds `handler` with events of the types that `spec` names.
    ///
    /// An event whose handler fails is delivered again, later, until it is handled. Consumers with the same
    /// durable name in several replicas share the work.
    pub fn consume<F, Fut>(&self, spec: ConsumerSpec, handler: F)
    where
        F: Fn(Event) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let handler: BoxHandler = boxed(handler);
        match &self.backend {
            Backend::Memory(memory) => memory.consume(spec, handler),
            Backend::Nats(nats) => nats.consume(spec, handler),
        }
    }

    /// Lets the relays begin: every consumer of this process is registered. Before that an event left over from
    /// the last run would find nobody to take it.
    pub fn start(&self) {
        self.open.send_replace(true);
    }

    pub(crate) async fn started(&self) {
        let mut open = self.open.subscribe();
        // The sender lives as long as `self`, so this cannot fail.
        let _ = open.wait_for(|open| *open).await;
    }

    /// Publishes events in order; true for each that has been taken over.
    pub(crate) async fn publish(&self, events: &[Event]) -> Vec<bool> {
        match &self.backend {
            Backend::Memory(memory) => memory.publish(events).await,
            Backend::Nats(nats) => nats.publish(events).await,
        }
    }
}
