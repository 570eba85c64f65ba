//! One measurement: a server started afresh, its sockets, and what is counted.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use folkmoot_load::report::{Idle, Latency, Step};
use folkmoot_load::schedule::{Schedule, Shape};
use folkmoot_load::search::Search;

use crate::generator::{Generator, Tally};
use crate::process::{self, LOAD_CORE, Launch, Process, SERVER_CORE};
use crate::targets::{Places, Target};

const SECOND: f64 = 1e9;

/// How long things take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Durations {
    /// Before the window of the steady rate, and the window.
    pub(crate) steady: (f64, f64),
    /// Before the window of a step of the search, and the window.
    pub(crate) step: (f64, f64),
    /// The window that confirms the highest rate.
    pub(crate) confirm: f64,
    /// The whole search.
    pub(crate) search: Duration,
    /// The search ends when the interval is narrower than this factor.
    pub(crate) precision: f64,
    /// Highest p99, in seconds.
    pub(crate) limit: f64,
    /// How long sockets are idle before memory is read, in seconds.
    pub(crate) quiet: f64,
}

/// A server with its sockets.
pub(crate) struct Session {
    generator: Generator,
    server: Process,
    redis: Option<Process>,
    resident_before: u64,
    connect_seconds: f64,
    shape: Shape,
    limit: f64,
    log: PathBuf,
}

impl Session {
    /// Starts Redis if it is needed, then the server, then connects.
    pub(crate) fn start(target: Target, places: &Places, shape: Shape, limit: f64) -> Result<Self> {
        let data = places.scratch.join("data");
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        fs::create_dir_all(&data)?;
        let (port, redis_port) = (process::free_port()?, process::free_port()?);
        let redis = target
            .needs_redis()
            .then(|| start_redis(redis_port, places))
            .transpose()?;
        let launch = target.launch(places, port, redis_port, &data)?;
        let log = places.scratch.join("server.log");
        let mut server = Process::start(target.name(), SERVER_CORE, &launch, &log)?;
        server.wait_for_port(port, &log)?;
        std::thread::sleep(Duration::from_millis(500));
        let resident_before = server.resident_bytes()?;
        let mut generator = Generator::new(port, target.protocol(), shape)?;
        let begin = Instant::now();
        generator.connect(90).with_context(|| tail(&log))?;
        let connect_seconds = begin.elapsed().as_secs_f64();
        Ok(Self {
            generator,
            server,
            redis,
            resident_before,
            connect_seconds,
            shape,
            limit,
            log,
        })
    }

    /// Holds one rate: `durations` are the time before the window, and the window, in seconds.
    /// With `give_up` it ends as soon as the limit cannot be met.
    pub(crate) fn step(&mut self, rate: f64, durations: (f64, f64), give_up: bool) -> Result<Step> {
        let start = self.generator.now() + nanoseconds(0.01);
        let from = start + nanoseconds(durations.0);
        let to = from + nanoseconds(durations.1);
        self.generator.set_window(from, to, nanoseconds(self.limit));
        let mut schedule = Schedule::new(start, to, rate);
        let due = rate * durations.1 * float(self.shape.members as u64);
        let stop = move |tally: &Tally| give_up && float(tally.late) > due / 100.0;
        self.generator.run_until(Some(&mut schedule), from, stop)?;
        let (before, begin, arrived) =
            (self.cpu()?, Instant::now(), self.generator.tally.delivered);
        self.generator.run_until(Some(&mut schedule), to, stop)?;
        let (after, seconds) = (self.cpu()?, begin.elapsed().as_secs_f64());
        let arrived = self.generator.tally.delivered - arrived;
        let aborted = stop(&self.generator.tally);
        let end = self.generator.now() + nanoseconds(3.0);
        self.generator
            .run_until(None, end, |tally| tally.in_window == tally.expected)?;
        let tally = &self.generator.tally;
        let quantile = |quantile| float(tally.latency.quantile(quantile)) / 1e6;
        Ok(Step {
            rate,
            seconds,
            expected: tally.expected,
            delivered: tally.in_window,
            arrived,
            wrong_sockets: self.generator.wrong_sockets(),
            closed: self.generator.closed,
            latency: Latency {
                p50: quantile(0.5),
                p95: quantile(0.95),
                p99: quantile(0.99),
                p999: quantile(0.999),
            },
            server_cpu: after[0] - before[0],
            redis_cpu: after[1] - before[1],
            generator_cpu: after[2] - before[2],
            send_lag: float(tally.send_lag) / 1e6,
            aborted,
        })
    }

