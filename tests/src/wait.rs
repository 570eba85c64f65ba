//! Waiting for a condition, never for luck.

use std::time::{Duration, Instant};

/// Long enough for anything a test waits for on a busy machine: reaching it is a failure.
pub const LIMIT: Duration = Duration::from_secs(30);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Asks `probe` until it answers, and gives its answer.
///
/// # Panics
/// If it has not answered within [`LIMIT`]; the message says what was waited for.
pub async fn until<T>(what: &str, probe: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(LIMIT, what, probe).await
}

/// As [`until`], with a limit of the caller's.
///
/// # Panics
/// If `probe` has not answered within `limit`.
pub async fn until_within<T>(
    limit: Duration,
    what: &str,
    probe: impl AsyncFnMut() -> Option<T>,
) -> T {
    match try_until(limit, probe).await {
        Some(answer) => answer,
        None => panic!("waited {limit:?} in vain: {what}"),
    }
}

/// Asks `probe` until it answers or `limit` has passed.
pub async fn try_until<T>(limit: Duration, probe: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    try_until_every(PAUSE, limit, probe).await
}

/// As [`try_until`], with a pause of the caller's between two looks.
pub async fn try_until_every<T>(
    pause: Duration,
    limit: Duration,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> Option<T> {
    let start = Instant::now();
    loop {
        let left = limit.checked_sub(start.elapsed())?;
        if let Ok(Some(answer)) = tokio::time::timeout(left, probe()).await {
            return Some(answer);
        }
        tokio::time::sleep(pause).await;
    }
}

/// Waits for `future`.
///
/// # Panics
/// If it has not ended within [`LIMIT`]; the message says what was waited for.
pub async fn within<F: Future>(what: &str, future: F) -> F::Output {
    match tokio::time::timeout(LIMIT, future).await {
        Ok(output) => output,
        Err(_) => panic!("waited {LIMIT:?} in vain: {what}"),
    }
}
