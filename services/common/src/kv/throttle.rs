//! The generic cell rate algorithm ([ITU-T I.371], annex A, in its virtual scheduling form): a leaky bucket
//! whose only state is one time. [`redis.rs`](super::redis) runs the same lines as a script.
//!
//! The one time is when the bucket will be empty, the "theoretical arrival time". Each action moves it by
//! the interval at which actions may keep coming; an action that would move it further than the burst ahead
//! of now is refused and moves nothing.
//!
//! [ITU-T I.371]: https://www.itu.int/rec/T-REC-I.371

use std::time::Duration;

/// How many actions are allowed: a steady rate, and how many may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    interval_micros: u64,
    burst: u32,
}

impl Quota {
    /// `count` actions every `period`, and as many at once. Neither may be zero; a zero counts as the least there is.
    #[must_use]
    pub const fn new(count: u32, period: Duration) -> Self {
        let count = if count == 0 { 1 } else { count };
        let interval = period.as_micros() as u64 / count as u64;
        Self {
            interval_micros: if interval == 0 { 1 } else { interval },
            burst: count,
        }
    }

    /// `count` actions a second, and as many at once.
    #[must_use]
    pub const fn per_second(count: u32) -> Self {
        Self::new(count, Duration::from_secs(1))
    }

    /// `count` actions a minute, and as many at once.
    #[must_use]
    pub const fn per_minute(count: u32) -> Self {
        Self::new(count, Duration::from_secs(60))
    }

    /// `count` actions an hour, and as many at once.
    #[must_use]
    pub const fn per_hour(count: u32) -> Self {
        Self::new(count, Duration::from_secs(3600))
    }

    /// As many as `burst` at once.
    #[must_use]
    pub const fn burst(mut self, burst: u32) -> Self {
        self.burst = if burst == 0 { 1 } else { burst };
        self
    }

    /// Microseconds between two actions at the steady rate.
    pub(super) const fn interval_micros(self) -> i64 {
        self.interval_micros as i64
    }

    /// Actions that may come at once.
    pub(super) const fn burst_size(self) -> u32 {
        self.burst
    }
}

/// Whether one action may happen, and what to tell the caller of the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may.
    pub allowed: bool,
    /// How many more may come at once now.
    pub remaining: u32,
    /// How long to wait before one is allowed; zero if one is now.
    pub retry_after: Duration,
    /// How long until as many as the limit may come at once again.
    pub reset_after: Duration,
    /// How many may come at once.
    pub limit: u32,
}

/// Decides one action at `now`, with the time at which the bucket will be empty, both in microseconds.
/// Returns what to tell, and that time after an action that was allowed.
pub(super) fn decide(empty_at: Option<i64>, now: i64, quota: Quota) -> (Decision, Option<i64>) {
    let (interval, limit) = (quota.interval_micros(), quota.burst_size());
    let capacity = interval.saturating_mul(i64::from(limit));
    let empty_at = empty_at.unwrap_or(now).max(now);
    let moved = empty_at.saturating_add(interval);
    let excess = moved.saturating_sub(now).saturating_sub(capacity);
    if excess > 0 {
        return (tell(quota, false, excess, empty_at - now), None);
    }
    (tell(quota, true, excess, moved - now), Some(moved))
}

/// A decision from `excess`, microseconds that the bucket is over (positive) or under its capacity, and
/// `full`, microseconds until it is empty.
pub(super) fn tell(quota: Quota, allowed: bool, excess: i64, full: i64) -> Decision {
    let micros = |value: i64| Duration::from_micros(u64::try_from(value).unwrap_or_default());
    let room = if allowed {
        -excess / quota.interval_micros()
    } else {
        0
    };
    Decision {
        allowed,
        remaining: u32::try_from(room).unwrap_or_default(),
        retry_after: micros(if allowed { 0 } else { excess }),
        reset_after: micros(full),
        limit: quota.burst_size(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    #[test]
    fn a_burst_is_allowed_and_then_the_steady_rate() {
        let quota = Quota::per_second(2).burst(3);
        let mut state = None;
        for remaining in [2, 1, 0] {
            let (decision, next) = decide(state, 0, quota);
            assert_eq!(
                (decision.allowed, decision.remaining, decision.limit),
                (true, remaining, 3)
            );
            state = next;
        }
        let (refused, next) = decide(state, 0, quota);
        assert_eq!(
            (refused.allowed, refused.retry_after, next),
            (false, Duration::from_millis(500), None)
        );
        assert_eq!(refused.reset_after, Duration::from_millis(1500));
        assert!(decide(state, SECOND / 2, quota).0.allowed);
        assert!(!decide(state, SECOND / 2 - 1, quota).0.allowed);
    }

    #[test]
    fn over_a_long_time_no_more_than_the_rate_and_one_burst_pass() {
        let quota = Quota::per_minute(60).burst(10);
        let (mut state, mut allowed) = (None, 0);
        for step in 0..100_000_i64 {
            let (decision, next) = decide(state, step * 1_000, quota);
            state = next.or(state);
            allowed += u32::from(decision.allowed);
        }
        assert_eq!(allowed, 10 + 99);
    }

    #[test]
    fn an_idle_bucket_is_as_good_as_a_new_one() {
        let quota = Quota::per_second(1).burst(5);
        let (_, state) = decide(None, 0, quota);
        assert_eq!(
            decide(state, 10 * SECOND, quota).0,
            decide(None, 10 * SECOND, quota).0
        );
    }

    #[test]
    fn extreme_quotas_do_not_overflow() {
        let quota = Quota::new(0, Duration::MAX).burst(u32::MAX);
        let (decision, state) = decide(Some(i64::MAX), i64::MAX - 1, quota);
        let _ = (decision, decide(state, i64::MIN / 2, quota));
        assert!(
            decide(None, 0, Quota::new(u32::MAX, Duration::ZERO))
                .0
                .allowed
        );
    }
}
