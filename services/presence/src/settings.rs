//! Settings of presence alone.

use std::time::Duration;

/// What presence adds to the settings that all services share.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Seconds after a heartbeat at which its user counts as offline, 2 to 3600.
    #[arg(long, env = "PRESENCE_TTL_SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(2..=3600))]
    pub presence_ttl_seconds: u64,

    /// Seconds after which somebody who began to type counts as having stopped, 1 to 60.
    #[arg(long, env = "TYPING_TTL_SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub typing_ttl_seconds: u64,

    /// Heartbeats and typing notices of one user in a minute, 1 to 6000; half a minute's worth may come at once.
    #[arg(long, env = "PRESENCE_WRITES_PER_MINUTE", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=6000))]
    pub presence_writes_per_minute: u32,
}

impl Settings {
    /// How long a heartbeat counts.
    pub(crate) fn presence_ttl(&self) -> Duration {
        Duration::from_secs(self.presence_ttl_seconds)
    }

    /// How long a typing notice counts.
    pub(crate) fn typing_ttl(&self) -> Duration {
        Duration::from_secs(self.typing_ttl_seconds)
    }
}
