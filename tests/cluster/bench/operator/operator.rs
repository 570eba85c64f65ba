//! The operator that is measured.

use std::{path::PathBuf, process::Command, time::Duration};

use folkmoot_cluster_tests::ControlPlane;
use folkmoot_tests::{
    daemon::{Daemon, Scratch, free_port, tied_to_us},
    wait,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The executable, as `scripts/bench-operator.sh` built it.
fn executable() -> PathBuf {
    std::env::var_os("OPERATOR")
        .expect("OPERATOR names the executable")
        .into()
}

/// Tells the cluster of the kind.
pub(crate) async fn define(plane: &ControlPlane) {
    let definition = Command::new(executable())
        .arg("crd")
        .output()
        .expect("the executable");
    let definition = String::from_utf8(definition.stdout).expect("JSON");
    plane.apply(&definition).await;
    let established = [
        "wait",
        "--for=condition=Established",
        "crd/foruminstances.folkmoot.dev",
    ];
    plane.kubectl(&established).await;
}

/// The operator that is measured.
pub(crate) struct Operator {
    daemon: Daemon,
    port: u16,
    _scratch: Scratch,
}

/// What the operator says that it did.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Metrics {
    /// Requests to the API, of all kinds.
    pub(crate) requests: f64,
    /// Those that write.
    pub(crate) writes: f64,
    /// Passes over forums.
    pub(crate) passes: f64,
    /// Those that ended early.
    pub(crate) errors: f64,
}

impl Operator {
    /// Starts it, and waits until it has seen all that there is.
    pub(crate) async fn start(plane: &ControlPlane) -> Self {
        let scratch = Scratch::new("bench-operator");
        let port = free_port();
        let kubeconfig = plane.kubeconfig().to_owned();
        let recipe = move || {
            let mut command = tied_to_us(executable());
            command
                .env("KUBECONFIG", &kubeconfig)
                .args(["--host", "127.0.0.1", "--health-port", &port.to_string()])
                .args(["--pod-namespace", "default"]);
            command
        };
        let daemon = Daemon::new("folkmoot-operator", scratch.path().join("log"), recipe);
        daemon.start();
        let operator = Self {
            daemon,
            port,
            _scratch: scratch,
        };
        let ready = wait::try_until(Duration::from_secs(60), async || {
            let answer = operator.get("/readyz").await?;
            answer.starts_with("HTTP/1.1 200").then_some(())
        });
        assert!(
            ready.await.is_some(),
            "it does not become ready:\n{}",
            operator.daemon.log_tail()
        );
        operator
    }

    /// The number of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.daemon
            .pid()
            .unwrap_or_else(|| panic!("it has ended:\n{}", self.daemon.log_tail()))
    }

    /// Reads its metrics.
    pub(crate) async fn metrics(&self) -> Metrics {
        let text = self.get("/metrics").await.expect("it answers");
        Metrics {
            requests: sum(&text, "folkmoot_operator_requests_total", |_| true),
            writes: sum(&text, "folkmoot_operator_writes_total", |_| true),
            passes: sum(&text, "folkmoot_operator_passes_total", |_| true),
            errors: sum(&text, "folkmoot_operator_errors_total", |_| true),
        }
    }

    /// Requests by resource and method, or writes by kind and verb, as the series of the metric say.
    pub(crate) async fn series(&self, metric: &str) -> Vec<(String, f64)> {
        let text = self.get("/metrics").await.expect("it answers");
        let series = text.lines().filter_map(|line| {
            let (labels, value) = line
                .strip_prefix(metric)?
                .strip_prefix('{')?
                .rsplit_once("} ")?;
            Some((labels.to_owned(), value.trim().parse().ok()?))
        });
        let mut series: Vec<(String, f64)> = series.collect();
        series.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        series
    }

    async fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: operator\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        Some(answer)
    }
}

/// The sum of the series of a metric whose labels pass `filter`.
pub(crate) fn sum(text: &str, metric: &str, filter: impl Fn(&str) -> bool) -> f64 {
    let series = text.lines().filter_map(|line| {
        let rest = line.strip_prefix(metric)?;
        let (labels, value) = match rest.strip_prefix('{') {
            Some(rest) => rest.rsplit_once("} ")?,
            None => ("", rest.strip_prefix(' ')?),
        };
        filter(labels).then(|| value.trim().parse::<f64>().ok())?
    });
    // Not -0, which is the sum of nothing.
    series.fold(0.0, std::ops::Add::add)
}
