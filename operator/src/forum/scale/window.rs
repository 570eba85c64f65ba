//! The largest number of pods that was recommended lately.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

/// Longer without a look, and what was before is not known: the window begins anew. It also catches a clock that jumps.
const LONGEST_GAP: TimeDelta = TimeDelta::seconds(60);

/// Recommendations over time. It keeps those alone that can still be the largest, so it is never longer than there are
/// different numbers of pods.
#[derive(Debug, Clone, Default)]
pub struct Window {
    /// Since when there was no gap, and when the last look was.
    looked: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Times rise, recommendations fall.
    largest: VecDeque<(DateTime<Utc>, i32)>,
    last: i32,
}

impl Window {
    /// Adds what is recommended now. The recommendation before held until now.
    pub fn record(&mut self, now: DateTime<Utc>, recommended: i32) {
        match self.looked {
            Some((begun, last)) if last <= now && now - last <= LONGEST_GAP => {
                self.looked = Some((begun, now));
                self.push(now, self.last);
            }
            _ => {
                self.looked = Some((now, now));
                self.largest.clear();
            }
        }
        self.push(now, recommended);
        self.last = recommended;
    }

    /// The largest recommendation of a time of that length up to the last look; `None` if that time is not known whole.
    #[must_use]
    pub fn largest(&self, length: TimeDelta) -> Option<i32> {
        let (begun, now) = self.looked?;
        let from = now - length;
        if begun > from {
            return None;
        }
        let within = self.largest.iter().find(|(at, _)| *at > from);
        Some(within.map_or(self.last, |(_, recommended)| *recommended))
    }

    /// Since when every recommendation was below `replicas`; `None` if the last was not.
    #[must_use]
    pub fn below_since(&self, replicas: i32) -> Option<DateTime<Utc>> {
        let (begun, _) = self.looked?;
        if self.last >= replicas {
            return None;
        }
        let above = self
            .largest
            .iter()
            .rfind(|(_, recommended)| *recommended >= replicas);
        Some(above.map_or(begun, |(at, _)| *at))
    }

    fn push(&mut self, at: DateTime<Utc>, recommended: i32) {
        while self
            .largest
            .back()
            .is_some_and(|(_, last)| *last <= recommended)
        {
            self.largest.pop_back();
        }
        self.largest.push_back((at, recommended));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: TimeDelta = TimeDelta::seconds(300);

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    #[test]
    fn the_largest_of_the_window_counts() {
        let mut window = Window::default();
        assert_eq!(window.largest(WINDOW), None);
        for second in (0..=1000).step_by(10) {
            let recommended = if second < 500 { 3 } else { 1 };
            window.record(at(second), recommended);
            let expected = match second {
                0..300 => None,
                300..800 => Some(3),
                _ => Some(1),
            };
            assert_eq!(window.largest(WINDOW), expected, "at {second} s");
        }
        assert_eq!(window.below_since(3), Some(at(500)));
        assert_eq!(window.below_since(1), None);
    }

    #[test]
    fn a_recommendation_holds_until_the_next() {
        let mut window = Window::default();
        window.record(at(0), 3);
        window.record(at(50), 1);
        for second in (60..350).step_by(10) {
            window.record(at(second), 1);
            assert_ne!(window.largest(WINDOW), Some(1), "at {second} s");
        }
        window.record(at(350), 1);
        assert_eq!(window.largest(WINDOW), Some(1));
    }

    #[test]
    fn a_gap_or_a_clock_that_jumps_begins_a_new_window() {
        for jump in [-3600, 61, 3600] {
            let mut window = Window::default();
            for second in (0..=400).step_by(10) {
                window.record(at(second), 1);
            }
            assert_eq!(window.largest(WINDOW), Some(1));
            window.record(at(400 + jump), 1);
            assert_eq!(window.largest(WINDOW), None);
            assert_eq!(window.below_since(2), Some(at(400 + jump)));
        }
    }

    #[test]
    fn a_window_of_no_length_is_the_last_recommendation() {
        let mut window = Window::default();
        window.record(at(0), 3);
        assert_eq!(window.largest(TimeDelta::zero()), Some(3));
        window.record(at(10), 1);
        assert_eq!(window.largest(TimeDelta::zero()), Some(1));
    }

    #[test]
    fn it_stays_small() {
        let mut window = Window::default();
        for second in 0..100_000_i64 {
            window.record(at(second), i32::try_from(second * 7919 % 100).unwrap());
        }
        assert!(window.largest.len() <= 100);
    }
}
