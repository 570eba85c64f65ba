//! Plays the controllers of workloads: whatever is asked for is rolled out at once. It reads and sends no more than it
//! must, because it shares the processors with what is measured.

use std::{collections::HashMap, fmt::Debug};

use folkmoot_cluster_tests::Namespace;
use folkmoot_common::clock;
use futures_util::{StreamExt as _, future::ready};
use http::{Request, header::CONTENT_TYPE};
use k8s_openapi::{
    NamespaceResourceScope,
    api::{
        apps::v1::{Deployment, StatefulSet},
        batch::v1::Job,
    },
};
use kube::{
    Api, Client, Resource, ResourceExt as _,
    core::PartialObjectMeta,
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
    tasks.spawn(play::<Deployment>(
        client.clone(),
        namespace.name().to_owned(),
        rolled_out,
    ));
    tasks.spawn(play::<StatefulSet>(
        client.clone(),
        namespace.name().to_owned(),
        |generation| {
            let mut status = rolled_out(generation);
            status["currentReplicas"] = 1.into();
            status["currentRevision"] = "1".into();
            status["updateRevision"] = "1".into();
            status
        },
    ));
    tasks.spawn(play::<Job>(
        client.clone(),
        namespace.name().to_owned(),
        |_| completed(),
    ));
    tasks
}

/// The forums here ask for one pod of each.
fn rolled_out(generation: i64) -> Value {
    json!({
        "observedGeneration": generation, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1,
        "availableReplicas": 1,
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

async fn play<K>(client: Client, namespace: String, status: impl Fn(i64) -> Value)
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
    K: Clone + Debug + DeserializeOwned + Send + 'static,
{
    let api: Api<PartialObjectMeta<K>> = Api::namespaced(client.clone(), &namespace);
    let mut seen = HashMap::new();
    let news = watcher(api, watcher::Config::default()).filter_map(|event| {
        let Ok(Event::Apply(object) | Event::InitApply(object)) = event else {
            return ready(None);
        };
        let (name, generation) = (object.name_any(), object.metadata.generation.unwrap_or(0));
        let new = seen.insert(name.clone(), generation) != Some(generation);
        ready(new.then_some((name, generation)))
    });
    news.for_each_concurrent(CONCURRENCY, |(name, generation)| {
        let path = format!("{}/{name}/status", K::url_path(&(), Some(&namespace)));
        let patch = json!({"status": status(generation)}).to_string();
        let request = Request::patch(path).header(CONTENT_TYPE, "application/merge-patch+json");
        let request = request.body(patch.into_bytes()).expect("a request");
        let client = client.clone();
        async move {
            let written = client.request_text(request).await;
            written.unwrap_or_else(|error| panic!("the status of {name}: {error}"));
        }
    })
    .await;
}
