//! The results and the tables made from them.

use std::fmt::Write as _;

use serde::Serialize;

/// Latency from the time a message should have been sent to its arrival, over all receivers, in
/// milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Latency {
    /// Median.
    pub p50: f64,
    /// 95 %.
    pub p95: f64,
    /// 99 %.
    pub p99: f64,
    /// 99.9 %.
    pub p999: f64,
}

/// One rate, held for some seconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Step {
    /// Messages a second that were to be sent.
    pub rate: f64,
    /// Length of the window in seconds.
    pub seconds: f64,
    /// Deliveries due for the messages of the window.
    pub expected: u64,
    /// Deliveries that came of them.
    pub delivered: u64,
    /// Deliveries that came during the window, of whatever message.
    pub arrived: u64,
    /// Sockets that did not get exactly the messages of their room, each once.
    pub wrong_sockets: usize,
    /// Sockets that the server closed.
    pub closed: usize,
    /// Latencies.
    pub latency: Latency,
    /// CPU seconds of the server during the window.
    pub server_cpu: f64,
    /// CPU seconds of Redis during the window.
    pub redis_cpu: f64,
    /// CPU seconds of the generator during the window.
    pub generator_cpu: f64,
    /// The longest time by which the generator sent a message too late (ms).
    pub send_lag: f64,
    /// Whether the step was given up because too many deliveries were late.
    pub aborted: bool,
}

impl Step {
    /// Whether every receiver got every message of its room once.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.delivered == self.expected && self.wrong_sockets == 0 && self.closed == 0
    }

    /// Share of the due deliveries that came.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        float(self.delivered) / float(self.expected.max(1))
    }

    /// Deliveries that arrived a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        float(self.arrived) / self.seconds
    }

    /// Server CPU seconds for a million deliveries.
    #[must_use]
    pub fn cpu_per_million(&self) -> f64 {
        self.server_cpu / (float(self.arrived.max(1)) / 1e6)
    }

    /// Deliveries for one CPU second of the server.
    #[must_use]
    pub fn per_cpu_second(&self) -> f64 {
        float(self.arrived) / self.server_cpu.max(0.01)
    }
}

/// What was measured of one server in one shape.
#[derive(Clone, Debug, Serialize)]
pub struct Traffic {
    /// `1 × 1,000` and so on.
    pub shape: String,
    /// The steady rate.
    pub steady: Option<Step>,
    /// The highest rate that was held.
    pub highest: Option<Step>,
    /// Why something is missing.
    pub note: Option<String>,
}

/// What idle sockets cost.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Idle {
    /// Number of sockets, all in one room.
    pub sockets: u64,
    /// Resident bytes of the server before the first socket.
    pub before: u64,
    /// Resident bytes with all sockets, idle.
    pub connected: u64,
    /// Resident bytes after twenty messages to everyone and five quiet seconds.
    pub after_traffic: u64,
    /// Seconds it took to connect all of them.
    pub connect_seconds: f64,
}

impl Idle {
    /// Kibibytes a socket, before and after traffic.
    #[must_use]
    pub fn kibibytes(&self) -> (f64, f64) {
        let grown = |to: u64| float(to.saturating_sub(self.before)) / float(self.sockets) / 1024.0;
        (grown(self.connected), grown(self.after_traffic))
    }
}

/// Everything about one server.
#[derive(Clone, Debug, Serialize)]
pub struct Server {
    /// Its name in the tables.
    pub name: String,
    /// Whether the highest rates were searched for.
    pub searched: bool,
    /// One entry a shape.
    pub traffic: Vec<Traffic>,
    /// Idle sockets.
    pub idle: Option<Idle>,
    /// Why idle sockets could not be measured.
    pub idle_note: Option<String>,
}

/// The whole run.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Whether it was a quick run.
    pub quick: bool,
    /// The p99 limit of the search, in milliseconds.
    pub limit_ms: f64,
    /// Results in the order of the measurement.
    pub servers: Vec<Server>,
    /// The server that the ratios compare with the others.
    pub reference: String,
}

