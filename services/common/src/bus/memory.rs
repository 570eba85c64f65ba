//! The bus of a single process: publishing is handing the event to each consumer.
//!
//! An event counts as taken over only when every consumer has handled it. Until then it stays in the outbox,
//! so a crash in between loses nothing.

use parking_lot::RwLock;
use tracing::warn;

use super::{BoxHandler, ConsumerSpec, Event};

#[derive(Default)]
pub(super) struct Memory {
    consumers: RwLock<Vec<(ConsumerSpec, BoxHandler)>>,
}

impl Memory {
    pub(super) fn consume(&self, spec: ConsumerSpec, handler: BoxHandler) {
        self.consumers.write().push((spec, handler));
    }

    pub(super) async fn publish(&self, events: &[Event]) -> Vec<bool> {
        let mut taken = Vec::with_capacity(events.len());
        for event in events {
            taken.push(self.deliver(event).await);
        }
        taken
    }

    async fn deliver(&self, event: &Event) -> bool {
        let wanting = |spec: &ConsumerSpec| spec.types.contains(&event.r#type.as_str());
        let consumers: Vec<_> = self
            .consumers
            .read()
            .iter()
            .filter(|(spec, _)| wanting(spec))
            .cloned()
            .collect();
        let mut all = true;
        for (spec, handler) in consumers {
            if let Err(error) = handler(event.clone()).await {
                warn!(consumer = spec.durable, event.id = %event.id, event.r#type = event.r#type, error = format!("{error:#}"), "an event is not handled yet");
                all = false;
            }
        }
        all
    }
}
