//! What is kept of somebody, handed out to them: each service writes its part as JSON lines into the object store.
//!
//! identity tells [`EXPORT_REQUESTED`]; every service of [`PARTS`] writes `exports/{export_id}/{service}.jsonl` and tells
//! `<service>.export.written`. A part is there as a whole or not at all, and one that is there is not written again, so
//! the request may come any number of times. It does: identity repeats it until every part was told, which is why
//! a request counts as handled as soon as it waits here, and why nothing but the object is kept of it.
//!
//! A service takes part with one call at its start. Its closure is given a user's id and [`Lines`], reads page by
//! page, and gives the lines back:
//!
//! ```ignore
//! let store = state.store.clone();
//! exports::start(ctx, ServiceName::Chat, move |user_id, mut lines| {
//!     let store = store.clone();
//!     async move {
//!         let mut after = Uuid::nil();
//!         loop {
//!             let page = store.messages_of(&user_id, after, exports::PAGE).await?;
//!             for message in &page {
//!                 lines.write("message", message).await?;
//!             }
//!             match page.last() {
//!                 Some(last) => after = last.id,
//!                 None => return Ok(lines),
//!             }
//!         }
//!     }
//! });
//! ```
//!
//! What somebody never wrote or was told, and what others wrote of them, is not theirs and stays out: reports about
//! them, blocks of others, moderators' notes.

mod lines;
#[cfg(test)]
mod tests;

use std::{collections::HashSet, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::{OnceCell, Semaphore};
use tracing::{info, warn};
use uuid::Uuid;

use crate::{
    Context, ServiceName,
    bus::{ConsumerSpec, Event},
    events::identity::{EXPORT_REQUESTED, ExportRequested},
    health::Health,
    objects::{ObjectError, Objects},
};

pub use lines::Lines;

/// The services that write a part. feed keeps only copies of what others have, presence and web keep nothing.
pub const PARTS: [ServiceName; 5] = [
    ServiceName::Identity,
    ServiceName::Discussion,
    ServiceName::Chat,
    ServiceName::Notification,
    ServiceName::File,
];

/// The types of [`ExportWritten`], one for each of [`PARTS`].
pub const EXPORT_WRITTEN: [&str; 5] = [
    "identity.export.written",
    "discussion.export.written",
    "chat.export.written",
    "notification.export.written",
    "file.export.written",
];

/// Rows that are read at a time: a page of the longest texts still fits into a few MiB.
pub const PAGE: u32 = 200;

/// Requests that may wait in this process for a service; identity repeats those that find no room.
const WAITING: usize = 256;
const ATTEMPTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// A service has written its part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportWritten {
    /// The export.
    pub export_id: String,
    /// Which service's part.
    pub service: String,
    /// Its size.
    pub bytes: u64,
    /// When.
    pub written_at: DateTime<Utc>,
}

/// Where a part is in the object store.
#[must_use]
pub fn key(export_id: Uuid, service: ServiceName) -> String {
    format!("exports/{export_id}/{service}.jsonl")
}

/// Writes the parts of `service` with `write` whenever somebody wants what is kept of them.
///
/// `write` may be called again for the same export, after it failed. The object store is opened when the first part is
/// written: a service that has none otherwise starts without it.
///
/// # Panics
/// If `service` is none of [`PARTS`]: then nobody would wait for what it writes.
pub fn start<F, Fut>(ctx: &Context, service: ServiceName, write: F)
where
    F: Fn(String, Lines) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<Lines>> + Send + 'static,
{
    Exporter::new(ctx, service, write).listen();
}

/// A consumer of its own: a long export must not hold up other events.
const fn durable(service: ServiceName) -> &'static str {
    match service {
        ServiceName::Identity => "identity-exports",
        ServiceName::Discussion => "discussion-exports",
        ServiceName::Chat => "chat-exports",
        ServiceName::Notification => "notification-exports",
        ServiceName::File => "file-exports",
        ServiceName::Presence | ServiceName::Feed | ServiceName::Web => "other-exports",
    }
}

struct Exporter<F>(Arc<Shared<F>>);

struct Shared<F> {
    ctx: Context,
    service: ServiceName,
    told: &'static str,
    objects: OnceCell<Objects>,
    /// One part at a time: each holds up to 5 MiB in memory.
    one: Semaphore,
    /// What waits or is being written.
    known: Mutex<HashSet<Uuid>>,
    write: F,
}

