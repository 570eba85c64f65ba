//! What the tests of this folder share.

use std::{path::PathBuf, time::Duration};

use folkmoot_cluster_tests::{Cluster, ControlPlane, wait_for_condition};
use folkmoot_tests::{fresh::repository, wait};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use serde_json::Value;
use tokio::sync::OnceCell;

/// Where the operator is installed.
pub(crate) const SYSTEM: &str = "folkmoot-system";

/// The chart, from the root of the repository.
pub(crate) const CHART: &str = "charts/folkmoot-operator";

const LIMIT: Duration = Duration::from_secs(30);
const DEFINITION: &str = "crd/foruminstances.folkmoot.dev";

/// A path in the repository, for kubectl.
pub(crate) fn file(path: &str) -> String {
    let path: PathBuf = repository().join(path);
    path.into_os_string().into_string().unwrap()
}

/// All documents of `text` that say something.
pub(crate) fn documents(text: &str) -> Vec<Value> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).unwrap();
    documents.into_iter().filter(|d| !d.is_null()).collect()
}

/// The control plane that most tests share, with the definition of forums.
pub(crate) async fn plane_with_forums() -> &'static ControlPlane {
    static INSTALLED: OnceCell<()> = OnceCell::const_new();
    let plane = ControlPlane::shared().await;
    INSTALLED
        .get_or_init(|| async {
            // A definition with anything that the API server finds doubtful fails here.
            let crd = file("manifests/crd/foruminstances.yaml");
            let apply = ["apply", "--server-side", "--warnings-as-errors", "-f", &crd];
            plane.kubectl(&apply).await;
            wait_until_known(plane).await;
        })
        .await;
    plane
}

/// Waits until forums can be made, and kubectl knows them: the server tells it of a new kind a little later.
pub(crate) async fn wait_until_known(cluster: &Cluster) {
    let definitions: Api<CustomResourceDefinition> = Api::all(cluster.client().await);
    let name = "foruminstances.folkmoot.dev";
    wait_for_condition(&definitions, name, "Established", "True", LIMIT).await;
    wait::until("kubectl knows forums", async || {
        let explained = cluster.try_kubectl(&["explain", "forum"], "").await;
        explained.success.then_some(())
    })
    .await;
}

/// What a JSONPath of the definition says.
pub(crate) async fn ask_definition(cluster: &Cluster, path: &str) -> String {
    let output = format!("--output=jsonpath={path}");
    cluster.kubectl(&["get", DEFINITION, &output]).await
}

/// A namespace in which only restricted pods are admitted, as an administrator would make it.
pub(crate) async fn make_system_namespace(cluster: &Cluster) {
    cluster.kubectl(&["create", "namespace", SYSTEM]).await;
    let restricted = "pod-security.kubernetes.io/enforce=restricted";
    cluster
        .kubectl(&["label", "namespace", SYSTEM, restricted])
        .await;
}
