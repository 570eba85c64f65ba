//! Forums and objects that are not as one would wish.

use std::time::Duration;

use folkmoot_cluster_tests::wait_until_gone;
use folkmoot_operator::kinds::Kind;
use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api,
    api::{ListParams, Patch, PatchParams},
};
use serde_json::{Value, json};

use crate::bench::{Bench, LIMIT};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_of_somebody_else_is_never_taken_over() {
    let bench = Bench::start("taken").await;
    let theirs = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "demo-chat"},
        "spec": {"selector": {"app": "theirs"}, "ports": [{"port": 1}]},
    });
    bench.namespace.apply(&theirs.to_string()).await;
    let before = bench.object(Kind::Service, "demo-chat").await.unwrap();
    bench.apply("demo", json!({})).await;
    bench.wait("demo", "Degraded", "True", "NameTaken").await;
    let message = bench.message("demo", "Degraded").await;
    assert!(message.contains("Service demo-chat"), "{message}");
    assert_eq!(
        bench.object(Kind::Service, "demo-chat").await.unwrap(),
        before
    );
    bench
        .namespace
        .kubectl(&["delete", "service", "demo-chat"])
        .await;
    bench.wait_until_ready("demo").await;
    bench.namespace.kubectl(&["delete", "forum", "demo"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_is_switched_off_goes_when_the_new_one_runs() {
    let bench = Bench::start("prune").await;
    bench.apply("demo", json!({"host": "a.example.org"})).await;
    bench.wait_until_ready("demo").await;
    assert!(bench.object(Kind::Deployment, "demo-edge").await.is_some());
    bench
        .patch(
            "demo",
            json!({"spec": {"edge": {"nginx": null, "ingress": {}}}}),
        )
        .await;
    wait_until_gone(&bench.objects(Kind::Deployment), "demo-edge", LIMIT).await;
    wait_until_gone(&bench.objects(Kind::Service), "demo-edge", LIMIT).await;
    bench.wait_until_ready("demo").await;
    assert_eq!(
        bench
            .objects(Kind::Ingress)
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
            .len(),
        1
    );
    // Somebody's own object with a similar name is not ours to delete.
    bench
        .namespace
        .kubectl(&["create", "configmap", "demo-notes"])
        .await;
    bench
        .patch(
            "demo",
            json!({"spec": {"edge": {"nginx": {}, "ingress": null}}}),
        )
        .await;
    bench
        .wait_for_object(Kind::Deployment, "demo-edge", "it is back", |_| true)
        .await;
    bench.wait_until_ready("demo").await;
    bench.settle("demo").await;
    assert!(
        bench
            .objects(Kind::Ingress)
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert!(bench.object(Kind::ConfigMap, "demo-notes").await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_forum_is_left_alone_and_its_status_is_not() {
    let bench = Bench::start("paused").await;
    bench
        .apply("demo", json!({"image": "example.org/folkmoot:1"}))
        .await;
    bench.wait_until_ready("demo").await;
    bench.settle("demo").await;
    bench
        .patch(
            "demo",
            json!({"spec": {"paused": true, "image": "example.org/folkmoot:2"}}),
        )
        .await;
    bench.wait("demo", "Paused", "True", "PausedBySpec").await;
    let before = bench.versions().await;
    bench
        .namespace
        .kubectl(&["delete", "service", "demo-web"])
        .await;
    bench.pass("demo", 3).await;
    let mut now = before.clone();
    now.remove("Service demo-web");
    assert_eq!(bench.versions().await, now);
    bench
        .patch("demo", json!({"spec": {"paused": false}}))
        .await;
    let forum = bench.wait_until_ready("demo").await;
    assert_eq!(forum.status.unwrap().version.as_deref(), Some("2"));
    assert!(bench.object(Kind::Service, "demo-web").await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_cannot_be_changed_is_named() {
    let bench = Bench::start("immutable").await;
    let store = |size: &str| json!({"redis": {"managed": {"storage": size, "retain": true}}});
    bench.apply("demo", store("2Gi")).await;
    bench.wait_until_ready("demo").await;
    // The volume stays, and the next forum of that name would have a smaller one.
    bench.namespace.kubectl(&["delete", "forum", "demo"]).await;
    wait_until_gone(&bench.objects(Kind::StatefulSet), "demo-redis", LIMIT).await;
    bench.apply("demo", store("1Gi")).await;
    bench
        .wait("demo", "Degraded", "True", "FieldImmutable")
        .await;
    let message = bench.message("demo", "Degraded").await;
    assert!(
        message.contains("PersistentVolumeClaim demo-redis") && message.contains("immutable"),
        "{message}"
    );
    bench.apply("demo", store("2Gi")).await;
    bench.wait_until_ready("demo").await;
}

async fn pods(bench: &Bench) -> Vec<String> {
    let pods: Api<k8s_openapi::api::core::v1::Pod> = bench.namespace.api(bench.client.clone());
    let of_web = ListParams::default().labels("app.kubernetes.io/component=web");
    let pods = pods.list(&of_web).await.unwrap();
    pods.items
        .into_iter()
        .filter_map(|pod| pod.metadata.name)
        .collect()
}

/// Replicas that the spec no longer sets stay what they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_are_no_longer_set_stay_and_are_anybodys() {
    let bench = Bench::start("replicas").await;
    bench.apply("demo", json!({"web": {"replicas": 3}})).await;
    bench.wait_until_ready("demo").await;
    let before = bench.object(Kind::Deployment, "demo-web").await.unwrap();
    assert_eq!(before["spec"]["replicas"], 3);
    let first = pods(&bench).await;
    assert_eq!(first.len(), 3);
    bench
        .patch("demo", json!({"spec": {"web": {"replicas": null}}}))
        .await;
    bench.wait_until_ready("demo").await;
    bench.settle("demo").await;
    let after = bench.object(Kind::Deployment, "demo-web").await.unwrap();
    assert_eq!(after["spec"]["replicas"], 3);
    // It was never anything else: none of the pods was taken away.
    assert_eq!(pods(&bench).await, first);
    bench
        .namespace
        .kubectl(&["scale", "deployment/demo-web", "--replicas=5"])
        .await;
    bench.pass("demo", 2).await;
    assert_eq!(
        bench.object(Kind::Deployment, "demo-web").await.unwrap()["spec"]["replicas"],
        5
    );
    bench
        .patch("demo", json!({"spec": {"web": {"replicas": 2}}}))
        .await;
    let taken = |object: &Value| object["spec"]["replicas"] == 2;
    bench
        .wait_for_object(Kind::Deployment, "demo-web", "it is ours again", taken)
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forum_that_goes_takes_everything_with_it_and_its_namespace_does_not_hang() {
    let bench = Bench::start("gone").await;
    bench
        .apply("demo", json!({"redis": {"managed": {"retain": true}}}))
        .await;
    bench.apply("other", json!({})).await;
    bench.wait_until_ready("demo").await;
    bench.namespace.kubectl(&["delete", "forum", "demo"]).await;
    bench
        .operator
        .wait_until("only what is retained is left", async || {
            let versions = bench.versions().await;
            let left: Vec<&String> = versions
                .keys()
                .filter(|name| name.contains(" demo"))
                .collect();
            (left.iter().all(|name| name.contains("demo-redis"))).then_some(())
        })
        .await;
    assert!(
        bench
            .object(Kind::PersistentVolumeClaim, "demo-redis")
            .await
            .is_some()
    );
    // What was retained is taken up again.
    bench
        .apply("demo", json!({"redis": {"managed": {"retain": true}}}))
        .await;
    bench.wait_until_ready("demo").await;

    let name = bench.namespace.name().to_owned();
    let delete = ["delete", "namespace", &name, "--wait=false"];
    bench.namespace.kubectl(&delete).await;
    wait_until_gone(
        &Api::<Namespace>::all(bench.client.clone()),
        &name,
        Duration::from_secs(60),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_object_that_is_not_understood_blocks_no_other() {
    // A definition of its own, without a schema: nothing else lets such an object in.
    let plane = folkmoot_cluster_tests::ControlPlane::start().await;
    crate::bench::install(&plane).await;
    let crds = [
        "patch",
        "crd",
        "foruminstances.folkmoot.dev",
        "--type=json",
        "-p",
    ];
    let open = json!([{
        "op": "replace", "path": "/spec/versions/0/schema/openAPIV3Schema",
        "value": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
    }]);
    plane
        .kubectl(&[&crds[..], &[&open.to_string()]].concat())
        .await;
    let namespace = plane.namespace("bad").await;
    let bad = json!({
        "apiVersion": "folkmoot.dev/v1alpha1", "kind": "ForumInstance",
        "metadata": {"name": "bad"}, "spec": {"image": 5},
    });
    let made = async || {
        namespace
            .try_apply(&bad.to_string())
            .await
            .success
            .then_some(())
    };
    folkmoot_tests::wait::until("the definition is open", made).await;
    let operator = crate::process::Operator::start(plane.kubeconfig(), &[]);
    let bench = Bench::with(namespace, operator).await;
    bench
        .apply("good", json!({"image": "example.org/folkmoot:1"}))
        .await;
    bench.wait_until_ready("good").await;
    let raw = async || {
        let text = bench
            .namespace
            .kubectl(&["get", "forum", "bad", "-o", "json"])
            .await;
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let said = bench.operator.wait_until("it says so", async || {
        folkmoot_cluster_tests::condition(&raw().await, "Ready")
    });
    let said = said.await;
    assert_eq!(said["reason"], "InvalidSpec", "{said}");
    assert!(
        said["message"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .contains("invalid type"),
        "{said}"
    );
    let forums: Api<kube::core::DynamicObject> = Api::namespaced_with(
        bench.client.clone(),
        bench.namespace.name(),
        &kube::api::ApiResource::erase::<folkmoot_crds::ForumInstance>(&()),
    );
    let mend = Patch::Merge(json!({"spec": {"image": "example.org/folkmoot:1"}}));
    forums
        .patch("bad", &PatchParams::default(), &mend)
        .await
        .unwrap();
    bench.wait_until_ready("bad").await;
}
