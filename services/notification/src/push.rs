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

use crate::{
    model::Notification,
    store::{Outcome, Store, Told},
};

const STRIPES: usize = 64;

/// What the service says on a socket.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ServerFrame<'a> {
    /// There is a new notification, or something was added to one. The kind is its `notif_type`.
    Notification {
        kind: &'a str,
        notification: &'a Notification,
    },
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

    /// What came of an event is told.
    pub(crate) async fn outcome(&self, outcome: &Outcome) {
        self.told(&outcome.told).await;
        let recount: Vec<_> = outcome.recount.iter().map(String::as_str).collect();
        self.unread_changed(&recount).await;
    }

    /// Tells of one that was posted, unless its user does not want to hear of its kind.
    pub(crate) async fn created(&self, notification: &Notification) {
        if notification.is_read {
            return;
        }
        self.told(&[Told {
            user_id: notification.user_id.clone(),
            id: notification.id,
        }])
        .await;
    }

    /// Tells of new notifications, and of those that something was added to: of what its user may see now.
    pub(crate) async fn told(&self, told: &[Told]) {
        metrics::counter!("folkmoot_notifications_created_total").increment(told.len() as u64);
        let users = told.iter().map(|told| told.user_id.as_str());
        let users = self.listening(users.collect()).await;
        let heard = told
            .iter()
            .filter(|told| users.contains(told.user_id.as_str()));
        let ids: Vec<_> = heard.map(|told| told.id).collect();
        if ids.is_empty() {
            return;
        }
        let notifications = match self.store.of_ids(&ids).await {
            Ok(notifications) => notifications,
            // The pages ask for the list themselves now and then.
            Err(error) => return debug!(%error, "cannot read what to tell"),
        };
        let publications = notifications.iter().filter_map(|notification| {
            let kind = &notification.kind;
            let frame = ServerFrame::Notification { kind, notification }.encode()?;
            Some(Publication::message(topic(&notification.user_id), frame))
        });
        self.engine.publish(publications.collect()).await;
        self.tell_unread(&users).await;
    }

    /// The numbers of these users' unread notifications may have changed.
    pub(crate) async fn unread_changed(&self, users: &[&str]) {
        let users = self.listening(users.iter().copied().collect()).await;
        self.tell_unread(&users).await;
    }

    /// Those who have a page open somewhere: most are told of something while they have none, and a page that opens asks
    /// for all there is after it has joined.
    async fn listening<'a>(&self, users: BTreeSet<&'a str>) -> BTreeSet<&'a str> {
        let topics: Vec<_> = users.iter().map(|user_id| topic(user_id)).collect();
        let listen = self.engine.have_members(&topics).await;
        let users = users.into_iter().zip(listen);
        users
            .filter_map(|(user_id, listens)| listens.then_some(user_id))
            .collect()
    }

    async fn tell_unread(&self, users: &BTreeSet<&str>) {
        if users.is_empty() {
            return;
        }
        let users: Vec<_> = users.iter().copied().collect();
        let stripes = users
            .iter()
            .map(|user_id| self.hasher.hash_one(user_id) % STRIPES as u64);
        // In one order everywhere, so that two never wait for each other.
        let stripes: BTreeSet<_> = stripes.collect();
        let mut held = Vec::with_capacity(stripes.len());
        for stripe in stripes {
            held.push(self.counting[stripe as usize].lock().await);
        }
        let counts = match self.store.count_unread_of(&users).await {
            Ok(counts) => counts,
            // The pages ask for the count themselves now and then.
            Err(error) => return debug!(%error, "cannot count to tell a user"),
        };
        let publications = counts.into_iter().filter_map(|(user_id, unread_count)| {
            let frame = ServerFrame::UnreadCount { unread_count }.encode()?;
            Some(Publication::message(topic(&user_id), frame))
        });
        self.engine.publish(publications.collect()).await;
    }
}
