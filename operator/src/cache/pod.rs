//! A forum's pod: the few fields that a rollout and the scaler look at.

use chrono::{DateTime, Utc};
use k8s_openapi::{
    api::core::v1::{ContainerStatus, Pod, PodStatus},
    apimachinery::pkg::apis::meta::v1::Time,
};
use kube::ResourceExt;

use super::table::{Entry, Key};
use crate::names::{ANNOTATION_DELETION_COST, LABEL_COMPONENT, LABEL_INSTANCE};

/// Restarts after which a container that is not ready counts as crashing, whatever it does at the moment.
const CRASHING_RESTARTS: i32 = 3;
/// Longest part of a container's own words that is passed on.
const MAX_WORDS: usize = 300;

/// A forum's pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodState {
    /// Where it is.
    pub key: Key,
    /// Which pod of that name.
    pub uid: String,
    /// The forum that it is of.
    pub forum: String,
    /// The part of the forum, for example `chat`.
    pub component: String,
    /// Its address, once it has one.
    pub ip: Option<String>,
    /// Whether it may be sent requests.
    pub ready: bool,
    /// Whether it is on its way out.
    pub deleting: bool,
    /// Whether it has ended, well or not.
    pub ended: bool,
    /// When it was made.
    pub created: Option<DateTime<Utc>>,
    /// What taking it away costs, by its annotation.
    pub deletion_cost: Option<i32>,
    /// The version of the workload that it is of: `pod-template-hash` or `controller-revision-hash`.
    pub revision: Option<String>,
    /// Why it does not run.
    pub trouble: Option<Trouble>,
    version: u64,
}

/// Why a pod does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// In one word.
    pub kind: TroubleKind,
    /// The container, if it is one's.
    pub container: Option<String>,
    /// In Kubernetes' words.
    pub message: String,
}

/// Why a pod does not run, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// The image cannot be pulled.
    Image,
    /// A container ends again and again.
    Crash,
    /// A container cannot be made, for example because a key of a Secret is missing.
    Config,
    /// No node takes it.
    Unschedulable,
    /// It has ended with an error (a Job's pod).
    Failed,
}

impl From<Pod> for PodState {
    fn from(pod: Pod) -> Self {
        let status = pod.status.clone().unwrap_or_default();
        let label = |name: &str| pod.labels().get(name).cloned();
        let cost = pod.annotations().get(ANNOTATION_DELETION_COST);
        Self {
            key: Key::new(pod.namespace().unwrap_or_default(), pod.name_any()),
            uid: pod.uid().unwrap_or_default(),
            forum: label(LABEL_INSTANCE).unwrap_or_default(),
            component: label(LABEL_COMPONENT).unwrap_or_default(),
            ip: status.pod_ip.clone().filter(|ip| !ip.is_empty()),
            ready: condition(&status, "Ready") == Some("True"),
            deleting: pod.metadata.deletion_timestamp.is_some(),
            ended: matches!(status.phase.as_deref(), Some("Succeeded" | "Failed")),
            created: pod.metadata.creation_timestamp.as_ref().and_then(to_chrono),
            deletion_cost: cost.and_then(|cost| cost.parse().ok()),
            revision: label("pod-template-hash").or_else(|| label("controller-revision-hash")),
            trouble: trouble(&status),
            version: pod
                .resource_version()
                .and_then(|version| version.parse().ok())
                .unwrap_or(0),
        }
    }
}

impl Entry for PodState {
    fn key(&self) -> &Key {
        &self.key
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn forum(&self) -> Option<&str> {
        Some(&self.forum)
    }

    fn same(&self, other: &Self) -> bool {
        let other = Self {
            version: self.version,
            ..other.clone()
        };
        *self == other
    }
}

fn to_chrono(time: &Time) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time.0.as_second(), 0)
}

fn condition<'a>(status: &'a PodStatus, kind: &str) -> Option<&'a str> {
    let conditions = status.conditions.iter().flatten();
    conditions
        .filter(|condition| condition.type_ == kind)
        .map(|condition| condition.status.as_str())
        .next()
}

fn trouble(status: &PodStatus) -> Option<Trouble> {
    let init = status.init_container_statuses.iter().flatten();
    let main = status.container_statuses.iter().flatten();
    let of_container = init.chain(main).find_map(container_trouble);
    of_container
        .or_else(|| unschedulable(status))
        .or_else(|| failed(status))
}

fn container_trouble(status: &ContainerStatus) -> Option<Trouble> {
    let state = status.state.as_ref()?;
    let trouble = |kind, message: String| {
        Some(Trouble {
            kind,
            container: Some(status.name.clone()),
            message: shorten(&message),
        })
    };
    if let Some(waiting) = &state.waiting {
        let reason = waiting.reason.as_deref().unwrap_or_default();
        let message = join(reason, waiting.message.as_deref());
        return match reason {
            "ErrImagePull"
            | "ImagePullBackOff"
            | "InvalidImageName"
            | "ErrImageNeverPull"
            | "ImageInspectError"
            | "RegistryUnavailable" => trouble(TroubleKind::Image, message),
            "CrashLoopBackOff" => {
                let last = status
                    .last_state
                    .as_ref()
                    .and_then(|last| last.terminated.as_ref());
                let code = last.map(|last| format!("exit code {}", last.exit_code));
                let words = last.and_then(|last| last.message.clone());
                let said = [code, words]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(": ");
                trouble(TroubleKind::Crash, join(reason, Some(&said)))
            }
            "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
                trouble(TroubleKind::Config, message)
            }
            _ => None,
        };
    }
    if let Some(ended) = &state.terminated
        && ended.exit_code != 0
    {
        let said = join(
            &format!("exit code {}", ended.exit_code),
            ended.message.as_deref(),
        );
        return trouble(TroubleKind::Failed, said);
    }
    (!status.ready && status.restart_count >= CRASHING_RESTARTS)
        .then(|| {
            trouble(
                TroubleKind::Crash,
                format!("restarted {} times", status.restart_count),
            )
        })
        .flatten()
}

