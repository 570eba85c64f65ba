//! The operator as a process.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    time::Duration,
};

use folkmoot_tests::{
    daemon::{Daemon, Scratch, Signal, free_port, tied_to_us},
    wait,
};

/// Longer than a start takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// An operator, running or not. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Operator {
    daemon: Daemon,
    port: u16,
    http: reqwest::Client,
    _scratch: Scratch,
}

impl Operator {
    /// Starts one with these variables besides those that every one of the tests has.
    pub(crate) fn start(kubeconfig: &Path, variables: &[(&str, &str)]) -> Self {
        let scratch = Scratch::new("operator");
        let port = free_port();
        let mut all = BTreeMap::from([
            ("KUBECONFIG".to_owned(), kubeconfig.display().to_string()),
            ("HOST".to_owned(), "127.0.0.1".to_owned()),
            ("HEALTH_PORT".to_owned(), port.to_string()),
            ("LOG".to_owned(), "info,folkmoot_operator=debug".to_owned()),
            ("POD_NAMESPACE".to_owned(), "folkmoot-system".to_owned()),
        ]);
        let given = variables.iter();
        all.extend(given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let recipe = move || {
            let mut command: Command = tied_to_us(executable());
            command.env_clear().envs(&all);
            command
        };
        let daemon = Daemon::new("operator", scratch.path().join("log"), recipe);
        daemon.start();
        folkmoot_common::server::install_crypto();
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(5))
            .build()
            .unwrap();
        Self {
            daemon,
            port,
            http,
            _scratch: scratch,
        }
    }

    /// What it answers: the status code and the body.
    pub(crate) async fn ask(&self, path: &str) -> Option<(u16, String)> {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let answer = self.http.get(url).send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    pub(crate) async fn wait_until_ready(&self) {
        self.wait_until("it is ready", async || {
            self.ask("/readyz").await.filter(|(code, _)| *code == 200)
        })
        .await;
    }

    /// Waits until `probe` answers; shows the log if it does not.
    pub(crate) async fn wait_until<T>(
        &self,
        what: &str,
        probe: impl AsyncFnMut() -> Option<T>,
    ) -> T {
        match wait::try_until(LIMIT, probe).await {
            Some(answer) => answer,
            None => panic!("the operator: {what}. Its log:\n{}", self.daemon.log_tail()),
        }
    }

    /// The values of a metric, by its labels as they are written.
    pub(crate) async fn metric(&self, name: &str) -> BTreeMap<String, f64> {
        let (_, text) = self.ask("/metrics").await.unwrap();
        let lines = text.lines().filter_map(|line| line.strip_prefix(name));
        let values = lines.filter_map(|line| {
            let (labels, value) = line.rsplit_once(' ')?;
            (labels.is_empty() || labels.starts_with('{'))
                .then(|| (labels.to_owned(), value.parse().unwrap()))
        });
        values.collect()
    }

    /// The sum of the values of a metric whose labels contain `part`.
    pub(crate) async fn sum(&self, name: &str, part: &str) -> f64 {
        let values = self.metric(name).await;
        values
            .iter()
            .filter(|(labels, _)| labels.contains(part))
            .map(|(_, value)| value)
            .sum()
    }

    /// Requests that change something, Leases apart.
    pub(crate) async fn writes(&self) -> f64 {
        let requests = self.metric("folkmoot_operator_requests_total").await;
        let writes = requests
            .iter()
            .filter(|(labels, _)| !labels.contains("\"GET\"") && !labels.contains("leases"));
        writes.map(|(_, count)| count).sum()
    }

    /// Passes that ended well.
    pub(crate) async fn passes(&self) -> f64 {
        self.sum("folkmoot_operator_passes_total", "ok").await
    }

    pub(crate) async fn is_leader(&self) -> bool {
        self.ask("/metrics").await.is_some() && self.sum("folkmoot_operator_leader", "").await > 0.5
    }

    /// SIGTERM, and waits for its end.
    pub(crate) async fn terminate(&self) -> ExitStatus {
        self.daemon.signal(Signal::SIGTERM);
        self.wait().await
    }

    pub(crate) async fn freeze(&self) {
        self.daemon.pause().await;
    }

    pub(crate) fn thaw(&self) {
        self.daemon.signal(Signal::SIGCONT);
    }

    /// Waits for its end.
    pub(crate) async fn wait(&self) -> ExitStatus {
        self.daemon.wait().await.unwrap()
    }

    pub(crate) async fn kill(&self) {
        self.daemon.kill().await;
    }

    pub(crate) async fn start_again(&self) {
        self.daemon.start();
        self.wait_until_ready().await;
    }

    pub(crate) fn is_running(&self) -> bool {
        self.daemon.is_running()
    }

    pub(crate) fn log(&self) -> String {
        self.daemon.log()
    }

    pub(crate) fn log_tail(&self) -> String {
        self.daemon.log_tail()
    }
}

fn executable() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // target/PROFILE/deps/operator-HASH
    let program = test
        .parent()
        .and_then(Path::parent)
        .unwrap()
        .join("folkmoot-operator");
    assert!(
        program.is_file(),
        "{} does not exist; run cargo build --workspace",
        program.display()
    );
    program
}
