//! The samples, applied as the README says.

use folkmoot_crds::ForumInstance;
use kube::{
    Api,
    api::{Patch, PatchParams},
};
use serde_json::json;

use crate::support::{file, plane_with_forums};

const SAMPLES: [(&str, &str); 6] = [
    ("minimal", "demo"),
    ("external-stores", "external"),
    ("autoscaled", "autoscaled"),
    ("ingress", "behind-ingress"),
    ("gateway", "behind-gateway"),
    ("forward-auth", "guarded"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sample_is_applied_and_applied_again_without_a_change() {
    let plane = plane_with_forums().await;
    let namespace = plane.namespace("samples").await;
    for (sample, name) in SAMPLES {
        let path = file(&format!("manifests/samples/{sample}.yaml"));
        let apply = ["apply", "--warnings-as-errors", "--filename", &path];
        let said = namespace.kubectl(&apply).await;
        assert_eq!(
            said.trim(),
            format!("foruminstance.folkmoot.dev/{name} created")
        );
        let said = namespace.kubectl(&apply).await;
        assert_eq!(
            said.trim(),
            format!("foruminstance.folkmoot.dev/{name} unchanged")
        );
    }
    let listed = namespace
        .kubectl(&["get", "folkmoot", "--output=name"])
        .await;
    assert_eq!(listed.lines().count(), SAMPLES.len(), "{listed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_samples_of_kustomize_are_applied() {
    let plane = plane_with_forums().await;
    let namespace = plane.namespace("kustomized").await;
    namespace
        .kubectl(&["apply", "-k", &file("manifests/samples")])
        .await;
    namespace.kubectl(&["get", "forum/demo"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_and_scale_show_what_the_status_says() {
    let plane = plane_with_forums().await;
    let namespace = plane.namespace("columns").await;
    namespace
        .kubectl(&["apply", "-f", &file("manifests/samples/minimal.yaml")])
        .await;
    let forums: Api<ForumInstance> = namespace.api(plane.client().await);
    let status = json!({"status": {
        "url": "http://localhost:8080",
        "version": "0.1.0",
        "chat": {"replicas": 2, "readyReplicas": 1, "desiredReplicas": 2, "selector": "app.kubernetes.io/component=chat", "sockets": 7},
        "conditions": [{"type": "Ready", "status": "False", "reason": "RollingOut", "message": "chat: 1 of 2", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
    }});
    forums
        .patch_status("demo", &PatchParams::default(), &Patch::Merge(status))
        .await
        .unwrap();

    let table = namespace.kubectl(&["get", "forums"]).await;
    let mut lines = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    assert_eq!(
        lines.next().unwrap(),
        ["NAME", "READY", "URL", "CHAT", "SOCKETS", "VERSION", "AGE"]
    );
    let row = lines.next().unwrap();
    assert_eq!(
        row[..6],
        ["demo", "False", "http://localhost:8080", "1", "7", "0.1.0"]
    );
    let wide = namespace
        .kubectl(&["get", "forum", "demo", "-o", "wide"])
        .await;
    for shown in ["RollingOut", "chat: 1 of 2", "folkmoot-services:"] {
        assert!(wide.contains(shown), "{wide}");
    }

    namespace
        .kubectl(&[
            "scale",
            "forum/demo",
            "--replicas=3",
            "--current-replicas=1",
        ])
        .await;
    assert_eq!(forums.get("demo").await.unwrap().spec.chat.replicas, 3);
    let scale = forums.get_scale("demo").await.unwrap();
    let status = scale.status.unwrap();
    assert_eq!(status.replicas, 2);
    assert_eq!(status.selector.unwrap(), "app.kubernetes.io/component=chat");
    let many = namespace
        .try_kubectl(&["scale", "forum/demo", "--replicas=101"], "")
        .await;
    assert!(many.expect_failure().contains("spec.chat.replicas"));
}
