//! Going away, or having too many: sockets are asked to come back elsewhere, a few at a time.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::time::{Instant, sleep, sleep_until};
use tracing::info;

use crate::{close, connection::Conn, engine::Shared};

/// Time between two batches.
const STEP: Duration = Duration::from_millis(100);
/// Longest pause that a client is asked to make before it connects again.
const SPREAD: Duration = Duration::from_secs(5);
/// Time over which sockets are moved.
const MOVE: Duration = Duration::from_secs(3);
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
            conn.ask_back(after_ms, close::DRAINING, "draining");
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

/// Chooses sockets at once, so that none is asked twice, and asks them in the background.
pub(crate) fn move_some(shared: &Arc<Shared>, count: usize) -> usize {
    if shared.draining.load(Relaxed) {
        return 0;
    }
    let chosen = shared.registry.choose(count, Conn::choose);
    let moving = chosen.len();
    info!(service = shared.config.name, moving, "sockets are moved");
    if moving > 0 {
        tokio::spawn(ask_back(Arc::clone(shared), chosen));
    }
    moving
}

async fn ask_back(shared: Arc<Shared>, sockets: Vec<Arc<Conn>>) {
    let begin = Instant::now();
    let steps = MOVE.div_duration_f64(STEP) as usize;
    let batch = sockets.len().div_ceil(steps).max(1);
    for (step, batch) in sockets.chunks(batch).enumerate() {
        sleep_until(begin + STEP * step as u32).await;
        // The drain asks all of them itself.
        if shared.draining.load(Relaxed) {
            return;
        }
        for (index, conn) in batch.iter().enumerate() {
            let after_ms = STEP.as_millis() as usize * index / batch.len();
            conn.ask_back(after_ms, close::MOVED, "moved");
        }
    }
}
