//! Settings of the discussion service alone.

/// What the discussion service adds to the settings that all services share.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Most sockets of one replica.
    #[arg(long, env = "DISCUSSION_MAX_SOCKETS", default_value_t = 100_000)]
    pub discussion_max_sockets: usize,
}
