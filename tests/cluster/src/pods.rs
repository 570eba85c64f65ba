//! Plays the kubelet and the scheduler for a control plane without either.

use std::time::Duration;

use folkmoot_common::clock::{self, SharedClock};
use futures_util::{StreamExt as _, pin_mut};
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client, ResourceExt as _,
    api::{Patch, PatchParams},
    runtime::watcher::{self, watcher},
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::Namespace;

/// Between two attempts while the apiserver is away.
const PAUSE: Duration = Duration::from_millis(200);

/// Gives the pods of a namespace the status that a kubelet would, at once, without running anything:
/// so rollouts end, Jobs complete and controllers see what they would see.
///
/// What becomes of a pod is told by the tag of its containers' images: `missing` cannot be pulled, `crashing` ends
/// again and again, `failing` ends with an error (a Job's), `waiting` stays without a node; any other is Ready, or
/// succeeds if it is a Job's. Ends when it is dropped.
#[derive(Debug)]
pub struct PretendPods(JoinHandle<()>);

impl PretendPods {
    /// Begins, for all pods of `namespace`, those that are there and those that come.
    pub async fn run(namespace: &Namespace) -> Self {
        let client = namespace.cluster().client().await;
        Self(tokio::spawn(play(client, namespace.name().to_owned())))
    }
}

impl Drop for PretendPods {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn play(client: Client, namespace: String) {
    let pods: Api<Pod> = Api::namespaced(client, &namespace);
    let clock = clock::system();
    let events = watcher(pods.clone(), watcher::Config::default());
    pin_mut!(events);
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::Apply(pod) | watcher::Event::InitApply(pod)) => {
                update(&pods, &pod, &clock).await;
            }
            Ok(_) => {}
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn update(pods: &Api<Pod>, pod: &Pod, clock: &SharedClock) {
    let Some(status) = status(pod, &clock.now().to_rfc3339()) else {
        return;
    };
    let current = serde_json::to_value(&pod.status).unwrap_or_default();
    if current["phase"] == status["phase"] && current["message"] == status["message"] {
        return;
    }
    let patch = Patch::Merge(json!({ "status": status }));
    // A pod that is gone meanwhile, or an apiserver: the watch tells.
    let _ = pods
        .patch_status(&pod.name_any(), &PatchParams::default(), &patch)
        .await;
}

/// What a kubelet would say of the pod; nothing if no node has it.
fn status(pod: &Pod, now: &str) -> Option<Value> {
    let spec = pod.spec.as_ref()?;
    let is_of_job = pod
        .owner_references()
        .iter()
        .any(|owner| owner.kind == "Job");
    let fate = spec.containers.iter().find_map(|container| {
        let (_, tag) = container.image.as_deref()?.rsplit_once(':')?;
        ["missing", "crashing", "failing", "waiting"]
            .into_iter()
            .find(|fate| tag == *fate)
    });
    let (phase, ready, state) = match (fate, is_of_job) {
        (Some("waiting"), _) => return None,
        (Some("missing"), _) => ("Pending", false, waiting("ImagePullBackOff")),
        (Some("crashing"), _) | (Some(_), false) => ("Running", false, waiting("CrashLoopBackOff")),
        (Some(_), true) => ("Failed", false, terminated(1, "Error", now)),
        (None, true) => ("Succeeded", false, terminated(0, "Completed", now)),
        (None, false) => ("Running", true, json!({"running": {"startedAt": now}})),
    };
    let containers: Vec<_> = spec
        .containers
        .iter()
        .map(|container| {
            json!({
                "name": container.name, "image": container.image, "imageID": "", "ready": ready,
                "started": ready, "restartCount": 0, "state": state,
            })
        })
        .collect();
    let condition = |kind: &str, status: bool| {
        let status = if status { "True" } else { "False" };
        json!({"type": kind, "status": status, "lastTransitionTime": now})
    };
    Some(json!({
        "phase": phase,
        "message": fate,
        "startTime": now,
        "conditions": [
            condition("PodScheduled", true), condition("Initialized", true),
            condition("ContainersReady", ready), condition("Ready", ready),
        ],
        "containerStatuses": containers,
    }))
}

fn waiting(reason: &str) -> Value {
    json!({"waiting": {"reason": reason, "message": "as the tag of its image wants it"}})
}

fn terminated(code: i32, reason: &str, now: &str) -> Value {
    json!({"terminated": {"exitCode": code, "reason": reason, "startedAt": now, "finishedAt": now}})
}
