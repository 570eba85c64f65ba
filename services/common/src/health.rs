//! Whether the process can serve: what `/readyz` answers.
//!
//! Each part has a name for ever, because probes exclude parts by it (`/readyz?exclude=redis&exclude=nats`):
//!
//! | part | fails while |
//! |---|---|
//! | `database` | the database does not answer |
//! | `schema` | the tables of this version are not there yet; once they are, it never fails again |
//! | `redis` | leases and limits cannot reach Redis |
//! | `pubsub` | publications of other replicas do not arrive |
//! | `nats` | there is no connection to NATS |
//! | `objects` | the object store does not answer, or lets nobody in |
//! | `keys` | no key of identity's is known, so that no token can be checked |
//! | `drain` | the process is stopping; cannot be excluded |

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use parking_lot::RwLock;

use crate::ServiceName;

const CHECK_TIMEOUT: Duration = Duration::from_secs(1);

type CheckFuture = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;
type Check = Arc<dyn Fn() -> CheckFuture + Send + Sync>;

/// What works or not, by the name that it has in `/readyz`. The [module](self) has the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The service's SQL database.
    Database,
    /// Its tables.
    Schema,
    /// Leases and limits.
    Redis,
    /// Fan-out between replicas.
    PubSub,
    /// Events between services.
    Nats,
    /// The object store.
    Objects,
    /// Identity's public keys.
    Keys,
    /// Whether the process goes on.
    Drain,
}

impl Part {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Redis => "redis",
            Self::PubSub => "pubsub",
            Self::Nats => "nats",
            Self::Objects => "objects",
            Self::Keys => "keys",
            Self::Drain => "drain",
        }
    }
}

/// Which part, and of which service if each service of the process has its own.
type Key = (Part, Option<ServiceName>);

/// The readiness of a process: named parts, each fine or not.
#[derive(Clone, Default)]
pub struct Health {
    checks: Arc<RwLock<BTreeMap<Key, Check>>>,
}

/// What does not work: part → reason.
pub type Problems = BTreeMap<&'static str, String>;

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
    /// `service` is given where each service of the process has a part of this name.
    pub fn check<F, Fut>(&self, part: Part, service: impl Into<Option<ServiceName>>, check: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.checks
            .write()
            .insert((part, service.into()), Arc::new(move || Box::pin(check())));
    }

    /// Adds a part that tells its state itself. It begins as working.
    #[must_use]
    pub fn state(&self, part: Part, service: impl Into<Option<ServiceName>>) -> State {
        let state = State::default();
        let told = state.clone();
        self.check(part, service, move || {
            std::future::ready(told.problem().map_or(Ok(()), Err))
        });
        state
    }

    /// What does not work now. Empty means ready.
    pub async fn problems(&self) -> Problems {
        self.problems_besides(&BTreeSet::new()).await
    }

    /// As [`Health::problems`], without the parts of these names: they are not asked. Names of no part do nothing.
    pub async fn problems_besides(&self, excluded: &BTreeSet<String>) -> Problems {
        let checks: Vec<_> = self
            .checks
            .read()
            .iter()
            .filter(|((part, _), _)| !excluded.contains(part.as_str()))
            .map(|(key, check)| (*key, check.clone()))
            .collect();
        let answers = checks.into_iter().map(|(key, check)| async move {
            let answer = tokio::time::timeout(CHECK_TIMEOUT, check()).await;
            (
                key,
                answer.unwrap_or_else(|_| Err("did not answer within a second".to_owned())),
            )
        });
        let mut problems = Problems::new();
        for ((part, service), answer) in futures_util::future::join_all(answers).await {
            if let Err(reason) = answer {
                note(&mut problems, part, service, &reason);
            }
        }
        problems
    }
}

/// `reason`, or `chat: reason; file: reason` where several services have the part.
fn note(problems: &mut Problems, part: Part, service: Option<ServiceName>, reason: &str) {
    let told = problems.entry(part.as_str()).or_default();
    if !told.is_empty() {
        told.push_str("; ");
    }
    if let Some(service) = service {
        told.push_str(service.as_str());
        told.push_str(": ");
    }
    told.push_str(reason);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failed_part_is_named_with_its_reason_until_it_recovers() {
        let health = Health::default();
        let state = health.state(Part::Redis, None);
        health.check(Part::Database, None, || async { Ok(()) });
        assert!(health.problems().await.is_empty());
        state.fail("connection refused");
        assert_eq!(
            health.problems().await,
            Problems::from([("redis", "connection refused".to_owned())])
        );
        state.recover();
        assert!(health.problems().await.is_empty());
    }

    #[tokio::test]
    async fn services_with_the_same_part_are_told_apart() {
        let health = Health::default();
        for service in [ServiceName::File, ServiceName::Chat] {
            health.state(Part::Schema, service).fail("not yet");
        }
        assert_eq!(
            health.problems().await,
            Problems::from([("schema", "chat: not yet; file: not yet".to_owned())])
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_is_a_failure_unless_it_is_excluded() {
        let health = Health::default();
        health.check(Part::Database, ServiceName::Chat, std::future::pending);
        assert_eq!(health.problems().await.len(), 1);
        let before = tokio::time::Instant::now();
        let excluded = ["database".to_owned(), "of no part".to_owned()].into();
        assert!(health.problems_besides(&excluded).await.is_empty());
        assert_eq!(before.elapsed(), Duration::ZERO, "it is not waited for");
    }
}
