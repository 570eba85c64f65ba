//! What a node would say of pods, where there is none: they run at once, unless their image says otherwise.

use futures_util::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client, ResourceExt,
    api::{Patch, PatchParams},
    runtime::{
        WatchStreamExt,
        watcher::{Config, watcher},
    },
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// An image with this in its name cannot be pulled.
pub(crate) const NO_IMAGE: &str = "no-such-image";
/// Migrations of an image with this in its name fail.
pub(crate) const BAD_MIGRATION: &str = "bad-migration";
/// Pods of an image with this in its name never become ready.
pub(crate) const NEVER_READY: &str = "never-ready";

/// Says of the pods of a namespace that they run, until it is dropped.
#[derive(Debug)]
pub(crate) struct Kubelet(JoinHandle<()>);

impl Drop for Kubelet {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Kubelet {
    /// `address` is what all pods get.
    pub(crate) fn start(client: Client, namespace: &str, address: Option<String>) -> Self {
        let pods: Api<Pod> = Api::namespaced(client, namespace);
        Self(tokio::spawn(async move {
            let config = Config::default();
            let mut seen = watcher(pods.clone(), config)
                .default_backoff()
                .applied_objects()
                .boxed();
            while let Some(pod) = seen.next().await {
                let Ok(pod) = pod else { continue };
                if let Some(mut status) = status_of(&pod) {
                    if let Some(address) = &address {
                        status["podIP"] = json!(address);
                        status["podIPs"] = json!([{"ip": address}]);
                    }
                    let patch = Patch::Merge(json!({"status": status}));
                    // It may be gone.
                    let _ = pods
                        .patch_status(&pod.name_any(), &PatchParams::default(), &patch)
                        .await;
                }
            }
        }))
    }
}

fn status_of(pod: &Pod) -> Option<Value> {
    let phase = pod
        .status
        .as_ref()
        .and_then(|status| status.phase.as_deref());
    let named = pod
        .status
        .iter()
        .any(|status| status.container_statuses.is_some());
    if pod.metadata.deletion_timestamp.is_some() || named || phase != Some("Pending") {
        return None;
    }
    let container = &pod.spec.as_ref()?.containers[0];
    let image = container.image.clone().unwrap_or_default();
    let migration = pod
        .labels()
        .get("app.kubernetes.io/component")
        .is_some_and(|part| part == "migration");
    let state = |ready: bool, state: Value| json!([{"name": container.name, "image": image, "imageID": "", "ready": ready, "restartCount": 0, "state": state}]);
    let ready = |status: &str| json!([{"type": "Ready", "status": status, "lastTransitionTime": "2026-01-02T03:04:05Z"}]);
    let ended = |code: i32| json!({"terminated": {"exitCode": code, "message": "relation \"rooms\" is not what it should be"}});
    Some(if image.contains(NO_IMAGE) {
        let waiting =
            json!({"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}});
        json!({"containerStatuses": state(false, waiting), "conditions": ready("False")})
    } else if migration && image.contains(BAD_MIGRATION) {
        json!({"phase": "Failed", "containerStatuses": state(false, ended(1)), "conditions": ready("False")})
    } else if migration {
        json!({"phase": "Succeeded", "containerStatuses": state(false, ended(0)), "conditions": ready("False")})
    } else {
        let word = if image.contains(NEVER_READY) {
            "False"
        } else {
            "True"
        };
        let running = json!({"running": {"startedAt": "2026-01-02T03:04:05Z"}});
        json!({"phase": "Running", "containerStatuses": state(word == "True", running), "conditions": ready(word)})
    })
}
