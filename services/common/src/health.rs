//! Whether the process can serve: what `/readyz` answers.

use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc, time::Duration};

use parking_lot::RwLock;

const CHECK_TIMEOUT: Duration = Duration::from_secs(1);

type CheckFuture = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;
type Check = Arc<dyn Fn() -> CheckFuture + Send + Sync>;

/// The readiness of a process: named parts, each fine or not.
#[derive(Clone, Default)]
pub struct Health {
    checks: Arc<RwLock<BTreeMap<String, Check>>>,
}

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Health").finish_non_exhaustive()
    }
}

/// A part whose state is told as it changes, instead of being asked for.
#[derive(Debug, Clone, Default)]
pub struct State(Arc<RwLock<Option<String>>>);

impl State {
    /// The part does not work, for `reason`.
    pub fn fail(&self, reason: impl Into<String>) {
        *self.0.write() = Some(reason.into());
    }

    /// The part works.
    pub fn recover(&self) {
        *self.0.write() = None;
    }

    /// Why the part does not work, if so.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.0.read().clone()
    }
}

impl Health {
    /// Adds a part that is asked at every readiness probe; an answer later than one second is a failure.
    pub fn check<F, Fut>(&self, name: impl Into<String>, check: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.checks
            .write()
            .insert(name.into(), Arc::new(move || Box::pin(check())));
    }

    /// Adds a part that tells its state itself. It begins as working.
    #[must_use]
    pub fn state(&self, name: impl Into<String>) -> State {
        let state = State::default();
        let told = state.clone();
        self.check(name, move || {
            std::future::ready(told.problem().map_or(Ok(()), Err))
        });
        state
    }

    /// What does not work now: part → reason. Empty means ready.
    pub async fn problems(&self) -> BTreeMap<String, String> {
        let checks: Vec<_> = self
            .checks
            .read()
            .iter()
            .map(|(name, check)| (name.clone(), check.clone()))
            .collect();
        let answers = checks.into_iter().map(|(name, check)| async move {
            let answer = tokio::time::timeout(CHECK_TIMEOUT, check()).await;
            (
                name,
                answer.unwrap_or_else(|_| Err("did not answer within a second".to_owned())),
            )
        });
        let answers = futures_util::future::join_all(answers).await;
        answers
            .into_iter()
            .filter_map(|(name, answer)| answer.err().map(|reason| (name, reason)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failed_part_is_named_with_its_reason_until_it_recovers() {
        let health = Health::default();
        let state = health.state("redis");
        health.check("database", || async { Ok(()) });
        assert!(health.problems().await.is_empty());
        state.fail("connection refused");
        assert_eq!(
            health.problems().await,
            BTreeMap::from([("redis".to_owned(), "connection refused".to_owned())])
        );
        state.recover();
        assert!(health.problems().await.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_is_a_failure() {
        let health = Health::default();
        health.check("database", std::future::pending);
        assert_eq!(health.problems().await.len(), 1);
    }
}
