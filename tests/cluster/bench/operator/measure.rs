//! What is read off, and the table.

use std::{fmt::Write as _, fs, time::Duration};

use folkmoot_cluster_tests::ControlPlane;
use http::Request;
use kube::Client;

use crate::operator::{Metrics, Operator, sum};

/// The aims: seconds until all are applied, MiB of memory, writes in the idle time.
const AIM_SECONDS: f64 = 60.0;
const AIM_MEMORY: f64 = 60.0;
const AIM_WRITES: f64 = 0.0;
/// Ticks a second of a process's times: fixed for programs on Linux.
const TICKS: f64 = 100.0;
/// Leases say only that a server lives.
const LEASES: &str = r#"resource="leases""#;

/// The state of things at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sample {
    metrics: Metrics,
    /// Writes that the apiserver has counted, whoever sent them.
    server_writes: f64,
    /// MiB now, and at most so far.
    memory: f64,
    peak: f64,
    /// Processor seconds so far, of the operator and of the servers.
    processor: f64,
    servers: f64,
    /// And of this program, which takes from the others.
    here: f64,
}

impl Sample {
    /// Reads everything.
    pub(crate) async fn take(operator: &Operator, plane: &ControlPlane, client: &Client) -> Self {
        let pid = operator.pid();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
        let request = Request::get("/metrics")
            .body(Vec::new())
            .expect("a request");
        let server = client
            .request_text(request)
            .await
            .expect("the apiserver answers");
        Self {
            metrics: operator.metrics().await,
            server_writes: sum(&server, "apiserver_request_total", is_write),
            memory: mebibytes(&status, "VmRSS:"),
            peak: mebibytes(&status, "VmHWM:"),
            processor: processor(pid),
            servers: plane.pids().into_iter().map(processor).sum(),
            here: processor(std::process::id()),
        }
    }
}

fn is_write(labels: &str) -> bool {
    let verbs = [
        "POST",
        "PUT",
        "PATCH",
        "APPLY",
        "DELETE",
        "DELETECOLLECTION",
    ];
    let written = verbs
        .iter()
        .any(|verb| labels.contains(&format!("verb=\"{verb}\"")));
    written && !labels.contains(LEASES)
}

fn mebibytes(status: &str, name: &str) -> f64 {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap_or("0 kB");
    let number = line.trim().trim_end_matches(" kB").parse::<f64>();
    number.unwrap_or(0.0) / 1024.0
}

/// Seconds of a process: the 14th and 15th of the fields, of which the second is a name that may hold anything.
fn processor(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let (_, fields) = stat.rsplit_once(") ").unwrap_or_default();
    let times = fields.split(' ').skip(11).take(2);
    times
        .filter_map(|field| field.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS
}

/// What is printed.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// How many there were.
    pub(crate) forums: usize,
    /// Until all were rolled out, and until all were Ready.
    pub(crate) applied: Duration,
    pub(crate) ready: Duration,
    /// Before, after, and after the idle time.
    pub(crate) rest: Sample,
    pub(crate) busy: Sample,
    pub(crate) idle: Sample,
}

impl Figures {
    /// The table, in Markdown.
    pub(crate) fn table(&self) -> String {
        let mut table = String::from("| figure | value | aim | |\n|---|---:|---:|---|\n");
        let mut row = |name: &str, value: String, aim: Option<(f64, f64)>| {
            let (aim, met) = match aim {
                None => (String::new(), ""),
                Some((value, aim)) if value <= aim => (format!("at most {aim}"), "met"),
                Some((_, aim)) => (format!("at most {aim}"), "**missed**"),
            };
            let _ = writeln!(table, "| {name} | {value} | {aim} | {met} |");
        };
        let each = self.forums.max(1) as f64;
        let (rest, busy, idle) = (&self.rest, &self.busy, &self.idle);
        let applied = self.applied.as_secs_f64();
        row(
            &format!(
                "seconds until {} forums are applied, wave by wave",
                self.forums
            ),
            format!("{applied:.1}"),
            Some((applied, AIM_SECONDS)),
        );
        row(
            "seconds until all are Ready",
            format!("{:.1}", self.ready.as_secs_f64()),
            None,
        );
        let requests = (busy.metrics.requests - rest.metrics.requests) / each;
        row("API requests a forum", format!("{requests:.1}"), None);
        let writes = (busy.metrics.writes - rest.metrics.writes) / each;
        row("of which writes", format!("{writes:.1}"), None);
        let passes = (busy.metrics.passes - rest.metrics.passes) / each;
        row("passes a forum", format!("{passes:.1}"), None);
        row(
            "passes that ended early",
            format!("{}", busy.metrics.errors),
            None,
        );
        row(
            "MiB at rest, without forums",
            format!("{:.1}", rest.memory),
            None,
        );
        row(
            "MiB at most",
            format!("{:.1}", idle.peak),
            Some((idle.peak, AIM_MEMORY)),
        );
        row("MiB when all is done", format!("{:.1}", idle.memory), None);
        row(
            "processor seconds until then",
            format!("{:.1}", busy.processor - rest.processor),
            None,
        );
        row(
            "processor seconds of etcd and kube-apiserver until then",
            format!("{:.1}", busy.servers - rest.servers),
            None,
        );
        row(
            "processor seconds of this program until then",
            format!("{:.1}", busy.here - rest.here),
            None,
        );
        let written = idle.metrics.writes - busy.metrics.writes;
        row(
            "writes while idle, by the operator",
            format!("{written}"),
            Some((written, AIM_WRITES)),
        );
        let counted = idle.server_writes - busy.server_writes;
        row(
            "writes while idle, by the apiserver",
            format!("{counted}"),
            Some((counted, AIM_WRITES)),
        );
        let requests = idle.metrics.requests - busy.metrics.requests;
        row("all API requests while idle", format!("{requests}"), None);
        row(
            "processor seconds while idle",
            format!("{:.2}", idle.processor - busy.processor),
            None,
        );
        table
    }
}
