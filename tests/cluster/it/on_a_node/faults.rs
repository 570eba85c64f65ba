//! What dies comes back, and what was acknowledged is still there.

use std::time::{Duration, Instant};

use folkmoot_cluster_tests::Component;
use folkmoot_tests::{app::Site, wait};
use k8s_openapi::api::{coordination::v1::Lease, core::v1::Pod};
use kube::{Api, ResourceExt as _, api::DeleteParams};
use serde_json::json;

use super::{
    alone,
    crowd::{Crowd, Plan},
    forum::{Forum, LIMIT, OPERATOR, OPERATORS_NAMESPACE, chat_replicas, is, says},
    report, together,
};

/// So soon conditions must say what is wrong.
const SOON: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_chat_pod_and_a_killed_leader_are_replaced() {
    let _turn = together().await;
    let forum = Forum::apply("killed", "{chat: {replicas: 2}}").await;
    forum.ready().await;
    let site = forum.site().await;

    let crowd = Crowd::enter(&forum, &site, Plan::small("chat-pod")).await;
    crowd.has_said(20).await;
    let pods = forum.pods_of("chat").await;
    forum.kill(&pods[0]).await;
    crowd.leave().await;
    forum.ready().await;

    let start = Instant::now();
    let leader = leader(&forum).await;
    kill_operator(&forum, &leader).await;
    wait::until_within(LIMIT, "another one leads", async || {
        (self::leader(&forum).await != leader).then_some(())
    })
    .await;
    report("a killed leader until another leads", start);
    forum.scale(1).await;
    forum
        .wait("the new leader works", |forum| {
            chat_replicas(forum) == (1, 1)
        })
        .await;
}

async fn leader(forum: &Forum) -> String {
    let leases: Api<Lease> = Api::namespaced(forum.node.client().await, OPERATORS_NAMESPACE);
    let lease = leases.get_opt(OPERATOR).await.ok().flatten();
    let holder = lease.and_then(|lease| lease.spec?.holder_identity);
    holder.unwrap_or_default()
}

async fn kill_operator(forum: &Forum, name: &str) {
    let pods: Api<Pod> = Api::namespaced(forum.node.client().await, OPERATORS_NAMESPACE);
    let now = DeleteParams::default().grace_period(0);
    pods.delete(name, &now).await.expect("the leader is a pod");
}

/// Pods of the forum that are neither new nor restarted.
async fn identities(forum: &Forum) -> Vec<(String, Option<String>, i32)> {
    let pods = forum.pods().await.list(&Default::default()).await;
    let pods = pods.expect("a list").items.into_iter();
    pods.filter(|pod| !pod.name_any().contains("migrate"))
        .map(|pod| {
            let containers = pod
                .status
                .as_ref()
                .and_then(|status| status.container_statuses.clone());
            let restarts = containers
                .unwrap_or_default()
                .iter()
                .map(|one| one.restart_count)
                .sum();
            (pod.name_any(), pod.uid(), restarts)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stores_that_are_away_are_named_and_come_back() {
    let _turn = together().await;
    let forum = Forum::apply("stores", "{}").await;
    forum.ready().await;
    let site = forum.site().await;
    for (store, condition, survives) in [
        ("redis", "RedisReady", true),
        ("nats", "NatsReady", true),
        ("postgres", "PostgresReady", false),
    ] {
        outage(&forum, &site, store, condition, survives).await;
    }
    forum.ready().await;
}

/// The operator is told to leave things alone meanwhile: it would bring the store back at once.
async fn outage(forum: &Forum, site: &Site, store: &'static str, condition: &str, survives: bool) {
    let crowd = Crowd::enter(forum, site, Plan::small(store)).await;
    crowd.has_said(20).await;
    forum.patch(json!({"spec": {"paused": true}})).await;
    forum
        .wait("it is paused", |forum| is(forum, "Paused", "True"))
        .await;
    let start = Instant::now();
    let set = format!("statefulset/demo-{store}");
    forum
        .namespace
        .kubectl(&["scale", &set, "--replicas=0"])
        .await;
    let away = |forum: &folkmoot_crds::ForumInstance| is(forum, condition, "False");
    let seen = forum.wait_within(SOON, "the store is away", away).await;
    report(&format!("{store} gone until {condition} is False"), start);
    assert!(is(&seen, "Degraded", "True"), "{}", says(&seen, "Degraded"));
    if survives {
        crowd.has_said(90).await;
    }

    let start = Instant::now();
    forum.patch(json!({"spec": {"paused": false}})).await;
    forum
        .wait("the store is back", |forum| is(forum, condition, "True"))
        .await;
    report(
        &format!("{store} allowed again until {condition} is True"),
        start,
    );
    crowd.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_seconds_without_an_apiserver_disturb_nobody() {
    let _turn = alone().await;
    let forum = Forum::apply("apiserver", "{}").await;
    forum.ready().await;
    let site = forum.site().await;
    let before = identities(&forum).await;
    let plan = Plan {
        messages_each: 60,
        ..Plan::small("apiserver")
    };
    let crowd = Crowd::enter(&forum, &site, plan).await;
    crowd.has_said(10).await;
    forum.node.stop(Component::Apiserver).await;
    let said = crowd.said();
    // The fault itself lasts twenty seconds; nothing is awaited by it.
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(crowd.said() > said, "people go on chatting");
    let start = Instant::now();
    forum.node.start_again(Component::Apiserver).await;
    forum.scale(2).await;
    forum
        .wait("the operator works again", |forum| {
            chat_replicas(forum) == (2, 2)
        })
        .await;
    report("the apiserver back until two chat pods serve", start);
    crowd.leave().await;
    let after = identities(&forum).await;
    for pod in &before {
        assert!(after.contains(pod), "{pod:?} is not as it was: {after:?}");
    }
    upgrade_restarts_nothing(&forum).await;
}

/// A new operator changes no pod of a forum.
async fn upgrade_restarts_nothing(forum: &Forum) {
    forum.ready().await;
    let before = identities(forum).await;
    let arguments = [
        &["upgrade", OPERATOR, "charts/folkmoot-operator"][..],
        &["--namespace", OPERATORS_NAMESPACE, "--reuse-values"],
        &[
            "--set",
            "podAnnotations.test=upgraded",
            "--wait",
            "--timeout",
            "120s",
        ],
    ];
    forum.node.helm(&arguments.concat()).await;
    forum.patch(json!({"spec": {"paused": true}})).await;
    forum
        .wait("the new operator looks", |forum| {
            is(forum, "Paused", "True")
        })
        .await;
    assert_eq!(identities(forum).await, before);
}
