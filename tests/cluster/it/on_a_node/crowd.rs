//! Many sockets in one room, some of which speak, until everybody has everything.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use folkmoot_tests::{
    app::{Client, Progress, Site},
    wait,
};
use tokio::task::JoinSet;

use super::forum::{Forum, LIMIT};

/// How many do what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) room: &'static str,
    pub(super) sockets: usize,
    /// So many of them speak.
    pub(super) senders: usize,
    pub(super) messages_each: usize,
    /// Between two messages of a sender.
    pub(super) pause: Duration,
}

impl Plan {
    /// A few, for about ten seconds.
    pub(super) const fn small(room: &'static str) -> Self {
        Self {
            room,
            sockets: 10,
            senders: 5,
            messages_each: 20,
            pause: Duration::from_millis(500),
        }
    }

    pub(super) const fn messages(&self) -> usize {
        self.senders * self.messages_each
    }
}

/// Clients that check every promise: each message once, in order, and none that was acknowledged missing.
pub(super) struct Crowd {
    plan: Plan,
    progress: Arc<Progress>,
    clients: JoinSet<Client>,
}

impl Crowd {
    pub(super) async fn enter(forum: &Forum, site: &Site, plan: Plan) -> Self {
        let progress = Arc::<Progress>::default();
        let mut clients = JoinSet::new();
        let issuer = forum.issuer().await;
        for n in 0..plan.sockets {
            let (id, name) = (issuer.user_id(), format!("{}-{n}", plan.room));
            let token = issuer.token(&id, &name, &["member"]);
            let member = site.member(&id, &name, &token);
            let messages = if n < plan.senders {
                plan.messages_each
            } else {
                0
            };
            let sites = vec![site.clone()];
            let client = Client::new(member, plan.room, sites, 0, messages, plan.pause, &progress);
            clients.spawn(client.run(plan.messages() as u64));
        }
        Self {
            plan,
            progress,
            clients,
        }
    }

    /// Messages that are acknowledged.
    pub(super) fn said(&self) -> usize {
        self.progress.acknowledged.load(Ordering::SeqCst)
    }

    /// Waits until this share of all messages is acknowledged.
    pub(super) async fn has_said(&self, percent: usize) {
        let wanted = self.plan.messages() * percent / 100;
        wait::until_within(LIMIT, "messages are acknowledged", async || {
            (self.said() >= wanted).then_some(())
        })
        .await;
    }

    /// Waits until everybody has everything.
    pub(super) async fn leave(mut self) {
        let mut promised = BTreeMap::new();
        let all = async {
            while let Some(client) = self.clients.join_next().await {
                let client = client.expect("a client whose promises were kept");
                assert_eq!(client.last_seq, self.plan.messages() as u64);
                promised.extend(client.acknowledged);
            }
        };
        let everybody = tokio::time::timeout(LIMIT, all).await;
        everybody.expect("everybody receives everything");
        assert_eq!(promised.len(), self.plan.messages());
    }
}
