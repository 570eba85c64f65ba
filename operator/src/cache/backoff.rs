//! How long a watch waits before it begins again.

use std::{
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use kube::runtime::utils::Backoff;

const SHORTEST: Duration = Duration::from_millis(500);
/// kube's own goes up to half a minute, twice when what it asks for next is not known any more: after a short absence
/// of the API that is longer than the absence.
const LONGEST: Duration = Duration::from_secs(5);

/// Twice as long after each failure, with up to a half added, so that watches do not all come at once.
#[derive(Debug, Default)]
pub struct WatchBackoff {
    failures: u32,
}

impl Iterator for WatchBackoff {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let wait = SHORTEST.saturating_mul(2_u32.saturating_pow(self.failures));
        self.failures = self.failures.saturating_add(1);
        let wait = wait.min(LONGEST);
        let part = u32::try_from(RandomState::new().hash_one(self.failures) % 50).unwrap_or(0);
        Some(wait + wait * part / 100)
    }
}

impl Backoff for WatchBackoff {
    fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_to_its_bound_and_begins_anew() {
        let mut backoff = WatchBackoff::default();
        let waits: Vec<Duration> = backoff.by_ref().take(80).collect();
        assert!(waits[0] < Duration::from_secs(1), "{waits:?}");
        assert!(waits[79] >= LONGEST, "{waits:?}");
        assert!(waits.iter().all(|wait| *wait < LONGEST * 3 / 2));
        backoff.reset();
        assert!(backoff.next().unwrap() < Duration::from_secs(1));
    }
}
