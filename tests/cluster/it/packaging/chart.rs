//! The chart on an API server: install, upgrade, uninstall, rights.

use std::{fs, path::Path, time::Duration};

use folkmoot_cluster_tests::{Cluster, ControlPlane, wait_for};
use folkmoot_tests::{daemon::Scratch, fresh::repository};
use k8s_openapi::api::apps::v1::ReplicaSet;
use kube::Api;

use crate::{
    support::{CHART, SYSTEM, ask_definition, file, make_system_namespace, wait_until_known},
    user::User,
};

const LIMIT: Duration = Duration::from_secs(30);
const NEW_FIELD: &str =
    "{.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.paused.type}";

/// Waits until the operator's pod was admitted: it will never run here, but a pod that breaks the namespace's Pod
/// Security Standard would not even be made.
pub(crate) async fn wait_for_pod(cluster: &Cluster) {
    let sets: Api<ReplicaSet> = Api::namespaced(cluster.client().await, SYSTEM);
    let selector = "--selector=app.kubernetes.io/name=folkmoot-operator";
    let rollout = [
        "wait",
        "--for=create",
        "--timeout=30s",
        "replicaset",
        selector,
        "--namespace",
        SYSTEM,
    ];
    cluster.kubectl(&rollout).await;
    let names = [
        "get",
        "replicasets",
        selector,
        "--namespace",
        SYSTEM,
        "--output=jsonpath={.items[0].metadata.name}",
    ];
    let name = cluster.kubectl(&names).await;
    let made = |set: &ReplicaSet| {
        set.status
            .as_ref()
            .is_some_and(|status| status.replicas >= 1)
    };
    wait_for(&sets, &name, "its pod is admitted", LIMIT, made).await;
}

/// A copy of the chart as an earlier version could have been: its definition has no `paused`, and its forums run 0.0.1.
fn previous_chart(folder: &Path) -> String {
    copy(&repository().join(CHART), folder);
    let chart = folder.join("Chart.yaml");
    let text = fs::read_to_string(&chart).unwrap();
    let version = format!("version: {}\n", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(&version));
    fs::write(&chart, text.replacen(&version, "version: 0.0.1\n", 1)).unwrap();
    let definition = folder.join("templates/crd.yaml");
    let text = fs::read_to_string(&definition).unwrap();
    let new_image = format!("folkmoot-services:{}", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(&new_image));
    let text = text.replace(&new_image, "folkmoot-services:0.0.1");
    fs::write(&definition, without(&text, "paused:")).unwrap();
    folder.to_str().unwrap().to_owned()
}

