//! The controller: which forum is looked at when, how many at a time, and what happens after an error.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use folkmoot_crds::ForumInstance;
use futures_util::{FutureExt, StreamExt, stream};
use kube::runtime::{
    Controller,
    controller::{self, Action},
    reflector::ObjectRef,
};
use tokio::{sync::mpsc::UnboundedReceiver, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::{
    cache::Key,
    context::Context,
    forum::{error::Error, pass},
    forums::{Forums, Guarded, key, reference},
    invalid, metrics,
};

/// Changes that come together are looked at together.
const DEBOUNCE: Duration = Duration::from_millis(100);
/// A forum is looked at so often although nothing tells of news; each time within a quarter of it more.
const RESYNC: Duration = Duration::from_secs(600);
/// The first and the longest wait after an error.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Looks after the forums until told to stop; then lets running passes end.
pub async fn run(
    context: Arc<Context>,
    forums: &Forums,
    touched: UnboundedReceiver<Key>,
    concurrency: u16,
    stop: CancellationToken,
) {
    let touched = stream::unfold(touched, async |mut touched| {
        let forum = touched.recv().await?;
        Some((reference(&forum), touched))
    });
    let config = controller::Config::default()
        .debounce(DEBOUNCE)
        .concurrency(concurrency);
    Controller::for_stream(stream::pending(), forums.reader())
        .reconcile_on(touched)
        .with_config(config)
        .graceful_shutdown_on(stop.cancelled_owned())
        .run(reconcile, after_error, context)
        .for_each(|result| {
            log(result);
            std::future::ready(())
        })
        .boxed()
        .await;
}

fn log<Q: std::error::Error>(
    result: Result<(ObjectRef<Guarded>, Action), controller::Error<Error, Q>>,
) {
    match result {
        Ok((forum, action)) => debug!(%forum, ?action, "looked at"),
        Err(controller::Error::ReconcilerFailed(error, forum)) => {
            warn!(%forum, %error, "a pass failed")
        }
        // It went while it waited for its turn.
        Err(controller::Error::ObjectNotFound(forum)) => debug!(%forum, "is gone"),
        Err(error) => warn!(%error, "the controller"),
    }
}

async fn reconcile(forum: Arc<Guarded>, context: Arc<Context>) -> Result<Action, Error> {
    let begin = Instant::now();
    let result = match &forum.0 {
        Err(invalid) => invalid::report(&context, invalid)
            .await
            .map(|()| ("invalid", Action::await_change())),
        Ok(forum) => look(&context, forum).await.map(|action| ("ok", action)),
    };
    metrics::pass(
        result.as_ref().map_or("error", |(result, _)| result),
        begin.elapsed(),
    );
    let (_, action) = result?;
    metrics::success(context.clock.now().timestamp());
    context
        .memories
        .change(&key(&forum), |memory| memory.failures = 0);
    Ok(action)
}

async fn look(context: &Context, forum: &ForumInstance) -> Result<Action, Error> {
    if forum.metadata.deletion_timestamp.is_some() {
        // What belongs to it goes with it, without us.
        return Ok(Action::await_change());
    }
    let pass = pass::pass(context, forum);
    let after = tokio::time::timeout(context.pass_timeout, pass).await;
    let after = after.map_err(|_| Error::Timeout(context.pass_timeout.as_secs()))??;
    Ok(Action::requeue(spread(
        context,
        after.again.unwrap_or(RESYNC),
    )))
}

#[expect(clippy::needless_pass_by_value, reason = "the controller's signature")]
fn after_error(forum: Arc<Guarded>, error: &Error, context: Arc<Context>) -> Action {
    metrics::error(error.kind());
    let mut failures = 0;
    context.memories.change(&key(&forum), |memory| {
        failures = memory.failures;
        memory.failures = memory.failures.saturating_add(1);
    });
    Action::requeue(spread(&context, backoff(failures)))
}

/// The wait after so many failures before this one.
fn backoff(failures: u32) -> Duration {
    let (first, longest) = BACKOFF;
    first.saturating_mul(1_u32 << failures.min(16)).min(longest)
}

/// Up to a quarter more, so that forums that failed together do not come back together.
fn spread(context: &Context, wait: Duration) -> Duration {
    let step = context
        .jitter
        .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    let share = u32::try_from(step >> 48).unwrap_or(0);
    wait + wait / 4 * share / 65_536
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit() {
        let waits: Vec<u64> = (0..8).map(|failures| backoff(failures).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(backoff(u32::MAX), BACKOFF.1);
    }
}
