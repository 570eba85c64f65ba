//! The operator from its chart, and forums that it runs.

use std::{
    fs,
    time::{Duration, Instant},
};

use folkmoot_cluster_tests::{Namespace, Node, condition, wait_for};
use folkmoot_crds::ForumInstance;
use folkmoot_tests::{
    app::{Issuer, Member, Site, try_send},
    daemon::Scratch,
    wait,
};
use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::{
    Api, ResourceExt as _,
    api::{DeleteParams, ListParams, Patch, PatchParams},
};
use reqwest::Method;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::report;

/// Longer than a forum takes on a busy machine.
pub(super) const LIMIT: Duration = Duration::from_secs(180);
/// Where the operator is.
pub(super) const OPERATORS_NAMESPACE: &str = "folkmoot-system";
/// Its release and its Deployment.
pub(super) const OPERATOR: &str = "folkmoot-operator";

static OPERATOR_RUNS: OnceCell<()> = OnceCell::const_new();

/// The node that all share, with the operator: two pods of it, one of which leads.
pub(super) async fn node_with_operator() -> &'static Node {
    let node = Node::shared().await;
    OPERATOR_RUNS.get_or_init(|| install(node)).await;
    node
}

async fn install(node: &Node) {
    let start = Instant::now();
    let arguments = [
        &["install", OPERATOR, "charts/folkmoot-operator"][..],
        &["--namespace", OPERATORS_NAMESPACE, "--create-namespace"],
        &["--set", "replicas=2", "--wait", "--timeout", "120s"],
    ];
    node.helm(&arguments.concat()).await;
    report("helm install until the operator is ready", start);
}

/// A forum `demo` in a namespace of its own.
#[derive(Debug)]
pub(super) struct Forum {
    pub(super) node: &'static Node,
    pub(super) namespace: Namespace,
    keys: Scratch,
}

impl Forum {
    /// Applies a forum with this spec, in YAML's flow style, in a new namespace.
    pub(super) async fn apply(namespace: &str, spec: &str) -> Self {
        let node = node_with_operator().await;
        let namespace = node.namespace(namespace).await;
        let forum = Self {
            node,
            namespace,
            keys: Scratch::new("keys"),
        };
        forum.set(spec).await;
        forum
    }

    /// Applies another spec.
    pub(super) async fn set(&self, spec: &str) {
        let forum = format!(
            "{{apiVersion: folkmoot.dev/v1alpha1, kind: ForumInstance, metadata: {{name: demo}}, spec: {spec}}}"
        );
        self.namespace.apply(&forum).await;
    }

    /// Changes the object by a merge patch, as somebody else than [`Forum::set`].
    pub(super) async fn patch(&self, patch: Value) {
        let forums = self.api().await;
        let (manner, patch) = (PatchParams::default(), Patch::Merge(patch));
        let patched = forums.patch("demo", &manner, &patch).await;
        patched.expect("a patch that is taken");
    }

    pub(super) async fn api(&self) -> Api<ForumInstance> {
        self.namespace.api(self.node.client().await)
    }

    pub(super) async fn pods(&self) -> Api<Pod> {
        self.namespace.api(self.node.client().await)
    }

    /// Waits until the object is so.
    pub(super) async fn wait(
        &self,
        what: &str,
        test: impl Fn(&ForumInstance) -> bool,
    ) -> ForumInstance {
        self.wait_within(LIMIT, what, test).await
    }

    pub(super) async fn wait_within(
        &self,
        limit: Duration,
        what: &str,
        test: impl Fn(&ForumInstance) -> bool,
    ) -> ForumInstance {
        wait_for(&self.api().await, "demo", what, limit, test).await
    }

    /// Waits until it is Ready, as the spec of now says.
    pub(super) async fn ready(&self) -> ForumInstance {
        self.wait("Ready", |forum| is(forum, "Ready", "True")).await
    }

    /// The address that the edge has in the cluster.
    pub(super) async fn site(&self) -> Site {
        let site = self.node.service(&self.namespace, "demo-edge", 80).await;
        // A Service leads somewhere a moment after its pods are ready.
        wait::until("the edge leads to identity", async || {
            let answer = try_send(site.request(Method::GET, "/api/auth/me")).await;
            (answer.ok()?.status == 401).then_some(())
        })
        .await;
        site
    }

    /// Somebody without an account, whose token the forum's own key has signed.
    pub(super) async fn member(&self, site: &Site, username: &str) -> Member {
        let issuer = self.issuer().await;
        let id = issuer.user_id();
        let token = issuer.token(&id, username, &["member"]);
        site.member(&id, username, &token)
    }

    /// Signs as the forum does.
    pub(super) async fn issuer(&self) -> Issuer {
        let secrets: Api<Secret> = self.namespace.api(self.node.client().await);
        let secret = secrets.get("demo-signing-keys").await.expect("the keys");
        for (name, key) in secret.data.unwrap_or_default() {
            fs::write(self.keys.path().join(name), key.0).expect("a key");
        }
        Issuer::open(self.keys.path())
    }

    /// The pods of one part, those that are not ending.
    pub(super) async fn pods_of(&self, component: &str) -> Vec<Pod> {
        let selector =
            format!("app.kubernetes.io/instance=demo,app.kubernetes.io/component={component}");
        let pods = self.pods().await;
        let list = pods.list(&ListParams::default().labels(&selector)).await;
        let mut list = list.map(|list| list.items).unwrap_or_default();
        list.retain(|pod| pod.metadata.deletion_timestamp.is_none());
        list
    }

    /// Kills a pod on the spot.
    pub(super) async fn kill(&self, pod: &Pod) {
        let pods = self.pods().await;
        let now = DeleteParams::default().grace_period(0);
        pods.delete(&pod.name_any(), &now).await.expect("deleted");
    }

    /// `kubectl scale forum/demo`.
    pub(super) async fn scale(&self, replicas: u32) {
        let replicas = format!("--replicas={replicas}");
        self.namespace
            .kubectl(&["scale", "forum/demo", &replicas])
            .await;
    }
}

/// Whether a condition has this status and speaks of the spec of now.
pub(super) fn is(forum: &ForumInstance, kind: &str, status: &str) -> bool {
    let current = forum
        .status
        .as_ref()
        .and_then(|status| status.observed_generation);
    current == forum.metadata.generation
        && condition(forum, kind).is_some_and(|condition| condition["status"] == status)
}

/// What a condition says.
pub(super) fn says(forum: &ForumInstance, kind: &str) -> String {
    let condition = condition(forum, kind).unwrap_or_default();
    format!("{} {}", condition["reason"], condition["message"])
}

/// Chat pods that should be, and those that serve.
pub(super) fn chat_replicas(forum: &ForumInstance) -> (i32, i32) {
    let chat = forum
        .status
        .as_ref()
        .and_then(|status| status.chat.as_ref());
    chat.map_or((0, 0), |chat| (chat.desired_replicas, chat.ready_replicas))
}
