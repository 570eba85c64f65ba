//! Access tokens that count no more before their end, known to every replica of every service within seconds.
//!
//! A token is believed by its signature, so a service that ended a session would wait for the token's end. Instead identity
//! tells every process: over pub/sub at once, and in the key-value store for those who did not hear it. Each process reads
//! that every two seconds. Nothing is remembered longer than a token lives, and identity tells what is in SQL again
//! and again for as long, so that neither store has to be kept.

mod table;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, warn};

use super::{Principal, token};
use crate::{
    clock::SharedClock,
    kv::{
        Kv,
        pubsub::{Incoming, PubSub},
    },
};
use table::Table;

pub use table::{Refusal, Revocation};

/// How long a revocation is told and remembered: the life of an access token, and what clocks may differ by twice.
pub const REMEMBERED: TimeDelta = TimeDelta::seconds(15 * 60 + 60);

const SET: &str = "revocations";
const POLL: Duration = Duration::from_secs(2);
const PAGE: u32 = 500;
/// Most news that wait for a process's engines; one that is behind looks at all its sockets.
const WAITING: usize = 256;

/// What is on the wire and in the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Told {
    revocation: Revocation,
    told_at: DateTime<Utc>,
}

/// The revocations that this process knows. Cheap to clone.
#[derive(Clone)]
pub struct Revocations(Arc<Inner>);

struct Inner {
    clock: SharedClock,
    kv: Kv,
    pubsub: PubSub,
    channel: String,
    table: RwLock<Table>,
    news: broadcast::Sender<()>,
}

impl std::fmt::Debug for Revocations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Revocations").finish_non_exhaustive()
    }
}

impl Revocations {
    /// Begins to listen.
    #[must_use]
    pub fn start(
        (kv, pubsub, instance): (&Kv, &PubSub, &str),
        clock: SharedClock,
        shutdown: &CancellationToken,
        tasks: &TaskTracker,
    ) -> Self {
        let revocations = Self(Arc::new(Inner {
            clock,
            kv: kv.clone(),
            pubsub: pubsub.clone(),
            channel: format!("{instance}:revocations"),
            table: RwLock::default(),
            news: broadcast::Sender::new(WAITING),
        }));
        let (listening, polling) = (revocations.clone().listen(), revocations.clone().poll());
        let shutdown = shutdown.clone();
        tasks.spawn(async move {
            let both = async { tokio::join!(listening, polling) };
            shutdown.run_until_cancelled(both).await;
        });
        revocations
    }

    /// Ends all access tokens of a session.
    pub async fn session(&self, session_id: &str) {
        self.tell(&[Revocation::Session {
            session_id: session_id.to_owned(),
        }])
        .await;
    }

    /// Ends all access tokens of a user that were issued until now. What is refreshed in the next second may have to be
    /// refreshed once more.
    pub async fn user(&self, user_id: &str) {
        self.tell(&[Revocation::User {
            user_id: user_id.to_owned(),
            before: self.0.clock.now(),
        }])
        .await;
    }

    /// Refuses all access tokens of a user, with a reason of its own.
    pub async fn ban(&self, user_id: &str, until: Option<DateTime<Utc>>) {
        self.tell(&[Revocation::Ban {
            user_id: user_id.to_owned(),
            until,
        }])
        .await;
    }

    /// Takes that back.
    pub async fn unban(&self, user_id: &str) {
        self.tell(&[Revocation::Unban {
            user_id: user_id.to_owned(),
        }])
        .await;
    }

    /// Tells of things that happen now.
    ///
    /// There is no error: this process knows at once, and whoever tells tells again from SQL while tokens are alive.
    pub async fn tell(&self, revocations: &[Revocation]) {
        let now = self.0.clock.now();
        self.tell_again(
            revocations
                .iter()
                .map(|revocation| (revocation.clone(), now)),
        )
        .await;
    }

