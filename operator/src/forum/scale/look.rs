//! What is seen of one forum's chat pods at one moment.

use std::{net::IpAddr, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_crds::{ChatStatus, ForumInstance};
use k8s_openapi::api::apps::v1::Deployment;

use super::{
    decide::{Decision, Load, Situation},
    moves::Serving,
    policy::Policy,
    victim::Candidate,
};
use crate::{
    cache::{CachedPod, Key},
    names::CHAT,
    pods::{PodView, Readings},
};

/// A pod whose grace period ended so long ago is not ending but lost with its node: nobody waits for it.
const OVERDUE: TimeDelta = TimeDelta::seconds(30);

/// What is seen of one forum's chat pods.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) key: Key,
    pub(super) now: DateTime<Utc>,
    pub(super) policy: Policy,
    pub(super) paused: bool,
    pub(super) current: Option<i32>,
    pub(super) loads: Vec<Load>,
    pub(super) candidates: Vec<Candidate>,
    quiet: bool,
    pods: Vec<Arc<CachedPod>>,
}

impl Look {
    pub(super) fn of(
        forum: &ForumInstance,
        pods: &[Arc<CachedPod>],
        deployment: Option<&Deployment>,
        readings: &Readings,
        now: DateTime<Utc>,
    ) -> Self {
        let name = forum.metadata.name.clone().unwrap_or_default();
        let namespace = forum.metadata.namespace.clone().unwrap_or_default();
        let pods: Vec<_> = pods
            .iter()
            .filter(|pod| counts(&pod.view, now))
            .cloned()
            .collect();
        let loads: Vec<_> = pods
            .iter()
            .map(|pod| load(&pod.view, readings, now))
            .collect();
        let candidates = pods
            .iter()
            .zip(&loads)
            .filter(|(pod, _)| pod.view.is_active());
        Self {
            key: Key::new(namespace, name),
            now,
            policy: super::policy(forum),
            paused: forum.spec.paused,
            // Kubernetes sets the number to 1 where nobody else does.
            current: deployment.map(|deployment| {
                let spec = deployment.spec.as_ref();
                spec.and_then(|spec| spec.replicas).unwrap_or(1)
            }),
            quiet: deployment.is_some_and(is_quiet),
            candidates: candidates
                .map(|(pod, load)| candidate(&pod.view, load))
                .collect(),
            loads,
            pods,
        }
    }

    pub(super) fn situation(&self, moved: Option<DateTime<Utc>>) -> Situation<'_> {
        Situation {
            current: self.current,
            pods: &self.loads,
            quiet: self.quiet,
            moved,
        }
    }

    /// Whether there are no more pods than the Deployment asks for: nothing is about to be taken away.
    pub(super) fn is_counted(&self) -> bool {
        let current = self
            .current
            .and_then(|current| usize::try_from(current).ok());
        current.is_some_and(|current| self.candidates.len() <= current)
    }

    /// The pods whose sockets may be evened out: all of them, and only while nothing else happens.
    pub(super) fn evenable(&self, decision: &Decision) -> Option<Vec<Serving>> {
        let as_many = i32::try_from(self.pods.len()).ok() == self.current;
        let still = self.quiet && as_many && Some(decision.replicas) == self.current;
        if !still || decision.desired < decision.replicas {
            return None;
        }
        let pods = self.pods.iter().zip(&self.loads);
        pods.map(|(pod, load)| {
            let sockets = load.sockets.filter(|_| load.active && !load.draining)?;
            let since = pod.view.ready_since?;
            Some(Serving {
                name: load.name.clone(),
                sockets,
                since,
            })
        })
        .collect()
    }

    /// The address of a pod.
    pub(super) fn ip(&self, pod: &str) -> Option<IpAddr> {
        let pod = self.pods.iter().find(|seen| seen.view.name == pod)?;
        pod.view.ip
    }

    /// The UID of a pod.
    pub(super) fn uid(&self, pod: &str) -> Option<&str> {
        let pod = self.pods.iter().find(|seen| seen.view.name == pod)?;
        Some(&pod.view.uid)
    }

    /// Sets the forum's metrics.
    pub(super) fn measure(&self, status: &ChatStatus) {
        let gauge = |name: &'static str, value: f64| set(&self.key, name, value);
        // What is not known is no number.
        gauge(SOCKETS, status.sockets.map_or(f64::NAN, f64::from));
        gauge(DESIRED, status.desired_replicas.into());
        gauge(READY, status.ready_replicas.into());
    }
}

const SOCKETS: &str = "folkmoot_operator_chat_sockets";
const DESIRED: &str = "folkmoot_operator_chat_desired_replicas";
const READY: &str = "folkmoot_operator_chat_ready_replicas";

fn set(forum: &Key, name: &'static str, value: f64) {
    let labels = [
        ("namespace", forum.namespace.clone()),
        ("forum", forum.name.clone()),
    ];
    metrics::gauge!(name, &labels).set(value);
}

/// The metrics of a forum that is gone say nothing any more.
pub(super) fn forget_metrics(forum: &Key) {
    for name in [SOCKETS, DESIRED, READY] {
        set(forum, name, f64::NAN);
    }
}

fn counts(pod: &PodView, now: DateTime<Utc>) -> bool {
    let lost = pod.ends.is_some_and(|ends| now - ends > OVERDUE);
    pod.component == CHAT && !pod.finished && !lost
}

fn load(pod: &PodView, readings: &Readings, now: DateTime<Utc>) -> Load {
    let said = readings.sockets(&pod.uid, now);
    Load {
        name: pod.name.clone(),
        sockets: match pod.running {
            true => said.map(|said| said.sockets),
            // Nothing runs that could have one.
            false => Some(0),
        },
        ready: pod.is_ready(),
        active: pod.is_active(),
        draining: pod.running && said.is_some_and(|said| said.draining),
        revision: pod.revision.clone(),
    }
}

fn candidate(pod: &PodView, load: &Load) -> Candidate {
    Candidate {
        name: pod.name.clone(),
        ready: load.ready,
        sockets: load.sockets,
        created: pod.created,
        cost: pod.deletion_cost.clone(),
    }
}

/// Whether the Deployment has nothing left to do.
fn is_quiet(deployment: &Deployment) -> bool {
    let spec = deployment.spec.as_ref();
    let wanted = spec.and_then(|spec| spec.replicas).unwrap_or(1);
    let Some(status) = &deployment.status else {
        return false;
    };
    let seen = status.observed_generation >= deployment.metadata.generation;
    let is_wanted = |count: Option<i32>| count.unwrap_or(0) == wanted;
    seen && is_wanted(status.replicas)
        && is_wanted(status.updated_replicas)
        && is_wanted(status.available_replicas)
}

#[cfg(test)]
#[path = "look_tests.rs"]
mod tests;
