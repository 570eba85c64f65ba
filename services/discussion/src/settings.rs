//! Settings of the discussion service alone.

use std::num::NonZeroU32;

/// What the discussion service adds to the settings that all services share.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Most sockets of one replica.
    #[arg(long, env = "DISCUSSION_MAX_SOCKETS", default_value_t = 100_000)]
    pub discussion_max_sockets: usize,
    /// Threads that a member may open in an hour; 0 for no limit.
    #[arg(long, env = "THREADS_PER_HOUR", default_value_t = 60)]
    pub threads_per_hour: u32,
    /// Comments that a member may write in a minute; 0 for no limit.
    #[arg(long, env = "COMMENTS_PER_MINUTE", default_value_t = 30)]
    pub comments_per_minute: u32,
    /// Edits of threads and comments that a member may make in a minute; 0 for no limit.
    #[arg(long, env = "EDITS_PER_MINUTE", default_value_t = 30)]
    pub edits_per_minute: u32,
    /// Likes that a member may give or take back in a minute; 0 for no limit.
    #[arg(long, env = "LIKES_PER_MINUTE", default_value_t = 120)]
    pub likes_per_minute: u32,
    /// Other changes (read positions, categories, reports, moderation) of a member in a minute; 0 for no limit.
    #[arg(long, env = "ACTIONS_PER_MINUTE", default_value_t = 240)]
    pub actions_per_minute: u32,
    /// Days after which a thread in which nothing happened counts as read.
    #[arg(long, env = "UNREAD_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub unread_days: u32,
    /// Requests with files that are received at the same time; each holds up to 5 MiB in memory.
    #[arg(long, env = "DISCUSSION_CONCURRENT_UPLOADS", default_value = "16")]
    pub discussion_concurrent_uploads: NonZeroU32,
}
