//! The load test: starts each server in turn on one core, loads it from the other, prints tables.
//! `tests/load/README.md` says how to read them.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the tables and the progress are what it is for"
)]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use folkmoot_load::report::{Idle, Run, Server, Step, Traffic, number};
use folkmoot_load::schedule::Shape;

use measure::{Durations, Session};
use targets::{Places, Target};

mod floor;
mod generator;
mod measure;
mod process;
mod protocol;
mod socket;
mod targets;

/// Measures Folkmoot's chat and its peers.
#[derive(Parser, Debug)]
struct Arguments {
    /// Servers to measure, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Target>,
    /// Short windows, fewer idle sockets and not the variants: for a first look.
    #[arg(long)]
    quick: bool,
    /// Parts to measure, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',')]
    parts: Vec<Part>,
    /// Shapes to load, separated by commas: `1x1000`, `100x10`.
    #[arg(long, value_delimiter = ',')]
    shapes: Vec<String>,
    /// Sockets for the memory figure [default: 10,000; quick: 2,000].
    #[arg(long)]
    idle_sockets: Option<usize>,
    /// Steady rates instead of 20 and 1,000 messages a second.
    #[arg(long)]
    rate: Option<f64>,
    /// Seconds of the steady window.
    #[arg(long)]
    seconds: Option<f64>,
    /// Highest p99 of the search, in milliseconds.
    #[arg(long, default_value_t = 25.0)]
    limit_ms: f64,
    /// Where the results are written as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Be the floor server on this port.
    #[arg(long, value_name = "PORT")]
    floor: Option<u16>,
    /// As the floor server, join what waits for a socket into one write.
    #[arg(long, requires = "floor")]
    joined: bool,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Steady,
    Highest,
    Idle,
}

struct Load {
    shape: Shape,
    rate: f64,
    title: &'static str,
    key: &'static str,
}

const LOADS: [Load; 2] = [
    Load {
        shape: Shape {
            rooms: 1,
            members: 1000,
        },
        rate: 20.0,
        title: "1 room × 1,000 sockets",
        key: "1x1000",
    },
    Load {
        shape: Shape {
            rooms: 100,
            members: 10,
        },
        rate: 1000.0,
        title: "100 rooms × 10 sockets",
        key: "100x10",
    },
];

const ALL: [Target; 6] = [
    Target::Floor,
    Target::FloorJoined,
    Target::Folkmoot,
    Target::FolkmootRedis,
    Target::SocketIo,
    Target::Fastapi,
];
const QUICK: [Target; 4] = [
    Target::Floor,
    Target::Folkmoot,
    Target::SocketIo,
    Target::Fastapi,
];

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(port) = arguments.floor {
        return floor::serve(port, arguments.joined);
    }
    Bench::new(arguments)?.run()
}

struct Bench {
    arguments: Arguments,
    places: Places,
    durations: Durations,
    _scratch: tempfile::TempDir,
}

