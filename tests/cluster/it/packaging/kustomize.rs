//! `kubectl apply -k`.

use folkmoot_cluster_tests::ControlPlane;

use crate::{
    chart::wait_for_pod,
    support::{file, wait_until_known},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_default_is_applied_at_once_and_its_pod_admitted() {
    let plane = ControlPlane::start().await;
    let apply = [
        "apply",
        "--server-side",
        "--warnings-as-errors",
        "-k",
        &file("manifests/default"),
    ];
    plane.kubectl(&apply).await;
    wait_until_known(&plane).await;
    wait_for_pod(&plane).await;
    let namespace = plane.namespace("forums").await;
    namespace
        .kubectl(&["apply", "-k", &file("manifests/samples")])
        .await;
    // Again, over what is there.
    plane.kubectl(&apply).await;
}