impl<F> Clone for Exporter<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F, Fut> Exporter<F>
where
    F: Fn(String, Lines) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<Lines>> + Send + 'static,
{
    fn new(ctx: &Context, service: ServiceName, write: F) -> Self {
        let index = PARTS.iter().position(|part| *part == service);
        let told = index.map(|index| EXPORT_WRITTEN[index]);
        #[expect(
            clippy::expect_used,
            reason = "a mistake of the caller, seen at its first start"
        )]
        let told = told.expect("a service that exports is one of PARTS");
        Self(Arc::new(Shared {
            ctx: ctx.clone(),
            service,
            told,
            objects: OnceCell::new(),
            one: Semaphore::new(1),
            known: Mutex::default(),
            write,
        }))
    }

    fn listen(&self) {
        let spec = ConsumerSpec {
            durable: durable(self.0.service),
            types: &[EXPORT_REQUESTED],
        };
        let exporter = self.clone();
        self.0.ctx.bus.consume(spec, move |event| {
            exporter.take(&event);
            std::future::ready(Ok(()))
        });
    }

    fn take(&self, event: &Event) {
        let Ok(request) = event.parse::<ExportRequested>() else {
            warn!(event.id = %event.id, "a request for an export cannot be read and is skipped");
            return;
        };
        // Also what makes the key safe: an id is nothing but hexadecimal digits.
        let Ok(export_id) = Uuid::try_parse(&request.export_id) else {
            return;
        };
        if !self.remember(export_id) {
            return;
        }
        let (exporter, shutdown) = (self.clone(), self.0.ctx.shutdown.clone());
        self.0.ctx.tasks.spawn(async move {
            let work = exporter.write(export_id, &request.user_id);
            shutdown.run_until_cancelled(work).await;
            exporter.0.known.lock().remove(&export_id);
        });
    }

    fn remember(&self, export_id: Uuid) -> bool {
        let mut known = self.0.known.lock();
        known.len() < WAITING && known.insert(export_id)
    }

    async fn write(&self, export_id: Uuid, user_id: &str) {
        let Ok(_alone) = self.0.one.acquire().await else {
            return;
        };
        let mut pause = FIRST_PAUSE;
        for attempt in 1..=ATTEMPTS {
            match self.try_write(export_id, user_id).await {
                Ok(()) => return,
                Err(error) => {
                    let service = self.0.service.as_str();
                    warn!(service, %export_id, attempt, error = format!("{error:#}"), "a part of an export is not written yet");
                }
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    async fn try_write(&self, export_id: Uuid, user_id: &str) -> anyhow::Result<()> {
        let shared = &self.0;
        let key = key(export_id, shared.service);
        let objects = shared.objects.get_or_try_init(|| open(&shared.ctx)).await?;
        let bytes = match objects.size(&key).await {
            Ok(bytes) => bytes,
            Err(ObjectError::NotFound) => {
                let lines = Lines::new(objects.upload(&key));
                let lines = (shared.write)(user_id.to_owned(), lines).await?;
                let (count, bytes) = (lines.count(), lines.finish().await?);
                info!(service = shared.service.as_str(), %export_id, count, bytes, "wrote a part of an export");
                bytes
            }
            Err(error) => return Err(error.into()),
        };
        self.tell(export_id, bytes).await
    }

    /// Directly: without an answer identity asks again.
    async fn tell(&self, export_id: Uuid, bytes: u64) -> anyhow::Result<()> {
        let shared = &self.0;
        let written = ExportWritten {
            export_id: export_id.to_string(),
            service: shared.service.as_str().to_owned(),
            bytes,
            written_at: shared.ctx.clock.now(),
        };
        let event = Event::new(&shared.ctx, shared.service, shared.told, &written)?;
        let taken = shared.ctx.bus.publish(&[event]).await;
        anyhow::ensure!(taken == [true], "the bus does not take the news of it");
        Ok(())
    }
}

/// Its health is nobody's: a service without an object store of its own serves without it.
async fn open(ctx: &Context) -> anyhow::Result<Objects> {
    Objects::open(&ctx.settings, &Health::default()).await
}
