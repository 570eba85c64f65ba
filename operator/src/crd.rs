//! Waits until the cluster knows our kind: installing it may come after the operator.

use std::time::Duration;

use folkmoot_crds::ForumInstance;
use kube::{Client, Resource};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{client::knows, health::Part, metrics};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(2);

/// What a look found.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// The kind is there.
    Served,
    /// It is not there, or not known; for people.
    NotYet(String),
    /// Waiting will not help.
    Refused(String),
}

/// Waits until the cluster knows the kind ForumInstance. `state` says what is waited for. False if told to stop.
///
/// # Errors
/// If the API does not let us in: waiting will not help.
pub async fn wait(client: &Client, state: &Part, stop: &CancellationToken) -> Result<bool, String> {
    let mut last = String::new();
    loop {
        match look(client).await {
            Found::Served => {
                metrics::crd_missing(false);
                state.recover();
                info!("the cluster knows the kind ForumInstance");
                return Ok(true);
            }
            Found::Refused(reason) => return Err(reason),
            Found::NotYet(reason) => {
                state.fail(reason.clone());
                if reason != last {
                    warn!(reason, "waiting");
                }
                last = reason;
            }
        }
        if stop
            .run_until_cancelled(tokio::time::sleep(EVERY))
            .await
            .is_none()
        {
            return Ok(false);
        }
    }
}

async fn look(client: &Client) -> Found {
    let version = ForumInstance::api_version(&());
    let plural = ForumInstance::plural(&());
    match knows(client, &version, &plural).await {
        Ok(true) => Found::Served,
        Ok(false) => missing(),
        Err(error) => classify(&error),
    }
}

fn missing() -> Found {
    metrics::crd_missing(true);
    Found::NotYet(format!(
        "the cluster has no {}.{}",
        ForumInstance::plural(&()),
        ForumInstance::group(&())
    ))
}

fn classify(error: &kube::Error) -> Found {
    match error {
        kube::Error::Api(status) if matches!(status.code, 401 | 403) => Found::Refused(format!(
            "the Kubernetes API does not let the operator in: {status}"
        )),
        other => Found::NotYet(format!("the Kubernetes API does not answer: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use kube::core::Status;

    use super::*;

    fn answer(code: u16) -> kube::Error {
        kube::Error::Api(Box::new(Status {
            code,
            ..Status::default()
        }))
    }

    #[test]
    fn what_passes_is_waited_for_and_what_does_not_is_said() {
        for code in [429, 500, 503] {
            assert!(
                matches!(classify(&answer(code)), Found::NotYet(_)),
                "{code}"
            );
        }
        for code in [401, 403] {
            assert!(
                matches!(classify(&answer(code)), Found::Refused(_)),
                "{code}"
            );
        }
        let refused = kube::Error::Service("connection refused".into());
        assert!(matches!(classify(&refused), Found::NotYet(_)));
    }
}
