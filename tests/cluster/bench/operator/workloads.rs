//! Plays the controllers of workloads: whatever is asked for is rolled out at once.

use std::fmt::Debug;

use folkmoot_cluster_tests::Namespace;
use folkmoot_common::clock;
use futures_util::{StreamExt as _, future::ready};
use k8s_openapi::{
    NamespaceResourceScope,
    api::{
        apps::v1::{Deployment, StatefulSet},
        batch::v1::Job,
    },
};
use kube::{
    Api, Client, Resource, ResourceExt as _,
    api::{Patch, PatchParams},
    runtime::watcher::{self, Event, watcher},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Statuses that are written at the same time, of each kind.
const CONCURRENCY: usize = 16;

/// Begins; ends when the answer is dropped.
pub(crate) fn roll_out(client: &Client, namespace: &Namespace) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(play::<Deployment>(namespace.api(client.clone()), |it| {
        let replicas = it.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
        let observed = it
            .status
            .as_ref()
            .and_then(|status| status.observed_generation);
        (observed != it.metadata.generation).then(|| rolled_out(replicas, it.metadata.generation))
    }));
    tasks.spawn(play::<StatefulSet>(namespace.api(client.clone()), |it| {
        let replicas = it.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
        let observed = it
            .status
            .as_ref()
            .and_then(|status| status.observed_generation);
        (observed != it.metadata.generation).then(|| {
            let mut status = rolled_out(replicas, it.metadata.generation);
            status["currentReplicas"] = replicas.into();
            status["currentRevision"] = "1".into();
            status["updateRevision"] = "1".into();
            status
        })
    }));
    tasks.spawn(play::<Job>(namespace.api(client.clone()), |it| {
        let succeeded = it.status.as_ref().and_then(|status| status.succeeded);
        succeeded.is_none().then(completed)
    }));
    tasks
}

fn rolled_out(replicas: i32, generation: Option<i64>) -> Value {
    json!({
        "observedGeneration": generation, "replicas": replicas, "updatedReplicas": replicas,
        "readyReplicas": replicas, "availableReplicas": replicas,
    })
}

fn completed() -> Value {
    let now = clock::system().now().to_rfc3339();
    let condition = |kind: &str| json!({"type": kind, "status": "True", "lastTransitionTime": now, "lastProbeTime": now});
    json!({
        "succeeded": 1, "startTime": now, "completionTime": now, "uncountedTerminatedPods": {},
        "conditions": [condition("SuccessCriteriaMet"), condition("Complete")],
    })
}

async fn play<K>(api: Api<K>, status: impl Fn(&K) -> Option<Value>)
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
    K: Clone + Debug + DeserializeOwned + Send + 'static,
{
    let events = watcher(api.clone(), watcher::Config::default());
    let statuses = events.filter_map(|event| {
        ready(match event {
            Ok(Event::Apply(object) | Event::InitApply(object)) => {
                status(&object).map(|status| (object.name_any(), status))
            }
            _ => None,
        })
    });
    statuses
        .for_each_concurrent(CONCURRENCY, |(name, status)| {
            let api = api.clone();
            async move {
                let patch = Patch::Merge(json!({ "status": status }));
                let written = api
                    .patch_status(&name, &PatchParams::default(), &patch)
                    .await;
                written.unwrap_or_else(|error| panic!("the status of {name}: {error}"));
            }
        })
        .await;
}
