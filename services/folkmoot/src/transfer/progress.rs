//! A bar for whoever waits, on a terminal; elsewhere a line in the log now and then.

use std::time::{Duration, Instant};

use folkmoot_common::transfer::Imported;
use indicatif::{ProgressBar, ProgressStyle};
use tracing::info;

const EVERY: Duration = Duration::from_secs(10);

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit {
    /// Bytes of a file.
    Bytes,
    /// Records.
    Records,
}

/// Shows how far it has come.
pub(super) struct Progress {
    bar: ProgressBar,
    told: Instant,
}

impl Progress {
    /// Begins at `position` of `length`.
    pub(super) fn new(length: u64, position: u64, unit: Unit) -> Self {
        let template = match unit {
            Unit::Bytes => "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left {msg}",
            Unit::Records => "{bar:30} {human_pos}/{human_len} {per_sec} {eta} left {msg}",
        };
        let bar = ProgressBar::new(length).with_position(position);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            told: Instant::now(),
        }
    }

    /// It is at `position` now.
    pub(super) fn at(&mut self, position: u64) {
        self.bar.set_position(position);
        if self.bar.is_hidden() && self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            info!(position, length = self.bar.length(), "going on");
        }
    }

    /// As [`Progress::at`], with what it came to so far.
    pub(super) fn came_to(&mut self, position: u64, so_far: Imported) {
        self.bar.set_message(format!("({})", sum(so_far)));
        self.at(position);
    }

    /// Says something above the bar.
    pub(super) fn say(&self, text: String) {
        if self.bar.is_hidden() {
            info!("{text}");
        } else {
            self.bar.println(text);
        }
    }

    /// Takes the bar away.
    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }
}

/// In words.
pub(super) fn sum(imported: Imported) -> String {
    let Imported {
        created,
        unchanged,
        refused,
    } = imported;
    format!("{created} new, {unchanged} there already, {refused} refused")
}
