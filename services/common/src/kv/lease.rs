//! What a lease is, in both stores.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How long a lease that ran out waits to be swept. After that it is forgotten: nobody sweeps that set.
pub(super) const SWEEP_WINDOW: Duration = Duration::from_secs(600);

/// One member of a set, until a point in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Who holds it.
    pub member: String,
    /// What the holder shows.
    pub value: String,
    /// When it runs out.
    pub expires_at: DateTime<Utc>,
}

/// `now + ttl`, at the end of time at the latest.
pub(super) fn deadline(now: DateTime<Utc>, ttl: Duration) -> DateTime<Utc> {
    let ttl = TimeDelta::from_std(ttl).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(ttl)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
