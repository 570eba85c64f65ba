//! Spares callers the wait for a server that just did not answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use redis::RedisError;
use tracing::{info, warn};

/// How long calls are refused after one that did not get through; then the next one tries again.
const PAUSE: Duration = Duration::from_millis(500);

/// Whether the server answers. A clone shares the state.
#[derive(Debug, Clone, Default)]
pub(super) struct Breaker(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    closed_from: Option<Instant>,
    out: bool,
}

impl Breaker {
    /// Whether a call would be in vain.
    pub(super) fn is_open(&self) -> bool {
        self.0
            .lock()
            .closed_from
            .is_some_and(|from| Instant::now() < from)
    }

    /// Takes note of how a call ended.
    pub(super) fn called<T>(&self, result: &Result<T, RedisError>) {
        match result {
            Err(error) if error.is_io_error() => self.failed(error),
            _ => self.answered(),
        }
    }

    fn failed(&self, error: &RedisError) {
        let mut state = self.0.lock();
        state.closed_from = Some(Instant::now() + PAUSE);
        if !std::mem::replace(&mut state.out, true) {
            warn!(%error, "Redis cannot be reached");
        }
    }

    fn answered(&self) {
        let mut state = self.0.lock();
        state.closed_from = None;
        if std::mem::replace(&mut state.out, false) {
            info!("Redis can be reached again");
        }
    }
}
