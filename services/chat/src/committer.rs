//! Group commit: what arrives while one transaction runs goes into the next one together.

use std::{sync::Arc, time::Duration};

use folkmoot_common::{
    Context, ServiceName,
    bus::{Event, Outbox},
    db,
};
use folkmoot_realtime::{Connection, Engine, Publication};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::{
    events, frames,
    model::{Draft, Message},
    store::{Store, Stored},
};

/// Least time between the starts of two transactions. A message after a pause is stored at once; under load
/// messages gather for this long, because the cost of a transaction hardly depends on how many it stores.
const INTERVAL: Duration = Duration::from_millis(4);
/// Most messages in one transaction.
const BATCH: usize = 512;
/// Messages that may wait for the next transaction. Then sockets are not read until there is room.
const WAITING: usize = 4_096;

/// A message and the socket that wants to know what became of it.
pub(crate) struct Send {
    pub(crate) draft: Draft,
    pub(crate) connection: Connection,
}

/// Where handlers put messages.
pub(crate) type Sender = mpsc::Sender<Send>;

struct Committer {
    ctx: Context,
    store: Store,
    engine: Engine,
    outbox: Outbox,
}

/// Starts the committer. When `drained` is cancelled it stores what it has taken and ends.
pub(crate) fn start(
    ctx: &Context,
    store: &Store,
    engine: &Engine,
    outbox: &Outbox,
    drained: CancellationToken,
) -> Sender {
    let (sender, receiver) = mpsc::channel(WAITING);
    let committer = Committer {
        ctx: ctx.clone(),
        store: store.clone(),
        engine: engine.clone(),
        outbox: outbox.clone(),
    };
    ctx.tasks.spawn(committer.run(receiver, drained));
    sender
}

impl Committer {
    async fn run(self, mut receiver: mpsc::Receiver<Send>, drained: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        let mut started = Instant::now();
        loop {
            let received = tokio::select! {
                biased;
                received = receiver.recv_many(&mut batch, BATCH) => received,
                () = drained.cancelled() => 0,
            };
            if received == 0 {
                return;
            }
            tokio::time::sleep_until(started + INTERVAL).await;
            while batch.len() < BATCH
                && let Ok(send) = receiver.try_recv()
            {
                batch.push(send);
            }
            started = Instant::now();
            let (drafts, connections) = batch
                .drain(..)
                .map(|send| (send.draft, send.connection))
                .unzip();
            self.commit(drafts, connections).await;
        }
    }

    async fn commit(&self, drafts: Vec<Draft>, connections: Vec<Connection>) {
        metrics::histogram!("folkmoot_chat_commit_messages")
            .record(u32::try_from(drafts.len()).unwrap_or(u32::MAX));
        match self.store(&drafts).await {
            Ok(stored) => self.announce(drafts, connections, stored).await,
            Err(error) if db::is_outage(&error) || drafts.len() == 1 => {
                refuse(&drafts, &connections, &error)
            }
            // One message that the database will not have must not take the others with it.
            Err(error) => {
                warn!(%error, messages = drafts.len(), "storing one by one");
                for (draft, connection) in drafts.into_iter().zip(connections) {
                    Box::pin(self.commit(vec![draft], vec![connection])).await;
                }
            }
        }
    }

    async fn store(&self, drafts: &[Draft]) -> db::sqlx::Result<Vec<Stored>> {
        let ids: Vec<_> = drafts.iter().map(|_| self.ctx.ids.next()).collect();
        let mentioned = |message: &Message| {
            let data = events::mentioned(message)?;
            Event::new(
                &self.ctx,
                ServiceName::Chat,
                events::MESSAGE_MENTIONED,
                &data,
            )
            .ok()
        };
        let stored = self
            .store
            .commit(drafts, &ids, self.ctx.clock.now(), &mentioned, &self.outbox)
            .await?;
        if drafts.iter().any(|draft| draft.content.contains('@')) {
            self.outbox.wake();
        }
        Ok(stored)
    }

    /// The messages are durable: their senders are told first, then everybody.
    async fn announce(
        &self,
        drafts: Vec<Draft>,
        connections: Vec<Connection>,
        stored: Vec<Stored>,
    ) {
        let mut publications = Vec::with_capacity(stored.len());
        for ((draft, connection), stored) in drafts.iter().zip(&connections).zip(&stored) {
            let (id, seq) = match stored {
                Stored::New(message) => (message.id, message.seq),
                Stored::Before { id, seq } => (*id, *seq),
                Stored::NoRoom => {
                    connection.send(&frames::error(
                        "room_not_found",
                        "the room does not exist",
                        draft.client_id.as_deref(),
                        false,
                    ));
                    continue;
                }
            };
            if let Some(client_id) = &draft.client_id {
                connection.send(&frames::ack(client_id, id, seq));
            }
            if let (Some(message), Ok(seq)) = (stored.message(), u64::try_from(seq)) {
                publications.push(Publication::ordered(
                    Arc::clone(&draft.room_id),
                    seq,
                    frames::message(message),
                ));
            }
        }
        metrics::counter!("folkmoot_chat_messages_total").increment(publications.len() as u64);
        self.engine.publish(publications).await;
    }
}

/// Whether the messages are stored is not known when the connection to the database broke at the wrong moment.
/// A sender that gave a `client_id` sends again and gets them once.
fn refuse(drafts: &[Draft], connections: &[Connection], cause: &db::sqlx::Error) {
    let temporary = db::is_outage(cause);
    if temporary {
        warn!(error = %cause, messages = drafts.len(), "messages were not stored");
    } else {
        error!(error = %cause, "a message cannot be stored");
    }
    let (code, text) = if temporary {
        ("unavailable", "not stored; send it again")
    } else {
        ("internal", "not stored")
    };
    for (draft, connection) in drafts.iter().zip(connections) {
        connection.send(&frames::error(
            code,
            text,
            draft.client_id.as_deref(),
            temporary,
        ));
    }
}

/// How long a handler waits for room among the waiting messages before it says so.
pub(crate) const WAIT: Duration = Duration::from_secs(5);