fn unschedulable(status: &PodStatus) -> Option<Trouble> {
    let conditions = status.conditions.iter().flatten();
    let scheduled = conditions
        .filter(|condition| condition.type_ == "PodScheduled" && condition.status == "False")
        .find(|condition| condition.reason.as_deref() == Some("Unschedulable"))?;
    Some(Trouble {
        kind: TroubleKind::Unschedulable,
        container: None,
        message: shorten(scheduled.message.as_deref().unwrap_or("no node takes it")),
    })
}

fn failed(status: &PodStatus) -> Option<Trouble> {
    if status.phase.as_deref() != Some("Failed") {
        return None;
    }
    let reason = status.reason.as_deref().unwrap_or("Failed");
    Some(Trouble {
        kind: TroubleKind::Failed,
        container: None,
        message: shorten(&join(reason, status.message.as_deref())),
    })
}

fn join(reason: &str, message: Option<&str>) -> String {
    match message.map(str::trim).filter(|message| !message.is_empty()) {
        Some(message) => format!("{reason}: {message}"),
        None => reason.to_owned(),
    }
}

/// Containers choose their own words; a condition's message has an end.
fn shorten(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_WORDS)
        .collect();
    clean.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(status: serde_json::Value) -> PodState {
        let pod: Pod = serde_json::from_value(json!({
            "metadata": {
                "name": "demo-chat-abc-x", "namespace": "n", "uid": "u", "resourceVersion": "7",
                "creationTimestamp": "2026-01-02T03:04:05Z",
                "annotations": {"controller.kubernetes.io/pod-deletion-cost": "12"},
                "labels": {
                    "app.kubernetes.io/instance": "demo", "app.kubernetes.io/component": "chat",
                    "pod-template-hash": "abc",
                },
            },
            "status": status,
        }))
        .unwrap();
        PodState::from(pod)
    }

    fn waiting(reason: &str) -> PodState {
        pod(json!({"phase": "Pending", "containerStatuses": [{
            "name": "chat", "ready": false, "restartCount": 0, "image": "i", "imageID": "",
            "state": {"waiting": {"reason": reason, "message": "words\nof it"}},
        }]}))
    }

    #[test]
    fn what_a_rollout_looks_at_is_taken_out() {
        let pod = pod(json!({
            "phase": "Running", "podIP": "10.0.0.9",
            "conditions": [{"type": "Ready", "status": "True"}],
        }));
        assert!(pod.ready && !pod.deleting && !pod.ended);
        assert_eq!(pod.ip.as_deref(), Some("10.0.0.9"));
        assert_eq!(
            (pod.deletion_cost, pod.revision.as_deref()),
            (Some(12), Some("abc"))
        );
        assert_eq!(
            (pod.forum.as_str(), pod.component.as_str()),
            ("demo", "chat")
        );
        assert_eq!(pod.trouble, None);
        assert_eq!(pod.created.unwrap().timestamp(), 1_767_323_045);
    }

    #[test]
    fn trouble_is_told_apart() {
        let kind = |pod: PodState| pod.trouble.map(|trouble| trouble.kind);
        assert_eq!(kind(waiting("ImagePullBackOff")), Some(TroubleKind::Image));
        assert_eq!(kind(waiting("CrashLoopBackOff")), Some(TroubleKind::Crash));
        assert_eq!(
            kind(waiting("CreateContainerConfigError")),
            Some(TroubleKind::Config)
        );
        assert_eq!(kind(waiting("ContainerCreating")), None);
        let unschedulable = pod(json!({"phase": "Pending", "conditions": [{
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes",
        }]}));
        assert_eq!(kind(unschedulable), Some(TroubleKind::Unschedulable));
        assert_eq!(
            kind(pod(json!({"phase": "Failed", "reason": "Evicted"}))),
            Some(TroubleKind::Failed)
        );
    }

    #[test]
    fn the_words_of_a_container_are_made_short_and_plain() {
        let trouble = waiting("ErrImagePull").trouble.unwrap();
        assert_eq!(trouble.message, "ErrImagePull: words of it");
        assert_eq!(trouble.container.as_deref(), Some("chat"));
        assert_eq!(shorten(&"x".repeat(5_000)).len(), MAX_WORDS);
    }

    #[test]
    fn only_what_is_looked_at_makes_a_difference() {
        let one = waiting("ErrImagePull");
        let mut other = one.clone();
        other.version = 99;
        assert!(one.same(&other));
        other.ready = true;
        assert!(!one.same(&other));
    }
}
