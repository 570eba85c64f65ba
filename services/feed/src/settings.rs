//! Settings of the feed service alone.

use std::time::Duration;

use chrono::TimeDelta;
use clap::value_parser;

/// What the feed service adds to the settings that all services share.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Most sockets of one replica.
    #[arg(long, env = "FEED_MAX_SOCKETS", default_value_t = 100_000)]
    pub feed_max_sockets: usize,

    /// Entries of a home feed that are kept at hand, 100 to 1000; older ones are read from the database.
    #[arg(long, env = "FEED_HOME_ENTRIES", default_value_t = 400, value_parser = value_parser!(u32).range(100..=1000))]
    pub feed_home_entries: u32,

    /// Days for which the home feed of a member who does not ask for it is kept up to date, 1 to 90.
    #[arg(long, env = "FEED_ACTIVE_DAYS", default_value_t = 14, value_parser = value_parser!(u32).range(1..=90))]
    pub feed_active_days: u32,

    /// Followers, 1 to 1000000, beyond which what an author writes is not handed out to each follower's feed, but merged
    /// when they read.
    #[arg(long, env = "FEED_LARGE_AUTHOR_FOLLOWERS", default_value_t = 20_000, value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub feed_large_author_followers: u32,
}

impl Settings {
    /// How long a timeline stays that nobody reads.
    pub(crate) fn kept(&self) -> Duration {
        Duration::from_secs(u64::from(self.feed_active_days) * 24 * 3600)
    }

    /// How long ago a member may have asked for their feed to be handed anything.
    pub(crate) fn active(&self) -> TimeDelta {
        TimeDelta::days(self.feed_active_days.into()) + crate::store::TOUCHED_EVERY * 2
    }
}
