//! What can be set of the chat service.

/// Settings of the chat service.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Frames a second that one socket may send for long.
    #[arg(long, env = "CHAT_MESSAGES_PER_SECOND", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub chat_messages_per_second: u32,

    /// Frames that one socket may send at once after a pause.
    #[arg(long, env = "CHAT_MESSAGE_BURST", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    pub chat_message_burst: u32,

    /// Most sockets of one replica.
    #[arg(long, env = "CHAT_MAX_SOCKETS", default_value_t = 100_000)]
    pub chat_max_sockets: usize,

    /// Rooms that one user may make in an hour, by POST or by joining.
    #[arg(long, env = "CHAT_ROOMS_PER_HOUR", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    pub chat_rooms_per_hour: u32,

    /// Members on a replica up to which a room tells who joins and leaves; larger rooms do not.
    #[arg(long, env = "CHAT_JOIN_NOTICE_LIMIT", default_value_t = 200)]
    pub chat_join_notice_limit: usize,

    /// Missed messages up to which a returning socket has them replayed.
    #[arg(long, env = "CHAT_MAX_REPLAY", default_value_t = 1000)]
    pub chat_max_replay: usize,
}