    /// Tells of things that happened at the given times, because the stores may have forgotten them.
    pub async fn tell_again(
        &self,
        revocations: impl IntoIterator<Item = (Revocation, DateTime<Utc>)>,
    ) {
        let told: Vec<_> = revocations
            .into_iter()
            .map(|(revocation, told_at)| Told {
                revocation,
                told_at,
            })
            .collect();
        let fresh: Vec<_> = told.iter().filter(|told| self.learn(told)).collect();
        let publications = fresh.iter().filter_map(|told| self.publication(told));
        let publications: Vec<_> = publications.collect();
        if !publications.is_empty()
            && let Err(error) = self.0.pubsub.publish_many(publications).await
        {
            warn!(%error, "other replicas hear of revoked tokens later");
        }
        for told in &told {
            if let Err(error) = self.keep(told).await {
                warn!(%error, "cannot keep a revocation; it is told again");
                return;
            }
        }
    }

    /// Whether the token of `principal` still counts.
    ///
    /// # Errors
    /// Why it does not.
    pub fn check(&self, principal: &Principal) -> Result<(), Refusal> {
        table::check(&self.0.table.read(), principal, self.0.clock.now())
    }

    /// Whether what was opened with such a token may stay open.
    ///
    /// # Errors
    /// Why not.
    pub fn check_session(
        &self,
        user_id: &str,
        session_id: Option<&str>,
        issued_at: Option<DateTime<Utc>>,
    ) -> Result<(), Refusal> {
        let now = self.0.clock.now();
        let table = self.0.table.read();
        table.check(user_id, session_id, issued_at, now)
    }

    /// Yields when something new was learned. One that lags has missed nothing but the number of times.
    #[must_use]
    pub fn news(&self) -> broadcast::Receiver<()> {
        self.0.news.subscribe()
    }

    fn learn(&self, told: &Told) -> bool {
        let now = self.0.clock.now();
        let mut table = self.0.table.write();
        let news = table.insert(&told.revocation, told.told_at, now);
        drop(table);
        if news {
            let _ = self.0.news.send(());
        }
        news
    }

    fn publication(&self, told: &Told) -> Option<(String, Bytes)> {
        let payload = serde_json::to_vec(told).ok()?;
        Some((self.0.channel.clone(), payload.into()))
    }

    async fn keep(&self, told: &Told) -> anyhow::Result<()> {
        let left = told.told_at + REMEMBERED - self.0.clock.now();
        let Ok(left) = left.to_std() else {
            return Ok(());
        };
        let (member, value) = (
            told.revocation.key().to_string(),
            serde_json::to_string(told)?,
        );
        self.0.kv.lease(SET, &member, &value, left).await?;
        Ok(())
    }

    async fn listen(self) {
        let (subscriber, mut incoming) = self.0.pubsub.subscriber();
        let subscribed = subscriber.subscribe(vec![self.0.channel.clone()]);
        let wait_for_it = async {
            // Out of reach: it is subscribed at the next connection, and until then the poll finds the news.
            let _ = subscribed.await;
        };
        let receive = async {
            while let Some(incoming) = incoming.recv().await {
                self.received(&incoming);
            }
        };
        tokio::join!(wait_for_it, receive);
    }

    fn received(&self, incoming: &Incoming) {
        let Incoming::Message { payload, .. } = incoming else {
            return;
        };
        match serde_json::from_slice(payload) {
            Ok(told) => {
                self.learn(&told);
            }
            Err(error) => debug!(%error, "a revocation that cannot be read"),
        }
    }

    async fn poll(self) {
        loop {
            if let Err(error) = self.read_all().await {
                debug!(%error, "cannot read the revocations");
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn read_all(&self) -> anyhow::Result<()> {
        let mut after = None;
        loop {
            let page = self.0.kv.list(SET, after.as_deref(), PAGE).await?;
            for lease in &page {
                if let Ok(told) = serde_json::from_str(&lease.value) {
                    self.learn(&told);
                }
            }
            match page.last() {
                Some(last) if page.len() == PAGE as usize => after = Some(last.member.clone()),
                _ => return Ok(()),
            }
        }
    }
}

impl From<Refusal> for crate::http::ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Revoked => Self::unauthorized(token::TokenError::Invalid.to_string()),
            Refusal::Banned => Self::new(
                http::StatusCode::FORBIDDEN,
                "banned",
                "a moderator has banned this account",
            ),
        }
    }
}
