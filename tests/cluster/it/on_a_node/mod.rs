mod chart;
mod crowd;
mod discussing;
mod faults;
mod forum;
mod node;
mod rollouts;
mod scaling;
mod serving;
mod sharing;

use std::time::Instant;

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

static TURNS: RwLock<()> = RwLock::const_new(());

/// For a test that leaves the node itself alone; several run side by side.
async fn together() -> RwLockReadGuard<'static, ()> {
    TURNS.read().await
}

/// For a test that takes away what the others need.
async fn alone() -> RwLockWriteGuard<'static, ()> {
    TURNS.write().await
}

/// Shows how long a step took; the log of the stage keeps it.
#[expect(clippy::print_stdout, reason = "a figure that people read")]
fn report(what: &str, since: Instant) {
    println!("{what}: {:.1} s", since.elapsed().as_secs_f64());
}
