//! The tables.

use crate::{fan_out::FanOut, measure::Figures, work::Work};

/// What was stored before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seeded {
    pub(crate) users: u32,
    pub(crate) threads: u32,
    pub(crate) comments: u32,
    pub(crate) seconds: f64,
}

/// All that was measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    seeded: Option<Seeded>,
    settled: f64,
    largest: i64,
    rows: Vec<(&'static str, Work, Figures)>,
    fan_out: Option<FanOut>,
    peak: f64,
}

impl Report {
    pub(crate) fn seeded(&mut self, seeded: Seeded) {
        self.seeded = Some(seeded);
    }

    pub(crate) fn settled(&mut self, seconds: f64) {
        self.settled = seconds;
    }

    pub(crate) fn largest(&mut self, comments: i64) {
        self.largest = comments;
    }

    pub(crate) fn add(&mut self, name: &'static str, work: Work, figures: Figures) {
        say(&row(name, work, &figures, None));
        self.rows.push((name, work, figures));
    }

    pub(crate) fn fanned_out(&mut self, fan_out: FanOut) {
        self.fan_out = Some(fan_out);
    }

    pub(crate) fn peak(&mut self, mib: f64) {
        self.peak = mib;
    }

    pub(crate) fn print(&self) {
        if let Some(Seeded {
            users,
            threads,
            comments,
            seconds,
        }) = self.seeded
        {
            say(&format!(
                "\n{users} users, {threads} threads, {comments} comments, stored in {seconds:.0} s; \
                 their events had arrived {:.0} s later",
                self.settled
            ));
        }
        say(&format!(
            "\n{} comments in the largest thread\n",
            self.largest
        ));
        say(
            "| server | requests | p50 ms | p95 ms | p99 ms | failed | requests per CPU-s | to Folkmoot | resident MiB |",
        );
        say("|---|---|--:|--:|--:|--:|--:|--:|--:|");
        for (name, work, figures) in &self.rows {
            let folkmoot = self
                .rows
                .iter()
                .find(|(name, other, _)| *name == "Folkmoot" && other == work);
            say(&row(
                name,
                *work,
                figures,
                folkmoot.map(|(_, _, figures)| figures),
            ));
        }
        if let Some(fan_out) = self.fan_out {
            say(&format!(
                "\nA thread of who has {} active followers was in all their feeds {:.2} s after it was sent, and all were notified \
                 after {:.2} s; {} of {} feeds looked at begin with it. Resident afterwards: {:.0} MiB.",
                fan_out.followers,
                fan_out.seconds,
                fan_out.notified_seconds,
                fan_out.seen,
                fan_out.sample,
                self.peak
            ));
        }
    }
}

fn row(name: &str, work: Work, figures: &Figures, folkmoot: Option<&Figures>) -> String {
    let ratio = folkmoot.map_or(1.0, |folkmoot| {
        figures.per_cpu_second / folkmoot.per_cpu_second
    });
    format!(
        "| {name} | {} | {:.2} | {:.2} | {:.2} | {} of {} | {:.0} | {ratio:.2} | {:.0} |",
        work.name(),
        figures.p50,
        figures.p95,
        figures.p99,
        figures.failed,
        figures.answered + figures.failed,
        figures.per_cpu_second,
        figures.resident_mib,
    )
}

#[expect(clippy::print_stdout, reason = "the result")]
fn say(text: &str) {
    println!("{text}");
}
