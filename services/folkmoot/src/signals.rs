//! Stopping on SIGINT and SIGTERM.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// The first signal cancels `stop`; a second one ends the process at once.
///
/// # Errors
/// If the signals cannot be listened for.
pub(crate) fn cancel_on_signal(stop: CancellationToken) -> anyhow::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = interrupt.recv() => "SIGINT",
                _ = terminate.recv() => "SIGTERM",
            }
        };
        info!(signal = next().await, "stopping");
        stop.cancel();
        warn!(signal = next().await, "stopping at once");
        std::process::exit(130);
    });
    Ok(())
}
