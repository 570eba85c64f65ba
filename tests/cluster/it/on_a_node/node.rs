//! The node itself: pods run, answer, and nothing is left of it.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use folkmoot_cluster_tests::{Component, Node, wait_for, wait_for_condition};
use folkmoot_tests::wait;
use k8s_openapi::api::{apps::v1::Deployment, core::v1};
use kube::Api;

use super::{report, together};

const LIMIT: Duration = Duration::from_secs(120);

const PLATFORM: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: platform}
spec:
  replicas: 2
  selector: {matchLabels: {app: platform}}
  template:
    metadata: {labels: {app: platform}}
    spec:
      automountServiceAccountToken: false
      securityContext:
        {runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: platform
        image: ghcr.io/folkmoot/folkmoot-services:0.1.0
        env: [{name: ADMIN_PORT, value: "9090"}, {name: PUBLIC_URL, value: "http://platform.test"}]
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
        readinessProbe: {httpGet: {path: /readyz, port: 9090}, periodSeconds: 1}
        volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, emptyDir: {}}]
---
apiVersion: v1
kind: Service
metadata: {name: platform}
spec: {selector: {app: platform}, sessionAffinity: ClientIP, ports: [{port: 80, targetPort: 8080}]}
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restricted_pods_of_the_real_image_answer_through_a_service() {
    let _turn = together().await;
    let start = Instant::now();
    let node = Node::shared().await;
    report("a node with all images", start);
    let nodes: Api<v1::Node> = Api::all(node.client().await);
    wait_for_condition(&nodes, "node1", "Ready", "True", LIMIT).await;

    let namespace = node.namespace("platform").await;
    let restricted = "pod-security.kubernetes.io/enforce=restricted";
    node.kubectl(&["label", "namespace", namespace.name(), restricted])
        .await;
    let start = Instant::now();
    namespace.apply(PLATFORM).await;
    let deployments: Api<Deployment> = namespace.api(node.client().await);
    wait_for(
        &deployments,
        "platform",
        "both pods are ready",
        LIMIT,
        |deployment| {
            let status = deployment.status.as_ref();
            status.and_then(|status| status.ready_replicas) == Some(2)
        },
    )
    .await;
    report("two pods ready", start);

    let site = node.service(&namespace, "platform", 80).await;
    let member = site.register("ada").await;
    let mut socket = member.chat("hall").await;
    socket.send_text("hello").await;
    let message = socket.next_message().await;
    assert_eq!(message["content"], "hello");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_apiserver_and_the_kubelet_come_back() {
    let _turn = together().await;
    let node = Node::start().await;
    let start = Instant::now();
    node.stop(Component::Apiserver).await;
    let client = node.client().await;
    client.apiserver_version().await.expect_err("it is stopped");
    report("no apiserver", start);
    node.stop(Component::Kubelet).await;
    node.start_again(Component::Kubelet).await;
    node.start_again(Component::Apiserver).await;
    let nodes: Api<v1::Node> = Api::all(node.client().await);
    wait_for_condition(&nodes, "node1", "Ready", "True", LIMIT).await;

    report("it is back", start);

    let start = Instant::now();
    let (pid, folder) = (node.pid().expect("it runs"), node.folder().to_owned());
    drop(node);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    assert!(!folder.exists());
    nothing_is_left_of(&folder).await;
    report("nothing is left", start);
}

/// Control groups, processes and mounts carry the name of the node's folder, or a hash of it.
async fn nothing_is_left_of(folder: &Path) {
    let text = folder.to_str().expect("the path is text").to_owned();
    let look = format!(
        "group=folkmoot-$(printf %s '{text}' | sha256sum | cut -c 1-12)
        find /sys/fs/cgroup -maxdepth 2 -name $group
        grep -lsF '{text}' /proc/[0-9]*/cmdline /proc/[0-9]*/mounts | grep -v self"
    );
    wait::until("nothing is left of the node", async || {
        let output = Command::new("sh")
            .args(["-c", &look])
            .stderr(Stdio::null())
            .output();
        let output = output.expect("sh");
        // The shell that looks knows the name too.
        let found = String::from_utf8_lossy(&output.stdout).into_owned();
        found.lines().all(is_gone).then_some(())
    })
    .await;
}

fn is_gone(path: &str) -> bool {
    !Path::new(path).exists()
}
