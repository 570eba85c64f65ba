//! What pods say that they do not reach becomes conditions, and clears again.

use std::sync::{Arc, Mutex};

use folkmoot_cluster_tests::condition;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::{
    bench::{Bench, plane},
    process::Operator,
};

/// All pods of a namespace, which answer at one address with the same words.
struct Pods {
    problems: Arc<Mutex<Value>>,
    port: u16,
    task: JoinHandle<()>,
}

impl Drop for Pods {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Pods {
    async fn start() -> Self {
        let problems = Arc::new(Mutex::new(json!({})));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let said = problems.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, said.lock().unwrap().clone()));
            }
        });
        Self {
            problems,
            port,
            task,
        }
    }

    fn say(&self, problems: Value) {
        *self.problems.lock().unwrap() = problems;
    }
}

async fn answer(mut stream: TcpStream, problems: Value) -> std::io::Result<()> {
    let mut request = [0; 2048];
    let length = stream.read(&mut request).await?;
    let body = if request[..length].starts_with(b"GET /sockets") {
        json!({"sockets": 0, "draining": false})
    } else {
        json!({"status": "whatever", "problems": problems})
    };
    let body = body.to_string();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all((head + &body).as_bytes()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_dependency_is_named_and_clears_again() {
    let pods = Pods::start().await;
    let plane = plane().await;
    let namespace = plane.namespace("lost").await;
    let port = pods.port.to_string();
    let variables = [
        ("WATCH_NAMESPACES", namespace.name()),
        ("POD_ADMIN_PORT", &port),
    ];
    let operator = Operator::start(plane.kubeconfig(), &variables);
    let bench = Bench::answering(namespace, operator, "127.0.0.1").await;
    bench.apply("demo", json!({})).await;
    bench.wait_until_ready("demo").await;
    for dependency in [
        "PostgresReady",
        "RedisReady",
        "NatsReady",
        "ObjectStorageReady",
    ] {
        bench.wait("demo", dependency, "True", "Reached").await;
    }
    bench.wait("demo", "Degraded", "False", "AsExpected").await;
    bench.settle("demo").await;

    pods.say(json!({"redis": "connection refused"}));
    bench
        .wait("demo", "RedisReady", "False", "NotReached")
        .await;
    let forum = bench
        .wait("demo", "Degraded", "True", "DependencyLost")
        .await;
    // It serves nevertheless.
    assert_eq!(condition(&forum, "Ready").unwrap()["status"], "True");
    assert_eq!(condition(&forum, "NatsReady").unwrap()["status"], "True");
    let message = bench.message("demo", "RedisReady").await;
    assert!(
        message.contains("connection refused") && message.contains("demo-"),
        "{message}"
    );
    // It is said once, however often it is looked at.
    bench.settle("demo").await;

    pods.say(json!({}));
    bench.wait("demo", "RedisReady", "True", "Reached").await;
    bench.wait("demo", "Degraded", "False", "AsExpected").await;
    let events = bench.events("demo").await;
    for once in ["DependencyLost", "DependencyBack"] {
        let told = events.iter().filter(|reason| *reason == once).count();
        assert_eq!(told, 1, "{once}: {events:?}");
    }
}
