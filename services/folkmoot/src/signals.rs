//! Stopping on SIGINT and SIGTERM.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// The first signal cancels `stop`; a second one ends the process at once.
///
/// # Errors
/// If the signals cannot be listened for.
pub(crate) fn cancel_on_signal(stop: CancellationToken) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        let first = next(&mut interrupt, &mut terminate).await;
        info!(signal = first, "stopping");
        stop.cancel();
        let second = next(&mut interrupt, &mut terminate).await;
        warn!(signal = second, "stopping at once");
        std::process::exit(130);
    });
    Ok(())
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> &'static str {
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}