impl Run {
    /// The tables, in Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let shapes = self
            .servers
            .first()
            .map_or(&[][..], |server| &server.traffic);
        for (index, shape) in shapes
            .iter()
            .map(|traffic| traffic.shape.clone())
            .enumerate()
        {
            self.cost(&mut out, index, &shape);
            self.highest(&mut out, index, &shape);
        }
        self.idle(&mut out);
        out
    }

    fn cost(&self, out: &mut String, shape: usize, title: &str) {
        let steps = || self.steps(shape, |traffic| traffic.steady);
        let Some(rate) = steps().find_map(|(_, step)| step.map(|step| step.rate)) else {
            return;
        };
        let reference = self
            .reference_of(shape, |traffic| traffic.steady)
            .map(|step| step.cpu_per_million());
        let _ = writeln!(
            out,
            "\n### Cost of a delivery: {title}, {} messages/s\n",
            number(rate)
        );
        *out += &row(&[
            "server",
            "deliveries/s",
            "CPU-s per million",
            "deliveries per CPU-s",
            "this ÷ reference",
            "p50 ms",
            "p95",
            "p99",
            "p99.9",
            "delivered",
            "load core busy",
            "Redis CPU-s per million",
        ]);
        *out += &rule(12);
        for (name, step) in steps() {
            let Some(step) = step else {
                *out += &row(&[name, "–"]);
                continue;
            };
            let cost = step.cpu_per_million();
            *out += &row(&[
                name,
                &number(step.per_second()),
                &format!("{cost:.1}"),
                &number(step.per_cpu_second()),
                &ratio(reference.map(|reference| cost / reference)),
                &ms(step.latency.p50),
                &ms(step.latency.p95),
                &ms(step.latency.p99),
                &ms(step.latency.p999),
                &share(&step),
                &busy(&step),
                &redis(&step),
            ]);
        }
    }

    fn highest(&self, out: &mut String, shape: usize, title: &str) {
        let steps = || self.steps(shape, |traffic| traffic.highest);
        if self.servers.iter().all(|server| !server.searched) {
            return;
        }
        let reference = self
            .reference_of(shape, |traffic| traffic.highest)
            .map(|step| step.per_second());
        let _ = writeln!(
            out,
            "\n### Highest rate with p99 under {} ms: {title}\n",
            self.limit_ms
        );
        *out += &row(&[
            "server",
            "messages/s",
            "deliveries/s",
            "reference ÷ this",
            "deliveries per CPU-s",
            "p50 ms",
            "p95",
            "p99",
            "p99.9",
            "delivered",
            "server core busy",
            "load core busy",
        ]);
        *out += &rule(12);
        for (name, step) in steps() {
            let Some(step) = step else {
                *out += &row(&[name, "none held"]);
                continue;
            };
            let server = format!("{:.0} %", 100.0 * step.server_cpu / step.seconds);
            *out += &row(&[
                name,
                &number(step.rate),
                &number(step.per_second()),
                &ratio(reference.map(|reference| reference / step.per_second())),
                &number(step.per_cpu_second()),
                &ms(step.latency.p50),
                &ms(step.latency.p95),
                &ms(step.latency.p99),
                &ms(step.latency.p999),
                &share(&step),
                &server,
                &busy(&step),
            ]);
        }
    }

    fn idle(&self, out: &mut String) {
        let measured = self
            .servers
            .iter()
            .filter_map(|server| Some((&server.name, server.idle?)));
        let Some((_, first)) = measured.clone().next() else {
            return;
        };
        let reference = measured
            .clone()
            .find(|(name, _)| **name == self.reference)
            .map(|(_, idle)| idle.kibibytes().0);
        let _ = writeln!(
            out,
            "\n### Resident memory: {} idle sockets in one room\n",
            number(float(first.sockets))
        );
        *out += &row(&[
            "server",
            "KiB a socket",
            "this ÷ reference",
            "KiB a socket after 20 messages to all",
            "MiB before the first socket",
            "s to connect all",
        ]);
        *out += &rule(6);
        for (name, idle) in measured {
            let (connected, after) = idle.kibibytes();
            *out += &row(&[
                name,
                &format!("{connected:.1}"),
                &ratio(reference.map(|reference| connected / reference)),
                &format!("{after:.1}"),
                &format!("{:.0}", float(idle.before) / 1048576.0),
                &format!("{:.1}", idle.connect_seconds),
            ]);
        }
    }

    fn steps(
        &self,
        shape: usize,
        pick: impl Fn(&Traffic) -> Option<Step>,
    ) -> impl Iterator<Item = (&str, Option<Step>)> {
        let of = move |server: &Server| server.traffic.get(shape).and_then(&pick);
        self.servers
            .iter()
            .map(move |server| (server.name.as_str(), of(server)))
    }

    fn reference_of(&self, shape: usize, pick: impl Fn(&Traffic) -> Option<Step>) -> Option<Step> {
        self.steps(shape, pick)
            .find(|(name, _)| *name == self.reference)?
            .1
    }
}

