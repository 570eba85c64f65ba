//! The folder of a cluster: certificates, kubeconfigs, logs.

use std::{path::Path, time::Duration};

use kube::Client;
use tokio::process::Command;

use crate::{
    Cluster,
    command::{run, script},
    watching::until,
};

/// Writes certificates and settings for an apiserver on loopback; `ports` are its own and the two of etcd.
///
/// # Panics
/// If they cannot be made.
pub(crate) async fn prepare(state: &Path, ports: &[String; 3]) {
    let mut command = Command::new(script());
    command
        .arg("prepare")
        .arg(state)
        .arg("127.0.0.1")
        .args(ports);
    run(command, "").await.expect_success();
}

/// Whether the apiserver says within `limit` that it is ready, and has made what each cluster begins with.
pub(crate) async fn is_ready(cluster: &Cluster, limit: Duration) -> bool {
    let client = cluster.client().await;
    until(limit, async || answers(&client).await.then_some(()))
        .await
        .is_some()
}

async fn answers(client: &Client) -> bool {
    for path in ["/readyz", "/api/v1/namespaces/default"] {
        let request = http::Request::get(path).body(Vec::new());
        let request = request.expect("a request");
        if client.request_text(request).await.is_err() {
            return false;
        }
    }
    true
}
