//! What others change of ours is taken back, and what is theirs is left alone: every kind that the operator owns.

use folkmoot_operator::kinds::Kind;
use futures_util::future::join_all;
use kube::{
    ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams},
};
use serde_json::{Value, json};

use crate::bench::Bench;

/// A change of a field that the operator sets, besides the label of every kind.
fn owned_change(kind: Kind) -> Value {
    let image = json!({"spec": {"template": {"spec": {"containers": [{"name": "", "image": "example.org/else:1"}]}}}});
    match kind {
        Kind::ServiceAccount => json!({"automountServiceAccountToken": true}),
        Kind::ConfigMap => json!({"data": {"": "something else"}}),
        Kind::PersistentVolumeClaim | Kind::Job => json!({}),
        Kind::Service => {
            json!({"spec": {"publishNotReadyAddresses": true, "selector": {"app.kubernetes.io/component": "else"}}})
        }
        Kind::NetworkPolicy => json!({"spec": {"ingress": [{}]}}),
        Kind::PodDisruptionBudget => {
            json!({"spec": {"selector": {"matchLabels": {"app.kubernetes.io/component": "else"}}}})
        }
        Kind::Ingress => json!({"spec": {"rules": [{"host": "else.example.org"}]}}),
        Kind::HttpRoute => json!({"spec": {"hostnames": ["else.example.org"]}}),
        Kind::ServiceMonitor => json!({"spec": {"endpoints": [{"port": "else"}]}}),
        Kind::StatefulSet | Kind::Deployment => image,
    }
}

/// The change with the names that only the object knows.
fn fit(mut change: Value, object: &Value) -> Value {
    if let Some(data) = change.get_mut("data") {
        let key = object["data"]
            .as_object()
            .unwrap()
            .keys()
            .next()
            .unwrap()
            .clone();
        *data = json!({key: "something else"});
    }
    if let Some(name) = change.pointer_mut("/spec/template/spec/containers/0/name") {
        *name = object["spec"]["template"]["spec"]["containers"][0]["name"].clone();
    }
    let labels = json!({"app.kubernetes.io/managed-by": "somebody"});
    change["metadata"] = json!({"labels": labels});
    change
}

/// What of an object is the same after it was deleted and came back.
fn essence(object: &Value) -> Value {
    let mut object = object.clone();
    for name in [
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "generation",
        "managedFields",
        "finalizers",
    ] {
        object["metadata"].as_object_mut().unwrap().remove(name);
    }
    // An item of a list does not say what it is.
    for name in ["status", "apiVersion", "kind"] {
        object.as_object_mut().unwrap().remove(name);
    }
    let annotations = object["metadata"].get_mut("annotations");
    if let Some(annotations) = annotations.and_then(Value::as_object_mut) {
        annotations.retain(|name, _| name.starts_with("folkmoot.dev/"));
    }
    if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
        for name in ["clusterIP", "clusterIPs", "selector", "volumeName"] {
            spec.remove(name);
        }
    }
    let template = object.pointer_mut("/spec/template/metadata");
    if let Some(template) = template.and_then(Value::as_object_mut) {
        template.remove("labels");
    }
    object
}

struct Subject {
    kind: Kind,
    name: String,
    object: Value,
}

/// One object of each kind that `forum` has.
async fn subjects(bench: &Bench, forum: &str) -> Vec<Subject> {
    let ours = ListParams::default().labels(&format!("app.kubernetes.io/instance={forum}"));
    let mut subjects = Vec::new();
    for kind in Kind::ALWAYS.into_iter().chain(Kind::OPTIONAL) {
        let all = bench.objects(kind).list(&ours).await.unwrap();
        // The edge's for Deployments: nobody waits for it.
        let one = all
            .items
            .iter()
            .rfind(|object| object.name_any().ends_with("-edge"))
            .or(all.items.first());
        if let Some(object) = one {
            let value = serde_json::to_value(object).unwrap();
            subjects.push(Subject {
                kind,
                name: object.name_any(),
                object: value,
            });
        }
    }
    subjects
}

async fn change(bench: &Bench, subject: &Subject, change: &Value) {
    let parameters = PatchParams {
        field_manager: Some("somebody".to_owned()),
        ..PatchParams::default()
    };
    let typed = !Kind::OPTIONAL.contains(&subject.kind);
    let patch = if typed {
        Patch::Strategic(change)
    } else {
        Patch::Merge(change)
    };
    bench
        .objects(subject.kind)
        .patch(&subject.name, &parameters, &patch)
        .await
        .unwrap();
}

