//! Password hashes: argon2id, off the asynchronous threads, and only so many at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::anyhow;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{self, PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use folkmoot_common::http::{ApiError, ApiResult};
use tokio::sync::Semaphore;

/// OWASP's first choice of small memory: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How many may wait for each one that is being hashed.
const QUEUE_PER_SLOT: usize = 16;
/// How long they wait.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Hashes and checks passwords.
#[derive(Clone)]
pub(crate) struct Passwords(Arc<Inner>);

struct Inner {
    argon2: Argon2<'static>,
    slots: Arc<Semaphore>,
    queue: AtomicUsize,
    longest_queue: usize,
    /// The hash that stands for an account which does not exist: checking it takes as long as any other.
    nobody: String,
    hashed: AtomicU64,
}

/// A place in the queue, left when dropped, also by a caller who hangs up.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Passwords {
    /// Hashes at most `concurrency` at once.
    ///
    /// # Errors
    /// If there is no randomness.
    pub(crate) async fn new(concurrency: usize) -> anyhow::Result<Self> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
            .map_err(|error| anyhow!("argon2: {error}"))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|error| anyhow!("no randomness: {error}"))?;
        let first = argon2.clone();
        let nobody = tokio::task::spawn_blocking(move || hash(&first, &random)).await??;
        Ok(Self(Arc::new(Inner {
            argon2,
            slots: Arc::new(Semaphore::new(concurrency)),
            queue: AtomicUsize::new(0),
            longest_queue: concurrency * QUEUE_PER_SLOT,
            nobody,
            hashed: AtomicU64::new(0),
        })))
    }

    /// The hash to store for `password`, in the PHC string format.
    ///
    /// # Errors
    /// 503 if too many are waiting.
    pub(crate) async fn hash(&self, password: String) -> ApiResult<String> {
        Ok(self
            .run(move |argon2| hash(argon2, password.as_bytes()))
            .await??)
    }

    /// Whether `password` belongs to `stored`. Without one, because there is no such account, it does the same work
    /// and says no.
    ///
    /// # Errors
    /// 503 if too many are waiting.
    pub(crate) async fn verify(&self, password: String, stored: Option<&str>) -> ApiResult<bool> {
        let hash = stored.unwrap_or(&self.0.nobody).to_owned();
        let matches = self
            .run(move |argon2| verify(argon2, password.as_bytes(), &hash))
            .await??;
        Ok(matches && stored.is_some())
    }

    /// The hash of a secret that nobody knows, made at the start.
    pub(crate) fn nobodys(&self) -> &str {
        &self.0.nobody
    }

    /// How many passwords have been hashed or checked.
    #[cfg(test)]
    pub(crate) fn hashed(&self) -> u64 {
        self.0.hashed.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> ApiResult<T> {
        let busy =
            || ApiError::unavailable("too many people are logging in; try again in a moment");
        let waiting = self.0.queue.fetch_add(1, Ordering::Relaxed);
        let place = Place(&self.0.queue);
        if waiting >= self.0.longest_queue {
            return Err(busy());
        }
        let slot = self.0.slots.clone().acquire_owned();
        let slot = tokio::time::timeout(LONGEST_WAIT, slot)
            .await
            .map_err(|_| busy())?
            .map_err(ApiError::internal)?;
        drop(place);
        let hashed = self.0.hashed.fetch_add(1, Ordering::Relaxed) + 1;
        metrics::counter!("folkmoot_password_hashes_total").absolute(hashed);
        let argon2 = self.0.argon2.clone();
        // The slot goes along: work whose caller has hung up still takes the memory.
        let work = move || {
            let _slot = slot;
            work(&argon2)
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(ApiError::internal)
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> anyhow::Result<String> {
    Ok(argon2
        .hash_password(password)
        .map_err(|error| anyhow!("argon2: {error}"))?
        .to_string())
}

/// Whether a hash from elsewhere may be stored: checking a password by it must not take more than by one of ours, by much.
#[must_use]
pub(crate) fn is_acceptable(hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else {
        return false;
    };
    let Ok(params) = Params::try_from(&parsed) else {
        return false;
    };
    parsed.algorithm == Algorithm::Argon2id.ident()
        && parsed.hash.is_some()
        && params.m_cost() <= 4 * MEMORY_KIB
        && params.t_cost() <= 2 * PASSES
        && params.p_cost() <= 4
}

fn verify(argon2: &Argon2<'_>, password: &[u8], stored: &str) -> anyhow::Result<bool> {
    let stored = PasswordHash::new(stored)
        .map_err(|error| anyhow!("a stored password hash is broken: {error}"))?;
    match argon2.verify_password(password, &stored) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(anyhow!("argon2: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_or_wrong_and_nobody_has_none() {
        let passwords = Passwords::new(1).await.unwrap();
        let stored = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(
            passwords
                .verify("correct horse".to_owned(), Some(&stored))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("correct horsf".to_owned(), Some(&stored))
                .await
                .unwrap()
        );
        let before = passwords.hashed();
        assert!(
            !passwords
                .verify("correct horse".to_owned(), None)
                .await
                .unwrap()
        );
        assert_eq!(passwords.hashed(), before + 1);
        assert!(
            passwords
                .verify(String::new(), Some("not a hash"))
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_empties_again() {
        let passwords = Passwords::new(1).await.unwrap();
        let all_slots = passwords.0.slots.clone().acquire_owned().await.unwrap();
        let waiting: Vec<_> = (0..QUEUE_PER_SLOT)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.run(|_| ()).await })
            })
            .collect();
        while passwords.0.queue.load(Ordering::Relaxed) < QUEUE_PER_SLOT {
            tokio::task::yield_now().await;
        }
        let refused = passwords.run(|_| ()).await.unwrap_err();
        assert_eq!(
            (refused.status.as_u16(), refused.code),
            (503, "unavailable")
        );
        drop(all_slots);
        for task in waiting {
            task.await.unwrap().unwrap();
        }
        assert_eq!(passwords.0.queue.load(Ordering::Relaxed), 0);
    }
}
