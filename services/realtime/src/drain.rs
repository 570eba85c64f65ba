//! Going away: sockets are asked to come back elsewhere, a few at a time.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::time::{Instant, sleep, sleep_until};
use tracing::info;

use crate::{close, engine::Shared, frame::Frame};

/// Time between two batches.
const STEP: Duration = Duration::from_millis(100);
/// Longest pause that a client is asked to make before it connects again.
const SPREAD: Duration = Duration::from_secs(5);
/// How often it is seen whether all are gone.
const LOOK: Duration = Duration::from_millis(10);

/// Closes all sockets within `total`.
pub(crate) async fn drain(shared: &Arc<Shared>, total: Duration) {
    let begin = Instant::now();
    shared.draining.store(true, Relaxed);
    let sockets = shared.registry.select(|_| true);
    info!(
        service = shared.config.name,
        sockets = sockets.len(),
        ?total,
        "draining"
    );
    // Half of the time to ask, the other half for the answers.
    let steps = (total / 2).div_duration_f64(STEP).floor().max(1.0) as usize;
    let spread = SPREAD.min(total);
    let batch = sockets.len().div_ceil(steps).max(1);
    let mut asked = 0;
    for (step, batch) in sockets.chunks(batch).enumerate() {
        sleep_until(begin + STEP * step as u32).await;
        for conn in batch {
            let after_ms = spread.as_millis() as usize * asked / sockets.len();
            let hint = Frame::text(&format!(r#"{{"type":"reconnect","after_ms":{after_ms}}}"#));
            conn.close_after(&hint, close::DRAINING, "draining");
            asked += 1;
        }
    }
    while shared.registry.len() > 0 && begin.elapsed() < total {
        sleep(LOOK).await;
    }
    for conn in shared.registry.select(|_| true) {
        conn.cut();
    }
    shared.stop();
}
