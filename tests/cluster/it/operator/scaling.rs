//! The number of chat pods follows their sockets, or whoever sets it; pods go one at a time, the emptiest first.

use std::time::{Duration, Instant};

use folkmoot_cluster_tests::{Namespace, wait_for};
use folkmoot_crds::{ChatStatus, ForumInstance};
use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{Pod, Secret},
};
use kube::{Api, Client, ResourceExt, api::ListParams};
use serde_json::{Value, json};

use crate::{
    bench::{LIMIT, plane},
    fleet::Fleet,
    process::Operator,
};

/// Seconds of the window in these tests.
const WINDOW: u64 = 15;

/// A forum `demo` in a namespace of its own, whose pods are a [`Fleet`].
struct Scene {
    fleet: Fleet,
    client: Client,
    namespace: Namespace,
    operator: Operator,
}

impl Scene {
    async fn start(name: &str, chat: Value) -> Self {
        let plane = plane().await;
        let namespace = plane.namespace(name).await;
        let client = plane.client().await;
        let fleet = Fleet::start(client.clone(), namespace.name()).await;
        let port = fleet.port.to_string();
        let variables = [
            ("WATCH_NAMESPACES", namespace.name()),
            ("POD_ADMIN_PORT", &port),
        ];
        let operator = Operator::start(plane.kubeconfig(), &variables);
        operator.wait_until_ready().await;
        let forum = json!({
            "apiVersion": "folkmoot.dev/v1alpha1", "kind": "ForumInstance",
            "metadata": {"name": "demo"}, "spec": {"chat": chat},
        });
        namespace.apply(&forum.to_string()).await;
        let scene = Self {
            fleet,
            client,
            namespace,
            operator,
        };
        scene
            .wait("its first pods serve", |chat| chat.ready_replicas > 0)
            .await;
        scene
    }

    /// Waits until the chat of the forum is so.
    async fn wait(&self, what: &str, is: impl Fn(&ChatStatus) -> bool) -> ChatStatus {
        let forums: Api<ForumInstance> = self.namespace.api(self.client.clone());
        let chat =
            |forum: &ForumInstance| forum.status.as_ref().and_then(|status| status.chat.clone());
        let found = wait_for(&forums, "demo", what, LIMIT, |forum| {
            chat(forum).is_some_and(|chat| is(&chat))
        });
        chat(&found.await).unwrap()
    }

    async fn wait_for_pods(&self, count: usize) {
        let there = i32::try_from(count).unwrap();
        let what = format!("{count} pods serve");
        self.wait(&what, |chat| {
            (chat.replicas, chat.ready_replicas) == (there, there)
        })
        .await;
        let served = async || (self.fleet.sockets().len() == count).then_some(());
        self.operator.wait_until(&what, served).await;
    }

    async fn asked_for(&self) -> i32 {
        let deployments: Api<Deployment> = self.namespace.api(self.client.clone());
        deployments
            .get("demo-chat")
            .await
            .unwrap()
            .spec
            .unwrap()
            .replicas
            .unwrap()
    }

    /// Each pod that went was the emptiest, and went alone.
    fn assert_gently_emptied(&self, pods: usize) {
        self.fleet.look(|state| {
            assert_eq!(state.gone.len(), pods);
            assert_eq!(state.most_draining, 1, "one pod drained after the other");
            for (sockets, others) in &state.gone {
                assert!(
                    others.iter().all(|other| sockets <= other),
                    "{sockets} of {others:?}"
                );
            }
        });
    }

    async fn event_reasons(&self) -> Vec<String> {
        let events: Api<k8s_openapi::api::events::v1::Event> =
            self.namespace.api(self.client.clone());
        let events = events.list(&ListParams::default()).await.unwrap();
        events
            .iter()
            .filter_map(|event| event.reason.clone())
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn chat_follows_its_sockets() {
    let autoscaling = json!({
        "minReplicas": 1, "maxReplicas": 4, "socketsPerReplica": 100, "scaleDownStabilizationSeconds": WINDOW,
    });
    let scene = Scene::start("sockets", json!({ "autoscaling": autoscaling })).await;
    scene.wait_for_pods(1).await;

    scene.fleet.set(&[250]);
    scene.wait_for_pods(3).await;
    // The new pods get their share, by a request that only the operator can make.
    let moved = async || {
        scene
            .fleet
            .look(|state| (!state.moves.is_empty()).then(|| state.moves[0].clone()))
    };
    let (count, token) = scene.operator.wait_until("sockets move", moved).await;
    let secrets: Api<Secret> = scene.namespace.api(scene.client.clone());
    let secret = secrets.get("demo-admin").await.unwrap();
    assert_eq!(secret.data.unwrap()["token"].0, token.as_bytes());
    assert!((100..=250).contains(&count), "{count} sockets were moved");
    assert!(scene.fleet.sockets()[0] > 50, "{:?}", scene.fleet.sockets());

    scene.fleet.set(&[3, 1, 2]);
    let begin = Instant::now();
    let fewer = async || (scene.asked_for().await < 3).then_some(());
    scene
        .operator
        .wait_until("fewer pods are asked for", fewer)
        .await;
    assert!(
        begin.elapsed() >= Duration::from_secs(WINDOW),
        "after {:?}",
        begin.elapsed()
    );
    scene.wait_for_pods(1).await;
    scene.assert_gently_emptied(2);
    let chat = scene
        .wait("all sockets are on one pod", |chat| chat.sockets == Some(6))
        .await;
    assert_eq!(chat.desired_replicas, 1);
    let reasons = scene.event_reasons().await;
    for reason in ["ScaledUp", "SocketsMoved", "ScaledDown"] {
        assert!(
            reasons.iter().any(|told| told == reason),
            "{reason} is not among {reasons:?}"
        );
    }
    assert!(
        scene
            .operator
            .sum("folkmoot_operator_chat_sockets", "demo")
            .await
            > 5.5
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn kubectl_scale_takes_pods_away_one_after_the_other() {
    let scene = Scene::start("kubectl-scale", json!({})).await;
    scene.wait_for_pods(1).await;
    scene
        .namespace
        .kubectl(&["scale", "forum/demo", "--replicas=3"])
        .await;
    scene.wait_for_pods(3).await;

    scene.fleet.set(&[40, 38, 42]);
    scene
        .wait("the sockets are known", |chat| chat.sockets == Some(120))
        .await;
    scene
        .namespace
        .kubectl(&["scale", "forum/demo", "--replicas=1"])
        .await;
    scene.wait_for_pods(1).await;
    scene.assert_gently_emptied(2);
    let found = async || (scene.fleet.sockets() == [120]).then_some(());
    let what = "every socket finds another pod";
    scene.operator.wait_until(what, found).await;
    let pods: Api<Pod> = scene.namespace.api(scene.client.clone());
    let chat = ListParams::default().labels("app.kubernetes.io/component=chat");
    let left = pods.list(&chat).await.unwrap();
    let marked = left
        .iter()
        .filter(|pod| pod.metadata.deletion_timestamp.is_none() && !pod.annotations().is_empty());
    let marked: Vec<_> = marked.map(ResourceExt::annotations).collect();
    assert!(
        marked
            .iter()
            .all(|it| !it.contains_key("controller.kubernetes.io/pod-deletion-cost")),
        "{marked:?}"
    );

    scene
        .namespace
        .kubectl(&["scale", "forum/demo", "--replicas=0"])
        .await;
    scene
        .wait("no pod is left", |chat| {
            (chat.replicas, chat.desired_replicas) == (0, 0)
        })
        .await;
}
