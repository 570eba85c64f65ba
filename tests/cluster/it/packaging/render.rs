//! What Helm makes of the chart, and that kustomize makes the same.

use std::{collections::BTreeMap, fs};

use folkmoot_cluster_tests::ControlPlane;
use folkmoot_tests::fresh::repository;
use serde_json::{Value, json};

use crate::support::{CHART, SYSTEM, documents, file};

/// helm and kubectl come with a cluster; nothing here talks to it.
async fn render(arguments: &[&str]) -> Vec<Value> {
    let template = [
        "template",
        "folkmoot-operator",
        CHART,
        "--kube-version=1.34.0",
        "--namespace",
        SYSTEM,
    ];
    let text = ControlPlane::shared()
        .await
        .helm(&[&template, arguments].concat())
        .await;
    documents(&text)
}

async fn refusal(arguments: &[&str]) -> String {
    let template = [
        "template",
        "folkmoot-operator",
        CHART,
        "--kube-version=1.34.0",
    ];
    let plane = ControlPlane::shared().await;
    plane
        .try_helm(&[&template, arguments].concat())
        .await
        .expect_failure()
}

fn ci_values() -> Vec<String> {
    let folder = repository().join(CHART).join("ci");
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .into_os_string()
                .into_string()
                .unwrap()
        })
        .collect();
    files.sort();
    files
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects
        .iter()
        .filter(|object| object["kind"] == kind)
        .collect()
}

fn one<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let found = of_kind(objects, kind);
    assert_eq!(found.len(), 1, "{kind}");
    found[0]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lint_finds_nothing_and_every_example_of_values_satisfies_the_schema() {
    let plane = ControlPlane::shared().await;
    let files = ci_values();
    assert!(files.len() >= 4, "{files:?}");
    for values in files {
        plane
            .helm(&["lint", "--strict", CHART, "--values", &values])
            .await;
        assert!(!render(&["--values", &values]).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_cannot_be_meant_are_refused() {
    for (set, said) in [
        ("replica=2", "replica"),
        ("replicas=-1", "replicas"),
        ("image.digest=latest", "digest"),
        ("image.pullPolicy=Sometimes", "pullPolicy"),
        ("crds.keep=perhaps", "keep"),
        ("watchNamespaces[0]=Forums", "watchNamespaces"),
        ("log.format=xml", "format"),
        ("serviceMonitor.interval=often", "interval"),
        ("networkPolicy.egress.apiServerPorts[0]=0", "apiServerPorts"),
        (
            "serviceAccount.create=false",
            "serviceAccount.name must be set",
        ),
    ] {
        let refused = refusal(&["--set", set]).await;
        assert!(refused.contains(said), "{set}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_default_everything_is_watched_and_kept() {
    let objects = render(&[]).await;
    let definition = one(&objects, "CustomResourceDefinition");
    assert_eq!(
        definition["metadata"]["annotations"]["helm.sh/resource-policy"],
        "keep"
    );
    assert_eq!(of_kind(&objects, "ClusterRoleBinding").len(), 1);
    assert!(of_kind(&objects, "PodDisruptionBudget").is_empty());
    assert!(of_kind(&objects, "ServiceMonitor").is_empty());
    let deployment = one(&objects, "Deployment");
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(
        container["image"],
        format!(
            "ghcr.io/folkmoot/folkmoot-operator:{}",
            env!("CARGO_PKG_VERSION")
        )
    );
    assert!(variable(deployment, "WATCH_NAMESPACES").is_none());
}

fn variable(deployment: &Value, name: &str) -> Option<String> {
    let variables = &deployment["spec"]["template"]["spec"]["containers"][0]["env"];
    let found = variables
        .as_array()
        .unwrap()
        .iter()
        .find(|v| v["name"] == name)?;
    Some(found["value"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_list_of_namespaces_no_right_is_left_elsewhere() {
    let values = file(&format!("{CHART}/ci/namespaces-values.yaml"));
    let objects = render(&["--values", &values]).await;
    assert!(of_kind(&objects, "ClusterRole").is_empty());
    assert!(of_kind(&objects, "ClusterRoleBinding").is_empty());
    assert!(of_kind(&objects, "CustomResourceDefinition").is_empty());
    let places: Vec<&str> = of_kind(&objects, "Role")
        .iter()
        .map(|role| role["metadata"]["namespace"].as_str().unwrap())
        .collect();
    assert_eq!(places, ["forums-a", "forums-b", SYSTEM]);
    let deployment = one(&objects, "Deployment");
    assert_eq!(
        variable(deployment, "WATCH_NAMESPACES").unwrap(),
        "forums-a,forums-b"
    );
    let image = &deployment["spec"]["template"]["spec"]["containers"][0]["image"];
    assert!(image.as_str().unwrap().contains("@sha256:"), "{image}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_two_pods_one_stays_and_metrics_are_collected_where_it_is_known_how() {
    let values = file(&format!("{CHART}/ci/two-replicas-values.yaml"));
    let unknown = render(&["--values", &values]).await;
    assert!(of_kind(&unknown, "ServiceMonitor").is_empty());
    let api = "--api-versions=monitoring.coreos.com/v1/ServiceMonitor";
    let objects = render(&["--values", &values, api]).await;
    assert_eq!(
        one(&objects, "ServiceMonitor")["metadata"]["labels"]["release"],
        "prometheus"
    );
    assert_eq!(
        one(&objects, "PodDisruptionBudget")["spec"]["minAvailable"],
        1
    );
    let policy = &one(&objects, "NetworkPolicy")["spec"];
    assert_eq!(policy["policyTypes"], json!(["Ingress", "Egress"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_rule_has_a_wildcard_or_may_undo_a_secret() {
    let objects = render(&[]).await;
    for role in objects.iter().filter(|o| o["rules"].is_array()) {
        for rule in role["rules"].as_array().unwrap() {
            let text = rule.to_string();
            assert!(!text.contains('*'), "{text}");
            let secrets = rule["resources"]
                .as_array()
                .unwrap()
                .contains(&json!("secrets"));
            let undoes = ["update", "patch", "delete"]
                .map(|verb| rule["verbs"].as_array().unwrap().contains(&json!(verb)));
            assert!(!(secrets && undoes.contains(&true)), "{text}");
        }
    }
}

/// By kind and name, without what tells Helm and kustomize apart.
fn comparable(objects: Vec<Value>) -> BTreeMap<String, Value> {
    let mut comparable = BTreeMap::new();
    for mut object in objects {
        let hook = &object["metadata"]["annotations"]["helm.sh/hook"];
        if hook.is_string() || object["kind"] == "Namespace" {
            continue;
        }
        let metadata = object["metadata"].as_object_mut().unwrap();
        metadata.remove("annotations");
        if let Some(labels) = metadata["labels"].as_object_mut() {
            for label in [
                "helm.sh/chart",
                "app.kubernetes.io/managed-by",
                "app.kubernetes.io/version",
            ] {
                labels.remove(label);
            }
        }
        let key = format!("{} {}", object["kind"], object["metadata"]["name"]);
        assert!(comparable.insert(key, object).is_none());
    }
    comparable
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kustomize_makes_what_the_chart_makes() {
    let plane = ControlPlane::shared().await;
    let kustomized = plane
        .kubectl(&["kustomize", &file("manifests/default")])
        .await;
    let kustomized = comparable(documents(&kustomized));
    let rendered = comparable(render(&[]).await);
    assert_eq!(
        kustomized.keys().collect::<Vec<_>>(),
        rendered.keys().collect::<Vec<_>>()
    );
    for (key, object) in rendered {
        assert_eq!(kustomized[&key], object, "{key}");
    }
}
