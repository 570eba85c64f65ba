//! The search for the highest rate that a server holds: growing steps up to a failure, then halving the
//! interval (geometrically) until it is narrow enough.
//!
//! A server that joins what waits for a socket into one write is dearest at middling rates, where it is
//! busy but hardly anything waits; so one step is tried beyond a failure before the interval is halved.

/// The state of a search. Rates are messages a second.
#[derive(Clone, Debug)]
pub struct Search {
    next: f64,
    growth: f64,
    precision: f64,
    bounds: (f64, f64),
    held: Option<f64>,
    failed: Option<f64>,
    /// The next rate is the one beyond a failure.
    beyond: bool,
}

impl Search {
    /// A search from `start`, growing by the factor `growth`, until the lowest failed rate is less
    /// than `precision` times the highest that was held, the upper of the `bounds` is held, or
    /// everything down to the lower one failed.
    #[must_use]
    pub fn new(start: f64, growth: f64, precision: f64, bounds: (f64, f64)) -> Self {
        Self {
            next: start,
            growth,
            precision,
            bounds,
            held: None,
            failed: None,
            beyond: false,
        }
    }

    /// The rate to try next, or nothing when the search is over.
    #[must_use]
    pub fn next(&self) -> Option<f64> {
        match (self.held, self.failed) {
            _ if self.beyond => Some(self.next),
            (Some(held), Some(failed)) if failed / held <= self.precision => None,
            (Some(held), None) if held >= self.bounds.1 => None,
            (None, Some(failed)) if failed <= self.bounds.0 => None,
            _ => Some(self.next),
        }
    }

    /// Says whether the rate of the last [`Self::next`] was held.
    pub fn report(&mut self, held: bool) {
        let was_beyond = std::mem::take(&mut self.beyond);
        match (held, self.failed) {
            (true, _) => {
                self.held = Some(self.next);
                self.failed = self.failed.filter(|_| !was_beyond);
            }
            (false, Some(_)) if was_beyond => {}
            (false, before) => {
                self.beyond = before.is_none() && self.held.is_some();
                self.failed = Some(self.next);
            }
        }
        self.next = match (self.held, self.failed) {
            _ if self.beyond => (self.next * self.growth).min(self.bounds.1),
            (Some(held), Some(failed)) => (held * failed).sqrt(),
            (Some(held), None) => (held * self.growth).min(self.bounds.1),
            (None, Some(failed)) => (failed / self.growth).max(self.bounds.0),
            (None, None) => self.next,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(capacity: f64, mut search: Search) -> (f64, usize) {
        let (mut best, mut steps) = (0.0, 0);
        while let Some(rate) = search.next() {
            let held = rate <= capacity;
            if held {
                best = rate;
            }
            search.report(held);
            steps += 1;
            assert!(steps < 50, "the search ends");
        }
        (best, steps)
    }

    #[test]
    fn it_ends_close_below_the_capacity() {
        for capacity in [3.0, 20.0, 93.0, 4_700.0, 75_000.0] {
            let (best, steps) = run(capacity, Search::new(20.0, 4.0, 1.1, (1.0, 1e6)));
            assert!(
                best <= capacity && best > capacity / 1.1,
                "{best} of {capacity}"
            );
            assert!(steps <= 14, "{steps} steps to {capacity}");
        }
    }

    #[test]
    fn it_looks_beyond_a_failure() {
        let mut search = Search::new(20.0, 4.0, 1.1, (5.0, 1e6));
        let mut best = 0.0;
        while let Some(rate) = search.next() {
            let held = rate <= 5_000.0 && !(200.0..500.0).contains(&rate);
            best = if held { rate } else { best };
            search.report(held);
        }
        assert!((4_500.0..=5_000.0).contains(&best), "{best}");
    }

    #[test]
    fn it_ends_without_a_capacity_and_without_a_bound() {
        assert_eq!(run(0.0, Search::new(20.0, 4.0, 1.1, (1.0, 1e6))).0, 0.0);
        assert_eq!(
            run(f64::INFINITY, Search::new(20.0, 4.0, 1.1, (1.0, 1e6))).0,
            1e6
        );
    }
}
