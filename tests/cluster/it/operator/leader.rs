//! Several operators, an operator with few rights, and an API server that is away.

use std::time::Duration;

use folkmoot_cluster_tests::{Component, ControlPlane, Namespace};
use folkmoot_tests::wait;
use serde_json::json;

use crate::{
    bench::{Bench, install, plane},
    process::Operator,
};

async fn two(namespace: &Namespace) -> (Operator, Operator) {
    let plane = plane().await;
    let start = |name: &str| {
        let variables = [
            ("WATCH_NAMESPACES", namespace.name()),
            ("LEADER_ELECT", "true"),
            ("LEASE_DURATION_SECONDS", "3"),
            ("POD_NAMESPACE", namespace.name()),
            ("POD_NAME", name),
        ];
        Operator::start(plane.kubeconfig(), &variables)
    };
    let (one, other) = (start("one"), start("other"));
    one.wait_until_ready().await;
    other.wait_until_ready().await;
    (one, other)
}

async fn leader<'a>(one: &'a Operator, other: &'a Operator) -> (&'a Operator, &'a Operator) {
    one.wait_until("one of two leads", async || {
        match (one.is_leader().await, other.is_leader().await) {
            (true, false) => Some((one, other)),
            (false, true) => Some((other, one)),
            _ => None,
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_acts_and_the_other_takes_over() {
    let namespace = plane().await.namespace("leader").await;
    let (one, other) = two(&namespace).await;
    let (leading, standing_by) = leader(&one, &other).await;
    assert_eq!(standing_by.writes().await, 0.0);
    // A stand-by is ready: it can take over at once.
    assert_eq!(standing_by.ask("/readyz").await.unwrap().0, 200);
    // Asked to end, it gives the Lease back, and the other need not wait for its end.
    assert!(
        leading.terminate().await.success(),
        "{}",
        leading.log_tail()
    );
    standing_by
        .wait_until("it takes over", async || {
            standing_by.is_leader().await.then_some(())
        })
        .await;
    leading.start_again().await;
    // Killed, it is followed when the Lease is over.
    standing_by.kill().await;
    leading
        .wait_until("it takes over", async || {
            leading.is_leader().await.then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_has_only_begun_ends_when_told_to() {
    let plane = plane().await;
    let namespace = plane.namespace("begun").await;
    let variables = [("WATCH_NAMESPACES", namespace.name())];
    for _ in 0..3 {
        let operator = Operator::start(plane.kubeconfig(), &variables);
        operator
            .wait_until("it begins", async || {
                operator.is_leader().await.then_some(())
            })
            .await;
        assert!(operator.terminate().await.success());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_was_away_ends_instead_of_acting_beside_the_new_one() {
    let namespace = plane().await.namespace("away").await;
    let (one, other) = two(&namespace).await;
    let (leading, standing_by) = leader(&one, &other).await;
    leading.freeze().await;
    standing_by
        .wait_until("it takes over", async || {
            standing_by.is_leader().await.then_some(())
        })
        .await;
    leading.thaw();
    let ended = leading.wait().await;
    assert!(!ended.success(), "{}", leading.log_tail());
    assert!(standing_by.is_running());
}

/// A kubeconfig of a ServiceAccount that the chart's rules for one namespace are bound to.
async fn restricted(plane: &ControlPlane, namespace: &Namespace) -> std::path::PathBuf {
    let watched = format!("watchNamespaces={{{}}}", namespace.name());
    let own = namespace.name();
    let chart = [
        "template",
        "--kube-version=1.34.0",
        "op",
        "charts/folkmoot-operator",
        "--namespace",
        own,
        "--set",
        &watched,
    ];
    let rendered = plane
        .helm(&[&chart[..], &["--show-only", "templates/rbac.yaml"]].concat())
        .await;
    plane.apply(&rendered).await;
    let rendered = plane
        .helm(
            &[
                &chart[..],
                &["--show-only", "templates/serviceaccount.yaml"],
            ]
            .concat(),
        )
        .await;
    namespace.apply(&rendered).await;
    let accounts = [
        "get",
        "serviceaccounts",
        "-l",
        "app.kubernetes.io/name=folkmoot-operator",
        "-o",
        "name",
    ];
    let account = namespace.kubectl(&accounts).await;
    let account = account
        .trim()
        .trim_start_matches("serviceaccount/")
        .to_owned();
    let token = namespace.kubectl(&["create", "token", &account]).await;
    let text = std::fs::read_to_string(plane.kubeconfig()).unwrap();
    let mut config: kube::config::Kubeconfig = kube::config::Kubeconfig::from_yaml(&text).unwrap();
    for named in &mut config.auth_infos {
        named.auth_info = Some(serde_json::from_value(json!({"token": token.trim()})).unwrap());
    }
    let path = plane
        .kubeconfig()
        .with_file_name(format!("{own}.kubeconfig"));
    std::fs::write(&path, serde_json::to_string(&config).unwrap()).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rights_of_the_chart_for_one_namespace_are_enough() {
    let plane = plane().await;
    let namespace = plane.namespace("rights").await;
    let kubeconfig = restricted(plane, &namespace).await;
    let name = namespace.name().to_owned();
    let variables = [
        ("WATCH_NAMESPACES", name.as_str()),
        ("LEADER_ELECT", "true"),
        ("POD_NAMESPACE", &name),
        ("LEASE_NAME", "op-folkmoot-operator"),
    ];
    let operator = Operator::start(&kubeconfig, &variables);
    let bench = Bench::with(namespace, operator).await;
    bench
        .apply(
            "demo",
            json!({"host": "a.example.org", "monitoring": {"serviceMonitor": true}}),
        )
        .await;
    bench.wait_until_ready("demo").await;
    let parents = json!([{"name": "public"}]);
    let gateway = json!({"nginx": null, "gateway": {"parentRefs": parents}});
    bench
        .patch("demo", json!({"spec": {"edge": gateway}}))
        .await;
    bench.wait_until_ready("demo").await;
    bench.settle("demo").await;
    let log = bench.operator.log();
    assert!(
        !log.contains("forbidden") && !log.contains("Forbidden"),
        "{}",
        bench.operator.log_tail()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_waits_for_our_kind_and_outlives_an_api_server_that_is_away() {
    let plane = ControlPlane::start().await;
    let namespace = plane.namespace("outage").await;
    let operator = Operator::start(
        plane.kubeconfig(),
        &[("LEADER_ELECT", "true"), ("POD_NAMESPACE", "default")],
    );
    let said = operator.wait_until("it says what it waits for", async || {
        let (code, body) = operator.ask("/readyz").await?;
        (code == 503 && body.contains("foruminstances.folkmoot.dev")).then_some(body)
    });
    said.await;
    assert_eq!(operator.ask("/livez").await.unwrap().0, 200);
    assert!(operator.sum("folkmoot_operator_crd_missing", "").await > 0.5);
    install(&plane).await;
    let bench = Bench::with(namespace, operator).await;
    bench.apply("demo", json!({})).await;
    bench.wait_until_ready("demo").await;
    bench.settle("demo").await;

    plane.stop(Component::Apiserver).await;
    // What is being tested is that nothing happens for that long.
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(bench.operator.is_running(), "{}", bench.operator.log_tail());
    plane.start_again(Component::Apiserver).await;
    bench
        .namespace
        .kubectl(&["delete", "deployment", "demo-web"])
        .await;
    wait::until_within(crate::bench::LIMIT, "it is mended", async || {
        let found = bench
            .namespace
            .try_kubectl(&["get", "deployment", "demo-web"], "")
            .await;
        found.success.then_some(())
    })
    .await;
    bench.operator.wait_until_ready().await;
    assert!(bench.operator.is_running(), "{}", bench.operator.log_tail());
}
