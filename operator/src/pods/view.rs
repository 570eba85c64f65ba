//! One pod, as much of it as the operator looks at.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use k8s_openapi::{
    api::core::v1::{ContainerStatus, Pod, PodCondition, PodStatus},
    apimachinery::pkg::apis::meta::v1::Time,
};

use super::failure::{self, Failure};
use crate::names::{ANNOTATION_DELETION_COST, LABEL_COMPONENT, LABEL_INSTANCE};

/// The labels by which a Deployment and a StatefulSet tell their revisions apart.
const LABELS_REVISION: [&str; 2] = ["pod-template-hash", "controller-revision-hash"];
/// The name of the port on which a service answers the operator.
const ADMIN_PORT_NAME: &str = "admin";

/// One pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodView {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its UID: a name may come back, this does not.
    pub uid: String,
    /// The forum that it belongs to; empty if it has no such label.
    pub forum: String,
    /// The component that it belongs to; empty if it has no such label.
    pub component: String,
    /// The revision of the workload that it was made from.
    pub revision: Option<String>,
    /// Its address, once it has one.
    pub ip: Option<IpAddr>,
    /// Whether it has an admin port.
    pub admin: bool,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// Since when it has been ready, if it is.
    pub ready_since: Option<DateTime<Utc>>,
    /// Whether one of its containers runs.
    pub running: bool,
    /// Whether it has ended for good (`Succeeded` or `Failed`).
    pub finished: bool,
    /// If it is being deleted: when its grace period ends.
    pub ends: Option<DateTime<Utc>>,
    /// Its deletion cost, if it is annotated with one.
    pub deletion_cost: Option<String>,
    /// What keeps it from running, if something does.
    pub failure: Option<Failure>,
}

impl PodView {
    /// Reads a pod.
    #[must_use]
    pub fn of(pod: &Pod) -> Self {
        let meta = &pod.metadata;
        let label = |name| meta.labels.as_ref().and_then(|all| all.get(name)).cloned();
        let none = PodStatus::default();
        let status = pod.status.as_ref().unwrap_or(&none);
        Self {
            name: meta.name.clone().unwrap_or_default(),
            namespace: meta.namespace.clone().unwrap_or_default(),
            uid: meta.uid.clone().unwrap_or_default(),
            forum: label(LABEL_INSTANCE).unwrap_or_default(),
            component: label(LABEL_COMPONENT).unwrap_or_default(),
            revision: LABELS_REVISION.into_iter().find_map(label),
            ip: status.pod_ip.as_ref().and_then(|ip| ip.parse().ok()),
            admin: has_admin_port(pod),
            created: time(meta.creation_timestamp.as_ref()).unwrap_or_default(),
            ready_since: condition(status, "Ready")
                .filter(|ready| ready.status == "True")
                .map(|ready| time(ready.last_transition_time.as_ref()).unwrap_or_default()),
            running: containers(status).any(is_running),
            finished: matches!(status.phase.as_deref(), Some("Succeeded" | "Failed")),
            ends: time(meta.deletion_timestamp.as_ref()),
            deletion_cost: meta
                .annotations
                .as_ref()
                .and_then(|all| all.get(ANNOTATION_DELETION_COST))
                .cloned(),
            failure: failure::of(pod),
        }
    }

    /// Whether it serves: ready and not on its way out.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.ready_since.is_some() && self.is_active()
    }

    /// Whether its ReplicaSet counts it.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.ends.is_none() && !self.finished
    }

    /// Whether its process may be asked: a container runs and has an address.
    #[must_use]
    pub const fn can_answer(&self) -> bool {
        self.admin && self.running && !self.finished && self.ip.is_some()
    }
}

fn has_admin_port(pod: &Pod) -> bool {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    containers
        .flat_map(|container| container.ports.iter().flatten())
        .any(|port| port.name.as_deref() == Some(ADMIN_PORT_NAME))
}

fn containers(status: &PodStatus) -> impl Iterator<Item = &ContainerStatus> {
    status.container_statuses.iter().flatten()
}

fn is_running(container: &ContainerStatus) -> bool {
    let state = container.state.as_ref();
    state.is_some_and(|state| state.running.is_some())
}

pub(super) fn condition<'a>(status: &'a PodStatus, kind: &str) -> Option<&'a PodCondition> {
    let conditions = status.conditions.as_ref()?;
    conditions.iter().find(|condition| condition.type_ == kind)
}

fn time(time: Option<&Time>) -> Option<DateTime<Utc>> {
    time.and_then(|time| DateTime::from_timestamp(time.0.as_second(), 0))
}
