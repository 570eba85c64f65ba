//! How many frames one client may send.

use std::time::Duration;

/// A token bucket that also counts how far a client is over it.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: f32,
    burst: f32,
    tokens: f32,
    filled: Duration,
}

/// The verdict on one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// Within the rate.
    Yes,
    /// Over it.
    No,
    /// Over it by another whole burst.
    Abuse,
}

impl Bucket {
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let burst = burst.max(1) as f32;
        Self {
            per_second: per_second as f32,
            burst,
            tokens: burst,
            filled: Duration::ZERO,
        }
    }

    /// Counts one frame.
    pub(crate) fn take(&mut self, now: Duration) -> Allowed {
        let passed = now.saturating_sub(self.filled).as_secs_f32();
        self.filled = now;
        self.tokens = (self.tokens + passed * self.per_second).min(self.burst) - 1.0;
        match self.tokens {
            left if left >= 0.0 => Allowed::Yes,
            left if left >= -self.burst => Allowed::No,
            _ => Allowed::Abuse,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate_then_abuse() {
        let mut bucket = Bucket::new(10, 5);
        let at = |ms| Duration::from_secs(1) + Duration::from_millis(ms);
        let verdicts: Vec<_> = (0..11).map(|_| bucket.take(at(0))).collect();
        assert!(verdicts[..5].iter().all(|v| *v == Allowed::Yes));
        assert!(verdicts[5..10].iter().all(|v| *v == Allowed::No));
        assert_eq!(verdicts[10], Allowed::Abuse);
        assert_eq!(bucket.take(at(5000)), Allowed::Yes);
    }
}
