//! Removes objects that have no file: of uploads that a crash cut off, or that could not be cleaned up at once.
//!
//! It reads the table of pending objects, never the bucket's listing, so its work is bounded by what went wrong.
//! Several replicas may do it at the same time: every step may be repeated.

use std::time::Duration;

use chrono::TimeDelta;
use tracing::{info, warn};

use crate::App;

const EVERY: Duration = Duration::from_secs(600);
/// How old a pending object is before it is removed. No upload may take as long.
pub(crate) const MIN_AGE: TimeDelta = TimeDelta::hours(1);
const BATCH: u32 = 100;

/// Sweeps until the process stops.
pub(crate) async fn run(app: App) {
    loop {
        match sweep(&app).await {
            Ok(0) => {}
            Ok(removed) => info!(removed, "removed objects without a file"),
            Err(error) => warn!(
                error = format!("{error:#}"),
                "cannot remove objects without a file now"
            ),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Removes every pending object that is too old and returns how many there were.
///
/// # Errors
/// If a store does not work; what is left is removed another time.
pub(crate) async fn sweep(app: &App) -> anyhow::Result<usize> {
    let cutoff = app.ctx.clock.now()
        - MIN_AGE.max(TimeDelta::seconds(
            i64::from(app.settings.file_upload_seconds) * 2,
        ));
    let mut removed = 0;
    loop {
        let stale = app.store.stale(cutoff, BATCH).await?;
        for object in &stale {
            // It may have become a file since it was read.
            if app.store.discard(object.id).await? {
                app.objects
                    .delete(&object.object_key, object.multipart_id.as_deref())
                    .await?;
                app.store.forget(object.id).await?;
                removed += 1;
            }
        }
        if stale.len() < BATCH as usize {
            return Ok(removed);
        }
    }
}