/// A row of a Markdown table.
#[must_use]
pub fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn rule(columns: usize) -> String {
    format!("|---|{}\n", "---:|".repeat(columns - 1))
}

fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"))
}

fn ms(value: f64) -> String {
    format!("{value:.2}")
}

fn share(step: &Step) -> String {
    let share = format!("{:.4}", step.ratio());
    if step.complete() {
        share
    } else {
        format!("{share} ({} wrong sockets)", step.wrong_sockets)
    }
}

fn busy(step: &Step) -> String {
    format!(
        "{:.0} %",
        100.0 * (step.generator_cpu + step.redis_cpu) / step.seconds
    )
}

fn redis(step: &Step) -> String {
    format!("{:.1}", step.redis_cpu / (float(step.arrived.max(1)) / 1e6))
}

/// A number with thousands separated.
#[must_use]
pub fn number(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(cpu: f64, arrived: u64) -> Step {
        Step {
            rate: 20.0,
            seconds: 5.0,
            expected: arrived,
            delivered: arrived,
            arrived,
            wrong_sockets: 0,
            closed: 0,
            latency: Latency::default(),
            server_cpu: cpu,
            redis_cpu: 0.0,
            generator_cpu: 1.0,
            send_lag: 0.1,
            aborted: false,
        }
    }

    fn server(name: &str, cpu: f64) -> Server {
        let traffic = Traffic {
            shape: "1 room".to_owned(),
            steady: Some(step(cpu, 100_000)),
            highest: Some(step(4.0, 200_000)),
            note: None,
        };
        let idle = Idle {
            sockets: 10_000,
            before: 0,
            connected: 40_960_000,
            after_traffic: 51_200_000,
            connect_seconds: 1.0,
        };
        Server {
            name: name.to_owned(),
            searched: true,
            traffic: vec![traffic],
            idle: Some(idle),
            idle_note: None,
        }
    }

    #[test]
    fn the_tables_compare_with_the_reference() {
        let servers = vec![server("floor", 0.65), server("folkmoot", 1.3)];
        let run = Run {
            quick: true,
            limit_ms: 25.0,
            servers,
            reference: "folkmoot".to_owned(),
        };
        let text = run.markdown();
        assert!(
            text.contains("| floor | 20,000 | 6.5 | 153,846 | 0.50 |"),
            "{text}"
        );
        assert!(
            text.contains("| folkmoot | 20,000 | 13.0 | 76,923 | 1.00 |"),
            "{text}"
        );
        assert!(text.contains("| floor | 4.0 | 1.00 | 5.0 |"), "{text}");
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!(number(0.0), "0");
        assert_eq!(number(999.0), "999");
        assert_eq!(number(4_700_000.0), "4,700,000");
    }
}
