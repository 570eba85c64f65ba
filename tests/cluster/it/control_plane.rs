//! A control plane stands on its own feet and leaves nothing behind.

use std::{path::Path, time::Duration};

use folkmoot_cluster_tests::{
    Component, ControlPlane, PretendPods, wait_for, wait_for_condition, wait_until_gone,
};
use k8s_openapi::api::{
    apps::v1::{Deployment, ReplicaSet},
    core::v1::{ConfigMap, Namespace},
};
use kube::{Api, api::ListParams};

const LIMIT: Duration = Duration::from_secs(30);

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn objects_are_checked_stored_and_collected() {
    let plane = ControlPlane::shared().await;
    let namespace = plane.namespace("objects").await;
    let client = plane.client().await;

    plane.install_crds("gateway-api").await;
    plane.install_crds("prometheus-operator").await;
    let refused = namespace.try_apply("{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {}}");
    let refused = refused.await.expect_failure();
    assert!(refused.contains("spec.containers"), "{refused}");

    namespace.apply(DEPLOYMENT).await;
    let deployments: Api<Deployment> = namespace.api(client.clone());
    let made = |deployment: &Deployment| {
        let status = deployment.status.as_ref();
        status.and_then(|status| status.replicas) == Some(2)
    };
    wait_for(&deployments, "web", "its pods are made", LIMIT, made).await;
    let pods = PretendPods::run(&namespace).await;
    wait_for_condition(&deployments, "web", "Available", "True", LIMIT).await;
    drop(pods);
    let sets: Api<ReplicaSet> = namespace.api(client.clone());
    let set = sets.list(&ListParams::default()).await.expect("a list");
    let set = set.items[0].metadata.name.clone().expect("a name");
    deployments
        .delete("web", &kube::api::DeleteParams::default())
        .await
        .expect("deleted");
    wait_until_gone(&sets, &set, LIMIT).await;

    let name = namespace.name().to_owned();
    drop(namespace);
    wait_until_gone(&Api::<Namespace>::all(client), &name, LIMIT).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_comes_back_as_it_was_and_leaves_nothing() {
    let plane = ControlPlane::start().await;
    let namespace = plane.namespace("return").await;
    namespace.kubectl(&["create", "configmap", "kept"]).await;

    plane.stop(Component::Apiserver).await;
    let away = namespace.try_kubectl(&["get", "configmap", "kept"], "");
    away.await.expect_failure();
    plane.stop(Component::Etcd).await;
    plane.start_again(Component::Etcd).await;
    plane.start_again(Component::Apiserver).await;
    let maps: Api<ConfigMap> = namespace.api(plane.client().await);
    wait_for(&maps, "kept", "it is kept", LIMIT, |_| true).await;

    let pids = plane.pids();
    assert_eq!(pids.len(), 3);
    let folder = plane.kubeconfig().parent().expect("a folder").to_owned();
    drop(namespace);
    drop(plane);
    assert!(!folder.exists());
    for pid in pids {
        assert!(!Path::new(&format!("/proc/{pid}")).exists(), "{pid}");
    }
}
