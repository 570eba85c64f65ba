//! The durable log behind ordered topics.

use futures_util::future::BoxFuture;

use crate::frame::Frame;

/// Why the log could not be read. The engine logs it and tries again.
pub type LogError = Box<dyn std::error::Error + Send + Sync>;

/// Reads the messages of ordered topics from where they are durable (SQL).
///
/// The log is the truth: `seq`s start at 1 and grow by one per topic, a `seq` is only visible when all
/// before it are, and one that is missing below a visible one does not exist (any more).
pub trait Log: Send + Sync + 'static {
    /// The highest `seq` of each topic, in any order; 0 or left out when it has none.
    fn positions(&self, topics: Vec<String>)
    -> BoxFuture<'_, Result<Vec<(String, u64)>, LogError>>;

    /// At most `limit` messages with a `seq` greater than `after`, ascending.
    fn read(
        &self,
        topic: String,
        after: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(u64, Frame)>, LogError>>;
}