/// `yaml` without the field whose line is `key`, and without the printed column that shows it.
fn without(yaml: &str, key: &str) -> String {
    let mut kept = String::new();
    let mut inside = None;
    for line in yaml.lines() {
        let depth = line.len() - line.trim_start().len();
        if inside.is_some_and(|outer| depth <= outer) {
            inside = None;
        }
        if line.trim() == key {
            inside = Some(depth);
        }
        if inside.is_none() {
            kept += line;
            kept.push('\n');
        }
    }
    assert!(kept.len() < yaml.len());
    kept
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_changes_the_definition_and_uninstalling_keeps_it_and_the_forums() {
    let plane = ControlPlane::start().await;
    make_system_namespace(&plane).await;
    let scratch = Scratch::new("previous-chart");
    let previous = previous_chart(&scratch.path().join("folkmoot-operator"));
    let release = ["folkmoot", "--namespace", SYSTEM];
    let said = plane
        .helm(&[&["install"], &release[..1], &[&previous], &release[1..]].concat())
        .await;
    assert!(
        said.contains("kubectl wait -n default --for=condition=Ready"),
        "{said}"
    );
    wait_until_known(&plane).await;
    wait_for_pod(&plane).await;
    assert_eq!(ask_definition(&plane, NEW_FIELD).await, "");
    let forums = plane.namespace("forums").await;
    forums
        .kubectl(&["apply", "-f", &file("manifests/samples/minimal.yaml")])
        .await;

    plane
        .helm(&[&["upgrade"], &release[..1], &[CHART], &release[1..]].concat())
        .await;
    assert_eq!(ask_definition(&plane, NEW_FIELD).await, "boolean");
    let image = "--output=jsonpath={.spec.image}";
    let image = forums.kubectl(&["get", "forum/demo", image]).await;
    assert!(
        image.ends_with(":0.0.1"),
        "the forum runs what it ran: {image}"
    );
    let paused = r#"--patch={"spec":{"paused":true}}"#;
    forums
        .kubectl(&["patch", "forum/demo", "--type=merge", paused])
        .await;

    plane.helm(&[&["uninstall"], &release[..]].concat()).await;
    let left = plane
        .kubectl(&[
            "get",
            "deployments,serviceaccounts,roles",
            "--namespace",
            SYSTEM,
            "--output=name",
        ])
        .await;
    assert_eq!(left.trim(), "serviceaccount/default");
    let paused = forums
        .kubectl(&["get", "forum/demo", "--output=jsonpath={.spec.paused}"])
        .await;
    assert_eq!(paused, "true");

    // And it comes back over what was kept.
    plane
        .helm(&[&["install"], &release[..1], &[CHART], &release[1..]].concat())
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_not_to_be_kept_goes_with_the_chart() {
    let plane = ControlPlane::start().await;
    make_system_namespace(&plane).await;
    let options = [
        "folkmoot",
        CHART,
        "--namespace",
        SYSTEM,
        "--set=crds.keep=false",
    ];
    plane.helm(&[&["install"], &options[..]].concat()).await;
    wait_until_known(&plane).await;
    plane
        .helm(&["uninstall", "folkmoot", "--namespace", SYSTEM, "--wait"])
        .await;
    let gone = plane.try_kubectl(&["get", "forums"], "").await;
    gone.expect_failure();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rights_end_at_the_watched_namespaces() {
    let plane = ControlPlane::start().await;
    make_system_namespace(&plane).await;
    let watched = plane.namespace("watched").await;
    let other = plane.namespace("other").await;
    let set = format!("--set=watchNamespaces={{{}}}", watched.name());
    plane
        .helm(&[
            "install",
            "folkmoot-operator",
            CHART,
            "--namespace",
            SYSTEM,
            &set,
        ])
        .await;
    let here = ["--namespace", watched.name()];
    let there = ["--namespace", other.name()];
    let home = ["--namespace", SYSTEM];
    let operator = User {
        cluster: &plane,
        name: &format!("system:serviceaccount:{SYSTEM}:folkmoot-operator"),
    };
    for (verb, resource) in [
        ("watch", "foruminstances.folkmoot.dev"),
        ("patch", "foruminstances.folkmoot.dev/status"),
        ("create", "deployments.apps"),
        ("patch", "pods"),
        ("create", "events.events.k8s.io"),
        ("get", "secrets"),
    ] {
        operator.wait_until_may(verb, resource, &here).await;
        for elsewhere in [&there[..], &["--all-namespaces"]] {
            let may = operator.may(verb, resource, elsewhere).await;
            assert!(!may, "{verb} {resource} {elsewhere:?}");
        }
    }
    for (verb, resource) in [
        ("create", "leases.coordination.k8s.io"),
        ("patch", "leases.coordination.k8s.io@folkmoot-operator"),
    ] {
        operator.wait_until_may(verb, resource, &home).await;
    }
    for (verb, resource) in [
        ("patch", "leases.coordination.k8s.io"),
        ("delete", "secrets"),
        ("patch", "secrets"),
        ("patch", "foruminstances.folkmoot.dev"),
        ("create", "pods/exec"),
        ("create", "rolebindings.rbac.authorization.k8s.io"),
    ] {
        let may = operator.may(verb, resource, &here).await;
        assert!(!may, "{verb} {resource}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_edit_a_namespace_may_edit_and_scale_its_forums() {
    let plane = ControlPlane::start().await;
    make_system_namespace(&plane).await;
    plane
        .helm(&["install", "folkmoot", CHART, "--namespace", SYSTEM])
        .await;
    wait_until_known(&plane).await;
    let namespace = plane.namespace("team").await;
    for (role, user) in [("edit", "ann"), ("view", "bob")] {
        let (role, user) = (format!("--clusterrole={role}"), format!("--user={user}"));
        let name = user.replace("--user=", "");
        namespace
            .kubectl(&["create", "rolebinding", &name, &role, &user])
            .await;
    }
    namespace
        .kubectl(&["apply", "-f", &file("manifests/samples/minimal.yaml")])
        .await;
    let user = |name| User {
        cluster: &plane,
        name,
    };
    let here = ["--namespace", namespace.name()];
    // The control plane adds the rules to the roles a moment after they were made.
    user("ann")
        .wait_until_may("patch", "forums/scale", &here)
        .await;
    user("bob").wait_until_may("get", "forums", &here).await;
    namespace
        .kubectl(&["scale", "forum/demo", "--replicas=2", "--as=ann"])
        .await;
    namespace.kubectl(&["get", "forum/demo", "--as=bob"]).await;
    let refused = namespace
        .try_kubectl(&["scale", "forum/demo", "--replicas=3", "--as=bob"], "")
        .await;
    assert!(refused.expect_failure().contains("forbidden"));
}
