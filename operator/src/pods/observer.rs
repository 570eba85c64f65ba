//! Asks every pod from time to time. The pods of one forum are asked together: sockets that move between two pods
//! must not be counted twice because one was asked much later than the other.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::clock::SharedClock;
use futures_util::{StreamExt as _, future::join_all, stream};
use tokio::sync::{Semaphore, mpsc::UnboundedSender};
use tokio_util::sync::CancellationToken;

use super::{AdminClient, Reading, Readings};
use crate::{
    cache::{Cache, CachedPod, Key},
    names::CHAT,
};

/// A pod is asked no more often.
pub const EVERY: TimeDelta = TimeDelta::seconds(10);
/// How often it is looked which pods are due.
const TICK: Duration = Duration::from_secs(1);
/// Pods that are asked at the same time.
const CONCURRENCY: usize = 128;

/// Asks the pods.
#[derive(Debug)]
pub struct Observer {
    client: AdminClient,
    clock: SharedClock,
    readings: Readings,
    touched: UnboundedSender<Key>,
    permits: Semaphore,
    swept: HashMap<Key, DateTime<Utc>>,
}

#[derive(Debug, Clone)]
struct Target {
    uid: String,
    ip: IpAddr,
    chat: bool,
}

impl Observer {
    /// An observer that keeps the answers in `readings` and sends the forums of which there is news to `touched`.
    #[must_use]
    pub fn new(
        client: AdminClient,
        readings: Readings,
        clock: SharedClock,
        touched: UnboundedSender<Key>,
    ) -> Self {
        let permits = Semaphore::new(CONCURRENCY);
        Self {
            client,
            clock,
            readings,
            touched,
            permits,
            swept: HashMap::new(),
        }
    }

    /// Asks the pods in `cache` until told to stop.
    pub async fn run(mut self, cache: Arc<Cache>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            let round = self.round(cache.pods.all());
            if stop.run_until_cancelled(round).await.is_none() {
                return;
            }
        }
    }

    async fn round(&mut self, pods: Vec<Arc<CachedPod>>) {
        let now = self.clock.now();
        let sweeps = self.due(&pods, now);
        self.forget(&pods, now);
        drop(pods);
        self.swept
            .extend(sweeps.keys().map(|key| (key.clone(), now)));
        let this = &*self;
        stream::iter(sweeps)
            .for_each_concurrent(CONCURRENCY, |(key, targets)| this.sweep(key, targets, now))
            .await;
    }

    /// The pods to be asked now, by forum.
    fn due(&self, pods: &[Arc<CachedPod>], now: DateTime<Utc>) -> BTreeMap<Key, Vec<Target>> {
        let mut sweeps = BTreeMap::<Key, Vec<Target>>::new();
        for pod in pods {
            let view = &pod.view;
            let Some(ip) = view.ip.filter(|_| view.can_answer()) else {
                continue;
            };
            let key = Key::new(view.namespace.as_str(), view.forum.as_str());
            // The clock may have been set back.
            let swept = self.swept.get(&key);
            if swept.is_some_and(|swept| (now - *swept).abs() < EVERY) {
                continue;
            }
            let chat = view.component == CHAT;
            let target = Target {
                uid: view.uid.clone(),
                ip,
                chat,
            };
            sweeps.entry(key).or_default().push(target);
        }
        sweeps
    }

    /// Asks the pods of one forum and then keeps all answers at once.
    async fn sweep(&self, forum: Key, targets: Vec<Target>, at: DateTime<Utc>) {
        let answers = join_all(targets.iter().map(|target| self.ask(target, at))).await;
        let mut changed = false;
        for (target, reading) in targets.iter().zip(answers) {
            changed |= self.readings.put(&target.uid, reading);
        }
        if changed {
            // Nobody to be told means that the operator stops.
            let _ = self.touched.send(forum);
        }
    }

    async fn ask(&self, target: &Target, at: DateTime<Utc>) -> Reading {
        let _permit = self.permits.acquire().await;
        let sockets = async {
            match target.chat {
                true => Some(self.client.sockets(target.ip).await),
                false => None,
            }
        };
        let (problems, sockets) = tokio::join!(self.client.problems(target.ip), sockets);
        let result = if problems.is_ok() { "ok" } else { "error" };
        metrics::counter!("folkmoot_operator_pod_reads_total", "result" => result).increment(1);
        Reading {
            at,
            problems,
            sockets,
        }
    }

    fn forget(&mut self, pods: &[Arc<CachedPod>], now: DateTime<Utc>) {
        let uids: HashSet<&str> = pods.iter().map(|pod| pod.view.uid.as_str()).collect();
        self.readings.keep(|uid| uids.contains(uid));
        // A forum that is due needs no entry.
        self.swept.retain(|_, at| (now - *at).abs() < EVERY);
    }
}

#[cfg(test)]
#[path = "observer_tests.rs"]
mod tests;
