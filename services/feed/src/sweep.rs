//! Forgetting what is no longer needed.

use std::time::Duration;

use tracing::warn;

use crate::{AppState, store::Store};

const EVERY: Duration = Duration::from_secs(600);

/// Begins to sweep. Several replicas may: each deletes what it finds.
pub(crate) fn start(state: &AppState) {
    state.ctx.every(EVERY, state.store.clone(), sweep);
}

pub(crate) async fn sweep(store: Store) {
    loop {
        match store.sweep().await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return warn!(%error, "cannot delete what is too old"),
        }
    }
}
