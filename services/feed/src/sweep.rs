//! Forgetting what is no longer needed.

use std::time::Duration;

use tracing::warn;

use crate::AppState;

const EVERY: Duration = Duration::from_secs(600);

/// Begins to sweep. Several replicas may: each deletes what it finds.
pub(crate) fn start(state: &AppState) {
    let (state, ctx) = (state.clone(), state.ctx.clone());
    ctx.every(EVERY, move || {
        let state = state.clone();
        async move { sweep(&state).await }
    });
}

pub(crate) async fn sweep(state: &AppState) {
    loop {
        match state.store.sweep().await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return warn!(%error, "cannot delete what is too old"),
        }
    }
}
