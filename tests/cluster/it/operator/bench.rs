//! A namespace with an operator of its own and pods that say that they run.

use std::{collections::BTreeMap, time::Duration};

use folkmoot_cluster_tests::{ControlPlane, Namespace, wait_for, wait_for_condition};
use folkmoot_crds::ForumInstance;
use folkmoot_operator::kinds::Kind;
use folkmoot_tests::fresh::repository;
use k8s_openapi::{
    api::core::v1::Secret,
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kube::{
    Api, Client, ResourceExt,
    api::{ListParams, Patch, PatchParams},
    core::DynamicObject,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::{kubelet::Kubelet, process::Operator};

/// Longer than anything takes on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(90);

/// Selects what the operator made.
const OURS: &str = "app.kubernetes.io/managed-by=folkmoot-operator";

/// The control plane that these tests share, with our kind and those of others.
pub(crate) async fn plane() -> &'static ControlPlane {
    static INSTALLED: OnceCell<()> = OnceCell::const_new();
    let plane = ControlPlane::shared().await;
    INSTALLED
        .get_or_init(|| async {
            install(plane).await;
            plane
                .kubectl(&["create", "namespace", "folkmoot-system"])
                .await;
        })
        .await;
    plane
}

/// Installs our kind and those of others.
pub(crate) async fn install(plane: &ControlPlane) {
    let crd = repository().join("manifests/crd/foruminstances.yaml");
    plane
        .kubectl(&["apply", "--server-side", "-f", crd.to_str().unwrap()])
        .await;
    // `kubectl wait` fails on an object that has no conditions yet.
    let definitions: Api<CustomResourceDefinition> = Api::all(plane.client().await);
    let name = "foruminstances.folkmoot.dev";
    wait_for_condition(&definitions, name, "Established", "True", LIMIT).await;
    plane.install_crds("gateway-api").await;
    plane.install_crds("prometheus-operator").await;
}

/// A namespace with an operator of its own.
pub(crate) struct Bench {
    pub(crate) operator: Operator,
    pub(crate) client: Client,
    pub(crate) namespace: Namespace,
    _kubelet: Kubelet,
}

impl Bench {
    pub(crate) async fn start(name: &str) -> Self {
        let plane = plane().await;
        let namespace = plane.namespace(name).await;
        let variables = [("WATCH_NAMESPACES", namespace.name())];
        let operator = Operator::start(plane.kubeconfig(), &variables);
        Self::with(namespace, operator).await
    }

    /// With an operator that was started otherwise.
    pub(crate) async fn with(namespace: Namespace, operator: Operator) -> Self {
        Self::made_of(namespace, operator, None).await
    }

    /// With pods that have this address.
    pub(crate) async fn answering(namespace: Namespace, operator: Operator, address: &str) -> Self {
        Self::made_of(namespace, operator, Some(address.to_owned())).await
    }

    async fn made_of(namespace: Namespace, operator: Operator, address: Option<String>) -> Self {
        let client = namespace.cluster().client().await;
        let kubelet = Kubelet::start(client.clone(), namespace.name(), address);
        operator.wait_until_ready().await;
        Self {
            operator,
            client,
            namespace,
            _kubelet: kubelet,
        }
    }

    pub(crate) fn forums(&self) -> Api<ForumInstance> {
        self.namespace.api(self.client.clone())
    }

    pub(crate) fn objects(&self, kind: Kind) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), self.namespace.name(), &kind.resource())
    }

    /// Applies a forum.
    pub(crate) async fn apply(&self, name: &str, spec: Value) {
        let forum = json!({
            "apiVersion": "folkmoot.dev/v1alpha1", "kind": "ForumInstance",
            "metadata": {"name": name}, "spec": spec,
        });
        self.namespace.apply(&forum.to_string()).await;
    }

    /// Changes a forum.
    pub(crate) async fn patch(&self, name: &str, patch: Value) {
        self.forums()
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    /// Waits for a condition of its current generation.
    pub(crate) async fn wait(
        &self,
        name: &str,
        kind: &str,
        status: &str,
        reason: &str,
    ) -> ForumInstance {
        let what = format!("{kind}={status} because {reason}");
        let holds = |forum: &ForumInstance| {
            let conditions = forum.status.iter().flat_map(|status| &status.conditions);
            conditions.clone().any(|condition| {
                condition.type_ == kind
                    && condition.status == status
                    && condition.reason == reason
                    && condition.observed_generation == forum.metadata.generation
            })
        };
        wait_for(&self.forums(), name, &what, LIMIT, holds).await
    }

    pub(crate) async fn wait_until_ready(&self, name: &str) -> ForumInstance {
        self.wait(name, "Ready", "True", "AllReady").await
    }

    /// A message of a condition.
    pub(crate) async fn message(&self, name: &str, kind: &str) -> String {
        let forum = self.forums().get(name).await.unwrap();
        let condition = folkmoot_cluster_tests::condition(&forum, kind).unwrap();
        condition["message"].as_str().unwrap().to_owned()
    }

    /// The resource versions of everything that the operator made, and of the forums.
    pub(crate) async fn versions(&self) -> BTreeMap<String, String> {
        let ours = ListParams::default().labels(OURS);
        let mut versions = BTreeMap::new();
        for kind in Kind::ALWAYS.into_iter().chain(Kind::OPTIONAL) {
            let all = self.objects(kind).list(&ours).await.unwrap();
            versions.extend(
                all.iter()
                    .map(|object| (format!("{kind} {}", object.name_any()), version(object))),
            );
        }
        let secrets: Api<Secret> = self.namespace.api(self.client.clone());
        let secrets = secrets.list(&ours).await.unwrap();
        versions.extend(
            secrets
                .iter()
                .map(|secret| (format!("Secret {}", secret.name_any()), version(secret))),
        );
        versions
    }

    /// Has the operator look at a forum `times` times, one pass after the other.
    pub(crate) async fn pass(&self, forum: &str, times: usize) {
        static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        for _ in 0..times {
            let before = self.operator.passes().await;
            let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let mark =
                json!({"metadata": {"annotations": {"example.org/look": number.to_string()}}});
            self.patch(forum, mark).await;
            let done = async || (self.operator.passes().await > before).then_some(());
            self.operator.wait_until("it looks", done).await;
        }
    }

    /// Waits until nothing is under way: a pass changes nothing any more.
    pub(crate) async fn settle(&self, forum: &str) {
        self.operator
            .wait_until("it settles", async || {
                let before = (self.operator.writes().await, self.versions().await);
                self.pass(forum, 1).await;
                (before == (self.operator.writes().await, self.versions().await)).then_some(())
            })
            .await;
    }

    /// The reasons of the events of a forum.
    pub(crate) async fn events(&self, forum: &str) -> Vec<String> {
        let events: Api<k8s_openapi::api::events::v1::Event> =
            self.namespace.api(self.client.clone());
        let events = events.list(&ListParams::default()).await.unwrap();
        let of_forum = events.iter().filter(|event| {
            event
                .regarding
                .as_ref()
                .and_then(|regarding| regarding.name.as_deref())
                == Some(forum)
        });
        of_forum.filter_map(|event| event.reason.clone()).collect()
    }

    /// Waits until an object is as `test` wants it.
    pub(crate) async fn wait_for_object(
        &self,
        kind: Kind,
        name: &str,
        what: &str,
        test: impl Fn(&Value) -> bool,
    ) -> Value {
        let is = |object: &DynamicObject| test(&serde_json::to_value(object).unwrap());
        let found = wait_for(&self.objects(kind), name, what, LIMIT, is).await;
        serde_json::to_value(found).unwrap()
    }

    /// An object, now.
    pub(crate) async fn object(&self, kind: Kind, name: &str) -> Option<Value> {
        let found = self.objects(kind).get_opt(name).await.unwrap();
        found.map(|found| serde_json::to_value(found).unwrap())
    }

    /// Waits until the condition of a deployment's rollout is known to its forum.
    pub(crate) async fn wait_condition(&self, forum: &str, kind: &str, status: &str) {
        wait_for_condition(&self.forums(), forum, kind, status, LIMIT).await;
    }
}

fn version(object: &impl ResourceExt) -> String {
    format!(
        "{} {}",
        object.uid().unwrap(),
        object.resource_version().unwrap()
    )
}
