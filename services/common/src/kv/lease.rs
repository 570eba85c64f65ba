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

/// What taking a lease changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    /// It was not held before.
    pub(super) new: bool,
    /// No other of its group was there, held or not yet swept.
    pub(super) first: bool,
}

/// What giving a lease back changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Released {
    /// It was held.
    pub(super) held: bool,
    /// It was there, and no other of its group is, held or not yet swept.
    pub(super) last: bool,
}

/// A lease that ran out, and whether its group ended with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) lease: Lease,
    pub(super) last: bool,
}

/// The group of a member with the `/` behind it, if it has one.
pub(super) fn group(member: &str) -> Option<&str> {
    member.find('/').map(|slash| &member[..=slash])
}

/// `now + ttl`, at the end of time at the latest.
pub(super) fn deadline(now: DateTime<Utc>, ttl: Duration) -> DateTime<Utc> {
    let ttl = TimeDelta::from_std(ttl).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(ttl)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