/// Deleted, it comes back the same.
async fn comes_back(bench: &Bench, subject: &Subject) {
    let uid = subject.object["metadata"]["uid"].clone();
    bench
        .objects(subject.kind)
        .delete(&subject.name, &DeleteParams::background())
        .await
        .unwrap();
    let back = bench.wait_for_object(subject.kind, &subject.name, "it is back", |object| {
        object["metadata"]["uid"] != uid
    });
    assert_eq!(
        essence(&back.await),
        essence(&subject.object),
        "{} {}",
        subject.kind,
        subject.name
    );
}

/// What the operator set is set again.
async fn is_restored(bench: &Bench, subject: &Subject) {
    change(
        bench,
        subject,
        &fit(owned_change(subject.kind), &subject.object),
    )
    .await;
    let what = "it is as it was";
    let same = |object: &Value| same_but_theirs(object, &subject.object);
    bench
        .wait_for_object(subject.kind, &subject.name, what, same)
        .await;
}

fn same_but_theirs(object: &Value, before: &Value) -> bool {
    let fields = |object: &Value| {
        let mut object = essence(object);
        if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
            // Theirs: we do not set it.
            spec.remove("publishNotReadyAddresses");
        }
        object
    };
    fields(object) == fields(before)
}

/// What others set stays.
async fn leaves_theirs(bench: &Bench, subject: &Subject) {
    let mut theirs = json!({"metadata": {
        "annotations": {"example.org/theirs": "x"},
        "labels": {"example.org/theirs": "x"},
    }});
    if subject.kind == Kind::Deployment {
        let restarted = json!({"kubectl.kubernetes.io/restartedAt": "2026-01-02T03:04:05Z"});
        theirs["spec"] =
            json!({"replicas": 4, "template": {"metadata": {"annotations": restarted}}});
    }
    change(bench, subject, &theirs).await;
}

fn has_theirs(object: &Value, kind: Kind) -> bool {
    let metadata = &object["metadata"];
    let own = metadata["annotations"]["example.org/theirs"] == "x"
        && metadata["labels"]["example.org/theirs"] == "x";
    let template = &object["spec"]["template"]["metadata"]["annotations"];
    let of_pods = template.get("kubectl.kubernetes.io/restartedAt").is_some()
        && object["spec"]["replicas"] == 4;
    own && (kind != Kind::Deployment || of_pods)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_is_mended_and_what_others_add_is_left_alone() {
    let bench = Bench::start("drift").await;
    let parents = json!([{"name": "public"}]);
    let forums = [
        ("demo", json!({"monitoring": {"serviceMonitor": true}})),
        (
            "routed",
            json!({"host": "a.example.org", "edge": {"gateway": {"parentRefs": parents}}}),
        ),
        (
            "served",
            json!({"host": "b.example.org", "edge": {"ingress": {}}}),
        ),
    ];
    for (name, spec) in &forums {
        bench.apply(name, spec.clone()).await;
    }
    let mut all = Vec::new();
    for (name, _) in &forums {
        bench.wait_until_ready(name).await;
        bench.settle(name).await;
        for subject in subjects(&bench, name).await {
            if *name == "demo" || matches!(subject.kind, Kind::Ingress | Kind::HttpRoute) {
                all.push(subject);
            }
        }
    }
    let kinds: std::collections::BTreeSet<Kind> = all.iter().map(|subject| subject.kind).collect();
    assert_eq!(
        kinds.len(),
        Kind::ALWAYS.len() + Kind::OPTIONAL.len(),
        "{kinds:?}"
    );

    join_all(all.iter().map(|subject| is_restored(&bench, subject))).await;
    join_all(all.iter().map(|subject| comes_back(&bench, subject))).await;
    for (name, _) in &forums {
        bench.wait_until_ready(name).await;
    }
    join_all(all.iter().map(|subject| leaves_theirs(&bench, subject))).await;
    for (name, _) in &forums {
        bench.pass(name, 2).await;
        bench.wait_until_ready(name).await;
    }
    for subject in &all {
        let now = bench.object(subject.kind, &subject.name).await.unwrap();
        assert!(
            has_theirs(&now, subject.kind),
            "{} {}: {now:#}",
            subject.kind,
            subject.name
        );
    }
}
