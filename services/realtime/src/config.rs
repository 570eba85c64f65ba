//! What can be set, and the defaults.

use std::time::Duration;

/// Limits and intervals of one [`Engine`](crate::Engine). `Config::new` gives the defaults.
#[derive(Clone, Debug)]
pub struct Config {
    /// Name of the service, the `service` label of every metric.
    pub name: &'static str,
    /// Put before every topic to make the broker's channel; begins with the instance's prefix,
    /// e.g. `folkmoot:chat:`.
    pub channel_prefix: String,
    /// Origins (`https://host[:port]`) that browsers may connect from, besides the request's own host.
    pub allowed_origins: Vec<String>,
    /// Most sockets that are open at once; more are refused with 503. Default 100 000.
    pub max_sockets: usize,
    /// Largest message from a client, in bytes, fragments together. Default 64 KiB.
    pub max_message_bytes: usize,
    /// Frames a client may send per second for long. Default 20.
    pub frames_per_second: u32,
    /// Frames a client may send at once after a pause. Default 60.
    pub frame_burst: u32,
    /// Most bytes that wait for one socket; more close it with 3008. Default 1 MiB.
    pub max_queue_bytes: usize,
    /// Most bytes that wait for all sockets together. While there are more, a socket that would
    /// have to queue more than 64 KiB is closed with 3008. Default 256 MiB.
    pub max_total_queue_bytes: usize,
    /// Bytes the kernel may hold that were not sent yet, per socket. Default 64 KiB.
    pub kernel_unsent_bytes: u32,
    /// Time between two pings of the server on one socket. Default 25 s.
    pub ping_interval: Duration,
    /// Pings without any sign of life after which a socket is dropped. Default 2.
    pub max_missed_pings: u8,
    /// A socket that takes nothing of what waits for it for so long is dropped. Default 30 s.
    pub stall_timeout: Duration,
    /// Time a peer has to answer a close frame before its connection is cut. Default 5 s.
    pub close_timeout: Duration,
    /// Most topics one socket may be in. Default 256.
    pub max_topics_per_socket: usize,
    /// Number of fan-out workers. Default: number of cores.
    pub workers: usize,
    /// Most bytes that wait for one fan-out worker; publishers wait beyond it. Default 16 MiB.
    pub worker_queue_bytes: usize,
    /// Time an empty topic stays subscribed at the broker. Default 3 s.
    pub topic_linger: Duration,
    /// Time a missing `seq` may still arrive by itself before it is read from the log. Default 100 ms.
    pub gap_wait: Duration,
    /// Most missed messages that are replayed at a join with `since`. Default 1000.
    pub max_replay: usize,
    /// Bytes of the latest messages of an ordered topic kept for replay without the log. Default 16 KiB.
    pub recent_bytes: usize,
    /// Log reads that run at the same time. Default 8.
    pub concurrent_log_reads: usize,
    /// How often the positions of all active ordered topics are compared with the log. Default 5 s.
    pub position_interval: Duration,
    /// The same while the broker is down. Default 500 ms.
    pub position_interval_degraded: Duration,
    /// How often the broker is probed; two misses mean that it is down. Default 5 s.
    pub probe_interval: Duration,
    /// Time the broker has for one request. Default 2 s.
    pub broker_timeout: Duration,
}

impl Config {
    /// The defaults for the service `name`, with the broker channels `{instance}:{name}:{topic}`.
    #[must_use]
    pub fn new(instance: &str, name: &'static str) -> Self {
        Self {
            name,
            channel_prefix: format!("{instance}:{name}:"),
            allowed_origins: Vec::new(),
            max_sockets: 100_000,
            max_message_bytes: 64 * 1024,
            frames_per_second: 20,
            frame_burst: 60,
            max_queue_bytes: 1024 * 1024,
            max_total_queue_bytes: 256 * 1024 * 1024,
            kernel_unsent_bytes: 64 * 1024,
            ping_interval: Duration::from_secs(25),
            max_missed_pings: 2,
            stall_timeout: Duration::from_secs(30),
            close_timeout: Duration::from_secs(5),
            max_topics_per_socket: 256,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            worker_queue_bytes: 16 * 1024 * 1024,
            topic_linger: Duration::from_secs(3),
            gap_wait: Duration::from_millis(100),
            max_replay: 1000,
            recent_bytes: 16 * 1024,
            concurrent_log_reads: 8,
            position_interval: Duration::from_secs(5),
            position_interval_degraded: Duration::from_millis(500),
            probe_interval: Duration::from_secs(5),
            broker_timeout: Duration::from_secs(2),
        }
    }
}
