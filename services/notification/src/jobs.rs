//! Does what is too much for one transaction, a piece at a time.

use std::time::Duration;

use tracing::warn;

use crate::AppState;

/// How often jobs are looked for that another replica left behind.
const LOOK_EVERY: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_secs(1);

/// Begins to work. Several replicas may.
pub(crate) fn start(state: &AppState) {
    let (state, shutdown) = (state.clone(), state.ctx.shutdown.clone());
    state.ctx.tasks.clone().spawn(async move {
        shutdown
            .run_until_cancelled(async {
                loop {
                    let pause = work(&state).await;
                    let _ = tokio::time::timeout(pause, state.jobs.notified()).await;
                }
            })
            .await;
    });
}

/// Works until nothing is left, or it fails. Says how long to wait then.
async fn work(state: &AppState) -> Duration {
    loop {
        match state.store.work().await {
            Ok(Some(outcome)) => state.push.outcome(&outcome).await,
            Ok(None) => return LOOK_EVERY,
            Err(error) => {
                warn!(%error, "cannot work on a job now");
                return RETRY;
            }
        }
    }
}