    /// Whether a step held its rate.
    pub(crate) fn holds(&self, step: &Step) -> bool {
        step.complete() && step.expected > 0 && !step.aborted && step.latency.p99 < self.limit * 1e3
    }

    /// Resident memory of idle sockets, before and after some traffic.
    pub(crate) fn idle(&mut self, quiet: f64) -> Result<Idle> {
        self.wait(quiet)?;
        let connected = self.server.resident_bytes()?;
        self.step(10.0, (0.0, 2.0), false)?;
        self.wait(quiet)?;
        Ok(Idle {
            sockets: self.shape.sockets() as u64,
            before: self.resident_before,
            connected,
            after_traffic: self.server.resident_bytes()?,
            connect_seconds: self.connect_seconds,
        })
    }

    fn wait(&mut self, seconds: f64) -> Result<()> {
        let end = self.generator.now() + nanoseconds(seconds);
        self.generator.run_until(None, end, |_| false)?;
        if self.generator.closed > 0 {
            let fates = self.generator.fates();
            return Err(anyhow!("sockets were lost: {fates}")).with_context(|| tail(&self.log));
        }
        Ok(())
    }

    fn cpu(&self) -> Result<[f64; 3]> {
        let redis = self.redis.as_ref().map(Process::cpu_seconds).transpose()?;
        Ok([
            self.server.cpu_seconds()?,
            redis.unwrap_or(0.0),
            process::own_cpu_seconds()?,
        ])
    }
}

/// Searches for the highest rate, starting the server again whenever a failed step left it behind.
pub(crate) fn highest(
    mut session: Session,
    again: impl Fn() -> Result<Session>,
    start: f64,
    durations: &Durations,
    tell: impl Fn(&Step),
) -> Result<Option<Step>> {
    let begin = Instant::now();
    // A server that does not hold a quarter of the steady rate holds none: windows are too short for less.
    let mut search = Search::new(start, 4.0, durations.precision, (start / 4.0, 1e6));
    let mut held = Vec::new();
    while let Some(rate) = search.next().filter(|_| begin.elapsed() < durations.search) {
        let step = attempt(&mut session, &again, rate, durations.step, &tell)?;
        let holds = session.holds(&step);
        held.extend(holds.then_some(step));
        search.report(holds);
    }
    // A short step may have been lucky: the result is what a longer one confirms.
    while let Some(candidate) = held.pop() {
        let step = attempt(
            &mut session,
            &again,
            candidate.rate,
            (durations.step.0, durations.confirm),
            &tell,
        )?;
        if session.holds(&step) {
            return Ok(Some(step));
        }
    }
    Ok(None)
}

/// How often a step is tried: one stall of the machine is enough to fail it.
const ATTEMPTS: usize = 3;

/// The last try of a step: the first that holds, if any does.
fn attempt(
    session: &mut Session,
    again: impl Fn() -> Result<Session>,
    rate: f64,
    durations: (f64, f64),
    tell: impl Fn(&Step),
) -> Result<Step> {
    let mut tries = 0;
    loop {
        let step = session.step(rate, durations, true)?;
        tell(&step);
        tries += 1;
        if session.holds(&step) {
            return Ok(step);
        }
        session.generator.quiesce()?;
        if !step.complete() {
            *session = again()?;
        }
        if tries == ATTEMPTS {
            return Ok(step);
        }
    }
}

fn start_redis(port: u16, places: &Places) -> Result<Process> {
    let port_text = port.to_string();
    let arguments = [
        "redis-server",
        "--port",
        &port_text,
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ];
    let launch = Launch {
        arguments: arguments.map(str::to_owned).to_vec(),
        environment: vec![],
        directory: places.scratch.clone(),
    };
    let log = places.scratch.join("redis.log");
    let mut redis = Process::start("redis-server", LOAD_CORE, &launch, &log)?;
    redis.wait_for_port(port, &log)?;
    Ok(redis)
}

fn tail(log: &std::path::Path) -> String {
    let said = fs::read_to_string(log).unwrap_or_default();
    let from = said.len().saturating_sub(1500);
    format!(
        "the server said: {}",
        said.get(from..).unwrap_or_default().trim()
    )
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seconds are small and positive"
)]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * SECOND) as u64
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(value: u64) -> f64 {
    value as f64
}
