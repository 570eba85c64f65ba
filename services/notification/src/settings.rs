//! Settings of the notification service alone.

/// What the notification service adds to the settings that all services share.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Notifications kept for each user, 10 to 10000, and for a while some more; the oldest go first.
    #[arg(long, env = "NOTIFICATIONS_PER_USER", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(10..=10_000))]
    pub notifications_per_user: u32,

    /// Most sockets of one replica.
    #[arg(long, env = "NOTIFICATION_MAX_SOCKETS", default_value_t = 100_000)]
    pub notification_max_sockets: usize,
}
