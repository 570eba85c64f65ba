//! Settings of the feed service alone.

/// What the feed service adds to the settings that all services share.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Most sockets of one replica.
    #[arg(long, env = "FEED_MAX_SOCKETS", default_value_t = 100_000)]
    pub feed_max_sockets: usize,
}
