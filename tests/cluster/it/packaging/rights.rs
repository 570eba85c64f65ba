//! The operator works with the rights that the chart gives it, and with no others.

use std::time::Duration;

use clap::Parser as _;
use folkmoot_cluster_tests::{
    Cluster, ControlPlane, Namespace, PretendPods, wait_for, wait_for_condition,
};
use folkmoot_crds::ForumInstance;
use folkmoot_operator::{app, args::Args};
use folkmoot_tests::daemon::free_port;
use k8s_openapi::api::{coordination::v1::Lease, networking::v1::Ingress};
use kube::{
    Api, Config,
    api::{Patch, PatchParams},
    config::AuthInfo,
};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::{CHART, SYSTEM, make_system_namespace};

const LIMIT: Duration = Duration::from_secs(60);

const EVERY_PART: &str = "
apiVersion: folkmoot.dev/v1alpha1
kind: ForumInstance
metadata: {name: demo}
spec:
  host: forum.example.org
  chat: {replicas: 2, podTemplate: {env: [{name: MOTD, valueFrom: {configMapKeyRef: {name: motd, key: text}}}]}}
  monitoring: {serviceMonitor: true}
";

/// An operator in this process, known to the API server as the chart's ServiceAccount.
struct Operator {
    /// Stops it, also when the test fails.
    stop: DropGuard,
    task: JoinHandle<anyhow::Result<()>>,
}

impl Operator {
    async fn start(cluster: &Cluster, arguments: &[&str]) -> Self {
        let port = free_port().to_string();
        let always = [
            "folkmoot-operator",
            "--leader-elect",
            "--pod-namespace",
            SYSTEM,
            "--pod-name=test",
            "--health-port",
            &port,
        ];
        let settings = Args::parse_from([&always, arguments].concat()).settings;
        let stop = CancellationToken::new();
        let (config, stopped) = (as_the_operator(cluster).await, stop.clone());
        let runtime = tokio::runtime::Handle::current();
        let run = move || runtime.block_on(app::run(settings, config, stopped));
        let task = tokio::task::spawn_blocking(run);
        Self {
            stop: stop.drop_guard(),
            task,
        }
    }

    async fn end(self) {
        drop(self.stop);
        self.task.await.unwrap().unwrap();
    }
}

async fn as_the_operator(cluster: &Cluster) -> Config {
    let token = cluster
        .kubectl(&[
            "create",
            "token",
            "folkmoot-operator",
            "--namespace",
            SYSTEM,
        ])
        .await;
    let account: AuthInfo = serde_json::from_value(json!({"token": token.trim()})).unwrap();
    let mut config = cluster.config().await;
    config.auth_info = account;
    config
}

async fn change_edge(forums: &Api<ForumInstance>, edge: serde_json::Value) {
    let patch = Patch::Merge(json!({"spec": {"edge": edge}}));
    forums
        .patch("demo", &PatchParams::default(), &patch)
        .await
        .unwrap();
}

/// Every kind of object that a forum can have comes, and goes when it is not wanted any more.
async fn it_brings_up_a_forum_and_changes_it(namespace: &Namespace) {
    let client = namespace.cluster().client().await;
    let forums: Api<ForumInstance> = namespace.api(client.clone());
    let _pods = PretendPods::run(namespace).await;
    namespace
        .kubectl(&["create", "configmap", "motd", "--from-literal=text=hello"])
        .await;
    namespace.apply(EVERY_PART).await;
    wait_for_condition(&forums, "demo", "Ready", "True", LIMIT).await;
    let monitors = namespace
        .kubectl(&["get", "servicemonitors", "--output=name"])
        .await;
    assert!(!monitors.is_empty());

    change_edge(
        &forums,
        json!({"nginx": null, "gateway": {"parentRefs": [{"name": "public"}]}}),
    )
    .await;
    namespace
        .kubectl(&[
            "wait",
            "--for=create",
            "--timeout=30s",
            "httproute/demo-edge",
        ])
        .await;
    namespace
        .kubectl(&[
            "wait",
            "--for=delete",
            "--timeout=30s",
            "deployment/demo-edge",
        ])
        .await;
    change_edge(&forums, json!({"gateway": null, "ingress": {}})).await;
    let ingresses: Api<Ingress> = namespace.api(client);
    wait_for(&ingresses, "demo-edge", "it is made", LIMIT, |_| true).await;
    namespace
        .kubectl(&[
            "wait",
            "--for=delete",
            "--timeout=30s",
            "httproute/demo-edge",
        ])
        .await;
    wait_for_condition(&forums, "demo", "Ready", "True", LIMIT).await;

    let told = namespace.kubectl(&["events", "--for=forum/demo"]).await;
    assert!(told.contains("RolloutFinished"), "{told}");
}

async fn plane_with_everything() -> ControlPlane {
    let plane = ControlPlane::start().await;
    make_system_namespace(&plane).await;
    plane.install_crds("gateway-api").await;
    plane.install_crds("prometheus-operator").await;
    plane
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn enough_for_all_namespaces() {
    let plane = plane_with_everything().await;
    plane
        .helm(&["install", "folkmoot-operator", CHART, "--namespace", SYSTEM])
        .await;
    let operator = Operator::start(&plane, &[]).await;
    let namespace = plane.namespace("anywhere").await;
    it_brings_up_a_forum_and_changes_it(&namespace).await;
    operator.end().await;
    let leases: Api<Lease> = Api::namespaced(plane.client().await, SYSTEM);
    leases.get("folkmoot-operator").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn enough_for_named_namespaces() {
    let plane = plane_with_everything().await;
    let (one, two) = (plane.namespace("one").await, plane.namespace("two").await);
    let names = format!("{},{}", one.name(), two.name());
    let set = format!("--set=watchNamespaces={{{names}}}");
    plane
        .helm(&[
            "install",
            "folkmoot-operator",
            CHART,
            "--namespace",
            SYSTEM,
            &set,
        ])
        .await;
    let operator = Operator::start(&plane, &["--watch-namespaces", &names]).await;
    it_brings_up_a_forum_and_changes_it(&two).await;
    operator.end().await;
}
