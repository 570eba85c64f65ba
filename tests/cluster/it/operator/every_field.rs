//! The API server takes what the operator makes of every kind of forum, under the strictest rules for pods, and what
//! it then fills in is no reason to write again.

use serde_json::{Value, json};

use crate::bench::Bench;

/// The forums whose objects the operator's own tests know word for word.
macro_rules! spec {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../operator/src/forum/build/tests/specs/",
            $name,
            ".json"
        ))
    };
}

async fn applied_and_quiet(name: &str, text: &str) {
    let bench = Bench::start(name).await;
    let namespace = &bench.namespace;
    let restricted = "pod-security.kubernetes.io/enforce=restricted";
    namespace
        .cluster()
        .kubectl(&["label", "namespace", namespace.name(), restricted])
        .await;
    for secret in [
        "extra",
        "cluster-app",
        "valkey",
        "nats-app",
        "bucket",
        "bucket-user",
        "mail",
    ] {
        namespace
            .apply(&secret_with_all_keys(secret).to_string())
            .await;
    }
    let colours = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "colours"}, "data": {"colour": "blue"},
    });
    namespace.apply(&colours.to_string()).await;

    bench
        .apply("demo", serde_json::from_str(text).unwrap())
        .await;
    bench.wait_until_ready("demo").await;
    bench.settle("demo").await;
    let (before, writes) = (bench.versions().await, bench.operator.writes().await);
    bench.pass("demo", 3).await;
    assert_eq!(bench.versions().await, before, "{name}");
    assert_eq!(bench.operator.writes().await, writes, "{name}");
}

fn secret_with_all_keys(name: &str) -> Value {
    let url = "postgres://user:password@example.org/forum";
    json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name},
        "stringData": {"uri": url, "url": url, "token": "t", "access-key": "a", "secret-key": "s"},
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forum_with_every_field_set() {
    applied_and_quiet("every-field", spec!("everything")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forum_on_servers_of_others_behind_an_ingress() {
    applied_and_quiet("external", spec!("external")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forum_for_members_alone() {
    applied_and_quiet("guarded", spec!("guarded")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forum_behind_a_gateway() {
    applied_and_quiet("gateway", spec!("gateway")).await;
}
