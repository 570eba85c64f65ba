//! Adds pending changes to the counters of threads and comments.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::AppState;

/// Wakes the folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folder(Arc<Notify>);

impl Folder {
    /// Tells the folder that a transaction with [`change_counter!`](crate::change_counter) has committed.
    pub(crate) fn wake(&self) {
        self.0.notify_one();
    }
}

pub(crate) fn start(_state: &AppState) {}
