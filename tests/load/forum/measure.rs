//! Requests at a steady rate, in an open loop: one that could not be sent in time keeps the time at which it should have
//! been, so that a stall counts against each request it delays.

use std::{fs, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use folkmoot_load::histogram::Histogram;
use serde::Serialize;
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::http::{Connection, Request};

/// Connections over which requests are sent.
const CONNECTIONS: usize = 32;

/// How much, for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Requests a second.
    pub(crate) rate: f64,
    /// What is measured.
    pub(crate) window: Duration,
    /// What is sent before.
    pub(crate) warm_up: Duration,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Figures {
    /// Milliseconds from when the request was due until the whole answer was there.
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
    /// Requests that were answered as they should be.
    pub(crate) answered: u64,
    /// The others.
    pub(crate) failed: u64,
    /// Requests for one CPU second of the process.
    pub(crate) per_cpu_second: f64,
    /// Resident memory of the process at the end, in MiB.
    pub(crate) resident_mib: f64,
}

#[derive(Default)]
struct Counted {
    histogram: Histogram,
    failed: u64,
}

/// Sends what `make` makes of the number of a request.
pub(crate) async fn run(
    address: SocketAddr,
    pid: u32,
    load: Load,
    make: impl Fn(u64) -> Request,
) -> Result<Figures> {
    let warm = Load {
        window: load.warm_up,
        ..load
    };
    send(address, warm, &make, 1 << 32).await?;
    let before = cpu_seconds(pid)?;
    let counted = send(address, load, &make, 0).await?;
    let cpu = cpu_seconds(pid)? - before;
    let milliseconds = |quantile| counted.histogram.quantile(quantile) as f64 / 1e6;
    Ok(Figures {
        p50: milliseconds(0.5),
        p95: milliseconds(0.95),
        p99: milliseconds(0.99),
        answered: counted.histogram.total(),
        failed: counted.failed,
        per_cpu_second: counted.histogram.total() as f64 / cpu.max(0.01),
        resident_mib: resident_mib(pid)?,
    })
}

async fn send(
    address: SocketAddr,
    load: Load,
    make: &impl Fn(u64) -> Request,
    first: u64,
) -> Result<Counted> {
    let (sender, due) = mpsc::unbounded_channel::<(Instant, Request)>();
    let due = Arc::new(Mutex::new(due));
    let mut workers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        workers.spawn(work(address, Arc::clone(&due)));
    }
    let start = Instant::now();
    let count = (load.rate * load.window.as_secs_f64()) as u64;
    for index in 0..count {
        let at = start + Duration::from_secs_f64(index as f64 / load.rate);
        sleep_until(at).await;
        sender.send((at, make(first + index)))?;
    }
    drop(sender);
    let mut all = Counted::default();
    while let Some(counted) = workers.join_next().await {
        let counted = counted?;
        all.histogram.add(&counted.histogram);
        all.failed += counted.failed;
    }
    Ok(all)
}

async fn work(
    address: SocketAddr,
    due: Arc<Mutex<mpsc::UnboundedReceiver<(Instant, Request)>>>,
) -> Counted {
    let (mut connection, mut counted) = (Connection::to(address), Counted::default());
    loop {
        let next = due.lock().await.recv().await;
        let Some((at, request)) = next else {
            return counted;
        };
        match connection.send(&request).await {
            Ok(answer) if (200..300).contains(&answer.status) => {
                let nanoseconds = u64::try_from(at.elapsed().as_nanos()).unwrap_or(u64::MAX);
                counted.histogram.record(nanoseconds);
            }
            Ok(_) => counted.failed += 1,
            Err(_) => {
                counted.failed += 1;
                connection = Connection::to(address);
            }
        }
    }
}

/// CPU seconds that all threads of a process used so far, in user and kernel mode.
pub(crate) fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is a name in parentheses that may contain anything; utime and stime are the 14th and 15th.
    let (_, fields) = stat
        .rsplit_once(')')
        .context("/proc/PID/stat without a name")?;
    let times = fields.split_whitespace().skip(11).take(2);
    let ticks = times.map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(ticks as f64 / 100.0)
}

/// Resident memory of a process.
pub(crate) fn resident_mib(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|rest| rest.split_whitespace().next());
    Ok(kibibytes.context("no VmRSS")?.parse::<f64>()? / 1024.0)
}
