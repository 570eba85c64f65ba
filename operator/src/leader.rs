//! One of several operators acts: the one that holds the Lease.

use std::time::Duration;

use kube::Client;
use kube_lease_manager::{LeaseManager, LeaseManagerBuilder};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::metrics;

/// Between two attempts to reach the Lease at start.
const RETRY: Duration = Duration::from_secs(2);
/// How long the Lease may take to be given back at the end.
const RELEASE: Duration = Duration::from_secs(5);

/// Who wants to lead.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its own name.
    pub identity: String,
    /// Where the Lease is.
    pub namespace: String,
    /// What it is called.
    pub lease: String,
    /// How long the Lease holds without being renewed.
    pub seconds: u64,
}

/// The Lease, held.
#[derive(Debug)]
pub struct Leadership {
    changes: watch::Receiver<bool>,
    task: JoinHandle<kube_lease_manager::Result<LeaseManager>>,
}

/// Waits until the Lease is ours. `None` if told to stop before.
pub async fn acquire(
    client: &Client,
    candidate: &Candidate,
    stop: &CancellationToken,
) -> Option<Leadership> {
    let manager = stop.run_until_cancelled(manager(client, candidate)).await?;
    let (mut changes, task) = manager.watch().await;
    info!(
        identity = candidate.identity,
        lease = candidate.lease,
        "standing by"
    );
    let held = stop
        .run_until_cancelled(changes.wait_for(|held| *held))
        .await;
    let is_held = matches!(&held, Some(Ok(_)));
    drop(held);
    let leadership = Leadership { changes, task };
    if !is_held {
        leadership.release().await;
        return None;
    }
    info!(
        identity = candidate.identity,
        lease = candidate.lease,
        "leading"
    );
    metrics::leader(true);
    Some(leadership)
}

async fn manager(client: &Client, candidate: &Candidate) -> LeaseManager {
    loop {
        // The holder renews after two thirds of the time.
        let grace = (candidate.seconds / 3).max(1);
        let builder = LeaseManagerBuilder::new(client.clone(), candidate.lease.as_str())
            .with_namespace(candidate.namespace.as_str())
            .with_identity(candidate.identity.as_str())
            .with_duration(candidate.seconds.max(grace + 1))
            .with_grace(grace);
        match builder.build().await {
            Ok(manager) => return manager,
            Err(error) => {
                warn!(%error, lease = candidate.lease, "cannot reach the Lease");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

impl Leadership {
    /// Returns when the Lease is another's.
    pub async fn lost(&mut self) {
        let _ = self.changes.wait_for(|held| !*held).await;
        metrics::leader(false);
    }

    /// Gives the Lease back, so that the next need not wait for its end.
    pub async fn release(self) {
        metrics::leader(false);
        drop(self.changes);
        match tokio::time::timeout(RELEASE, self.task).await {
            Ok(Ok(Ok(_))) => {}
            Ok(Ok(Err(error))) => warn!(%error, "the Lease was not given back"),
            Ok(Err(error)) => warn!(%error, "the Lease was not given back"),
            Err(_) => warn!("the Lease was not given back in time"),
        }
    }
}