impl Bench {
    fn new(arguments: Arguments) -> Result<Self> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .canonicalize()?;
        let folder = root.join("target/load");
        fs::create_dir_all(&folder)?;
        let scratch = tempfile::tempdir_in(&folder)?;
        let places = Places {
            root,
            scratch: scratch.path().to_owned(),
        };
        let mut durations = durations(arguments.quick);
        durations.limit = arguments.limit_ms / 1e3;
        durations.steady.1 = arguments.seconds.unwrap_or(durations.steady.1);
        Ok(Self {
            arguments,
            places,
            durations,
            _scratch: scratch,
        })
    }

    fn run(&self) -> Result<()> {
        let chosen = match (&self.arguments.only[..], self.arguments.quick) {
            ([], true) => &QUICK[..],
            ([], false) => &ALL[..],
            (only, _) => only,
        };
        let reference = if chosen.contains(&Target::Folkmoot) {
            Target::Folkmoot
        } else {
            chosen[0]
        };
        let mut run = Run {
            quick: self.arguments.quick,
            limit_ms: self.durations.limit * 1e3,
            servers: Vec::new(),
            reference: reference.name().to_owned(),
        };
        let json = self
            .arguments
            .json
            .clone()
            .unwrap_or(self.places.root.join("target/load/results.json"));
        for target in chosen {
            run.servers.push(self.server(*target));
            fs::write(&json, serde_json::to_vec_pretty(&run)?).context("writing the results")?;
        }
        println!("{}", run.markdown());
        eprintln!("results: {}", json.display());
        Ok(())
    }

    fn wants(&self, part: Part) -> bool {
        self.arguments.parts.is_empty() || self.arguments.parts.contains(&part)
    }

    fn server(&self, target: Target) -> Server {
        let shapes = &self.arguments.shapes;
        let wanted =
            |load: &&Load| shapes.is_empty() || shapes.iter().any(|shape| shape == load.key);
        let traffic = LOADS
            .iter()
            .filter(wanted)
            .map(|load| self.traffic(target, load))
            .collect();
        let (idle, idle_note) = match self.wants(Part::Idle).then(|| self.idle(target)) {
            Some(Ok(idle)) => (Some(idle), None),
            Some(Err(error)) => (None, Some(complain(target, "idle sockets", &error))),
            None => (None, None),
        };
        let searched = self.wants(Part::Highest);
        Server {
            name: target.name().to_owned(),
            searched,
            traffic,
            idle,
            idle_note,
        }
    }

    fn traffic(&self, target: Target, load: &Load) -> Traffic {
        let mut traffic = Traffic {
            shape: load.title.to_owned(),
            steady: None,
            highest: None,
            note: None,
        };
        if let Err(error) = self.fill(target, load, &mut traffic) {
            traffic.note = Some(complain(target, load.title, &error));
        }
        traffic
    }

    fn fill(&self, target: Target, load: &Load, traffic: &mut Traffic) -> Result<()> {
        let start = || Session::start(target, &self.places, load.shape, self.durations.limit);
        let tell = |step: &Step| tell(target, load, step);
        if !self.wants(Part::Steady) && !self.wants(Part::Highest) {
            return Ok(());
        }
        let mut session = start()?;
        if self.wants(Part::Steady) {
            let rate = self.arguments.rate.unwrap_or(load.rate);
            let step = session.step(rate, self.durations.steady, false)?;
            tell(&step);
            traffic.steady = Some(step);
        }
        if self.wants(Part::Highest) {
            if traffic.steady.is_some_and(|step| !step.complete()) {
                session = start()?;
            }
            traffic.highest = measure::highest(session, start, load.rate, &self.durations, tell)?;
        }
        Ok(())
    }

    fn idle(&self, target: Target) -> Result<Idle> {
        let usual = if self.arguments.quick { 2_000 } else { 10_000 };
        let members = self.arguments.idle_sockets.unwrap_or(usual);
        let shape = Shape { rooms: 1, members };
        let mut session = Session::start(target, &self.places, shape, self.durations.limit)?;
        let idle = session.idle(self.durations.quiet)?;
        let (connected, after) = idle.kibibytes();
        eprintln!(
            "{}: {connected:.1} KiB a socket, {after:.1} after traffic",
            target.name()
        );
        Ok(idle)
    }
}

fn durations(quick: bool) -> Durations {
    if quick {
        let search = Duration::from_secs(8);
        return Durations {
            steady: (0.5, 2.5),
            step: (0.3, 0.8),
            confirm: 1.0,
            search,
            precision: 2.0,
            limit: 0.025,
            quiet: 1.5,
        };
    }
    let search = Duration::from_secs(40);
    Durations {
        steady: (2.0, 8.0),
        step: (0.5, 1.5),
        confirm: 4.0,
        search,
        precision: 1.12,
        limit: 0.025,
        quiet: 5.0,
    }
}

fn tell(target: Target, load: &Load, step: &Step) {
    eprintln!(
        "{} {}: {} messages/s, {} deliveries/s, {:.1} CPU-s per million, p50 {:.2} p99 {:.2} ms, ratio {:.4}, \
         server {:.0} %, load {:.0} %, send lag {:.1} ms{}",
        target.name(),
        load.key,
        number(step.rate),
        number(step.per_second()),
        step.cpu_per_million(),
        step.latency.p50,
        step.latency.p99,
        step.ratio(),
        100.0 * step.server_cpu / step.seconds,
        100.0 * step.generator_cpu / step.seconds,
        step.send_lag,
        if step.aborted { ", given up" } else { "" },
    );
}

fn complain(target: Target, what: &str, error: &anyhow::Error) -> String {
    let text = format!("{} {what}: {error:#}", target.name());
    eprintln!("{text}");
    text
}
