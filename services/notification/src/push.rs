//! Telling a user's open pages what changed, on all replicas.

use std::{
    collections::BTreeSet,
    hash::{BuildHasher as _, RandomState},
    sync::Arc,
};

use folkmoot_realtime::{Engine, Frame, Publication};
use serde::Serialize;
use tokio::sync::Mutex;
use tracing::{debug, error};

use crate::{model::Notification, store::Store};

const STRIPES: usize = 64;

/// What the service says on a socket.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ServerFrame<'a> {
    /// There is a new notification.
    Notification { notification: &'a Notification },
    /// How many are unread now.
    UnreadCount { unread_count: i64 },
    /// The answer to a ping.
    Pong,
    /// A frame was not understood.
    Error {
        code: &'static str,
        message: &'static str,
        temporary: bool,
    },
}

impl ServerFrame<'_> {
    /// The frame as it is sent.
    pub(crate) fn encode(&self) -> Option<Frame> {
        Frame::json(self)
            .inspect_err(|error| error!(%error, "a frame has no JSON form"))
            .ok()
    }
}

/// The topic of a user's sockets.
pub(crate) fn topic(user_id: &str) -> String {
    format!("user:{user_id}")
}

/// Publishes to users. A clone shares the order.
#[derive(Clone)]
pub(crate) struct Push {
    engine: Engine,
    store: Store,
    hasher: RandomState,
    /// A count is read and published under its user's lock: else an older one could overtake a newer one.
    counting: Arc<[Mutex<()>; STRIPES]>,
}

impl Push {
    pub(crate) fn new(engine: &Engine, store: &Store) -> Self {
        Self {
            engine: engine.clone(),
            store: store.clone(),
            hasher: RandomState::new(),
            counting: Arc::new(std::array::from_fn(|_| Mutex::default())),
        }
    }

    /// New notifications were stored.
    pub(crate) async fn created(&self, notifications: &[Notification]) {
        if notifications.is_empty() {
            return;
        }
        metrics::counter!("folkmoot_notifications_created_total")
            .increment(notifications.len() as u64);
        let publications = notifications.iter().filter_map(|notification| {
            let frame = ServerFrame::Notification { notification }.encode()?;
            Some(Publication::message(topic(&notification.user_id), frame))
        });
        self.engine.publish(publications.collect()).await;
        let users: BTreeSet<&str> = notifications
            .iter()
            .map(|notification| notification.user_id.as_str())
            .collect();
        for user_id in users {
            self.unread_changed(user_id).await;
        }
    }

    /// The number of a user's unread notifications may have changed.
    pub(crate) async fn unread_changed(&self, user_id: &str) {
        let stripe = self.hasher.hash_one(user_id) % STRIPES as u64;
        let _held = self.counting[stripe as usize].lock().await;
        let unread_count = match self.store.count_unread(user_id).await {
            Ok(unread_count) => unread_count,
            // The pages ask for the count themselves now and then.
            Err(error) => return debug!(%error, "cannot count to tell a user"),
        };
        let Some(frame) = (ServerFrame::UnreadCount { unread_count }).encode() else {
            return;
        };
        self.engine
            .publish(vec![Publication::message(topic(user_id), frame)])
            .await;
    }
}
