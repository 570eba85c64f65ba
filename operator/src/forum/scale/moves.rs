//! Evening out the sockets of the chat pods, after a new one has come above all: sockets do not move by themselves.

use chrono::{DateTime, TimeDelta, Utc};

/// Time that a pod must have been ready, so that the way to it is known everywhere.
const SETTLED: TimeDelta = TimeDelta::seconds(5);
/// Time between two requests to move, if the first one helped.
const COOL_DOWN: TimeDelta = TimeDelta::seconds(60);
/// Longest time between two requests, if none helps: sockets may be bound to their pods by what stands in front.
const LONGEST_COOL_DOWN: TimeDelta = TimeDelta::hours(1);
/// Most sockets that one pod is asked to move at a time, unless a quarter of its own are more.
const MOST: u32 = 5000;
/// A pod takes no request for more.
const LIMIT: u32 = 100_000;

/// A pod that serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serving {
    /// Its name.
    pub name: String,
    /// Its open sockets.
    pub sockets: u32,
    /// Since when it has served.
    pub since: DateTime<Utc>,
}

/// A pod that is to move sockets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The pod.
    pub pod: String,
    /// How many.
    pub count: u32,
}

/// What is remembered of the last request.
#[derive(Debug, Clone, Default)]
pub struct Moves {
    last: Option<Last>,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    at: DateTime<Utc>,
    cool_down: TimeDelta,
    pods: usize,
    /// How far the fullest pod was above the mean, as a part of the mean.
    excess: f64,
}

impl Moves {
    /// When sockets were asked to move the last time.
    #[must_use]
    pub fn last(&self) -> Option<DateTime<Utc>> {
        self.last.map(|last| last.at)
    }

    /// Which pods to ask now; remembers that they were. All pods of the forum must serve, and no pod may be on its way.
    pub fn next(&mut self, pods: &[Serving], now: DateTime<Utc>) -> Next {
        let moves = plan(pods);
        if moves.is_empty() {
            return Next::Even;
        }
        let settling = pods.iter().any(|pod| now - pod.since < SETTLED);
        if settling || self.cools(pods.len(), now) {
            return Next::Later;
        }
        let excess = excess(pods);
        let cool_down = match self.last {
            // A new pod is worth an attempt, whatever became of the one before.
            Some(last) if last.pods >= pods.len() => after(&last, excess),
            _ => COOL_DOWN,
        };
        self.last = Some(Last {
            at: now,
            cool_down,
            pods: pods.len(),
            excess,
        });
        Next::Ask(moves)
    }

    fn cools(&self, pods: usize, now: DateTime<Utc>) -> bool {
        self.last.is_some_and(|last| {
            let cool_down = match last.pods >= pods {
                true => last.cool_down,
                false => COOL_DOWN,
            };
            // The clock may have been set back.
            (now - last.at).abs() < cool_down
        })
    }
}

/// What is to be done about the distribution of sockets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Even,
    /// It is uneven, and too early to ask.
    Later,
    /// Ask these pods.
    Ask(Vec<Move>),
}

/// The next cool-down: longer if the last request did not help.
fn after(last: &Last, excess: f64) -> TimeDelta {
    if excess < last.excess * 0.9 {
        return COOL_DOWN;
    }
    (last.cool_down * 2).min(LONGEST_COOL_DOWN)
}

/// How many sockets to move from which pods. A socket that moves may come back to any of the pods, also to the one
/// that it left, as each is as likely; so more must move than are too many.
///
/// With `n` pods of which the fuller ones keep `keep` sockets each and let go of `m` together, a fuller one ends at
/// `keep + m/n`. `keep` is the largest for which that is near enough to the mean.
#[must_use]
pub fn plan(pods: &[Serving]) -> Vec<Move> {
    let n = u64::try_from(pods.len()).unwrap_or(u64::MAX);
    let sum: u64 = pods.iter().map(|pod| u64::from(pod.sockets)).sum();
    let fullest = pods
        .iter()
        .map(|pod| u64::from(pod.sockets))
        .max()
        .unwrap_or(0);
    if n < 2 || fullest * n <= sum + n * tolerated(sum, n) {
        return Vec::new();
    }
    let goal = sum.div_ceil(n) + tolerated(sum, n) / 2;
    let ends = |keep: u64| keep + released(pods, keep) / n;
    // `ends` rises with `keep`: each socket kept is one more here and at most (n - 1)/n of one less by the others.
    let (mut low, mut high) = (0, fullest);
    while low < high {
        let keep = (low + high).div_ceil(2);
        match ends(keep) <= goal {
            true => low = keep,
            false => high = keep - 1,
        }
    }
    let over = pods.iter().filter(|pod| u64::from(pod.sockets) > low);
    over.map(|pod| {
        let above = u64::from(pod.sockets) - low;
        let most = MOST.max(pod.sockets / 4).min(LIMIT);
        Move {
            pod: pod.name.clone(),
            count: u32::try_from(above).map_or(most, |above| above.min(most)),
        }
    })
    .collect()
}

fn released(pods: &[Serving], keep: u64) -> u64 {
    pods.iter()
        .map(|pod| u64::from(pod.sockets).saturating_sub(keep))
        .sum()
}

/// How far above the mean a pod may be: a quarter, and what chance alone explains (three standard deviations).
fn tolerated(sum: u64, n: u64) -> u64 {
    let mean = sum / n;
    (mean / 4).max(3 * mean.isqrt()).max(5)
}

fn excess(pods: &[Serving]) -> f64 {
    let sum: f64 = pods.iter().map(|pod| f64::from(pod.sockets)).sum();
    let fullest = pods.iter().map(|pod| pod.sockets).max().unwrap_or(0);
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are at most a hundred pods"
    )]
    let mean = sum / pods.len().max(1) as f64;
    f64::from(fullest) / mean.max(1.0) - 1.0
}

#[cfg(test)]
#[path = "moves_tests.rs"]
mod tests;
