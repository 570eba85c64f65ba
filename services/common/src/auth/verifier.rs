//! The keys of this process, kept up to date, and the tokens checked with them.

use std::{sync::Arc, time::Duration};

use parking_lot::RwLock;
use tokio::{sync::Mutex, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::warn;

use super::{
    AuthMode, Principal, Revocations, jwks::PublicKeys, source::Source, token, token::TokenError,
};
use crate::{
    clock::SharedClock,
    config::Settings,
    health::{Health, Part, State},
    http::ApiError,
};

const FIRST_RETRY: Duration = Duration::from_millis(500);
const LONGEST_RETRY: Duration = Duration::from_secs(10);

/// Tells whom an access token belongs to. Cheap to clone.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    mode: AuthMode,
    public_read: bool,
    clock: SharedClock,
    revocations: Revocations,
    source: Source,
    keys: RwLock<Known>,
    /// When the source was last asked because of an unknown key; held while it is asked.
    asked: Mutex<Option<Instant>>,
    state: State,
}

#[derive(Default)]
struct Known {
    /// From the identity service of this process.
    given: PublicKeys,
    /// From the source.
    loaded: PublicKeys,
    /// Both.
    all: Arc<PublicKeys>,
}

impl Known {
    fn merge(&mut self) {
        let mut all = self.loaded.clone();
        all.extend(self.given.clone());
        self.all = Arc::new(all);
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("mode", &self.0.mode)
            .finish_non_exhaustive()
    }
}

impl Verifier {
    /// Starts to follow the keys that `settings` name. Keys that are not there yet do not stop the start: the process
    /// is not ready (`keys`) until they are, if tokens are required.
    ///
    /// # Errors
    /// If `JWKS_URL` cannot be used.
    pub async fn open(
        settings: &Settings,
        clock: SharedClock,
        revocations: Revocations,
        health: &Health,
        shutdown: &CancellationToken,
        tasks: &TaskTracker,
    ) -> anyhow::Result<Self> {
        let state = match settings.auth {
            AuthMode::Required => health.state(Part::Keys, None),
            AuthMode::Open => State::default(),
        };
        state.fail("not loaded yet");
        let source = Source::new(settings)?;
        let verifier = Self(Arc::new(Inner {
            mode: settings.auth,
            public_read: settings.public_read,
            clock,
            revocations,
            source,
            keys: RwLock::default(),
            asked: Mutex::default(),
            state,
        }));
        let is_local = !matches!(verifier.0.source, Source::Http(..));
        if is_local {
            verifier.load().await;
        }
        let (follower, shutdown) = (verifier.clone(), shutdown.clone());
        tasks.spawn(async move { shutdown.run_until_cancelled(follower.follow()).await });
        Ok(verifier)
    }

    /// Whether a token is required.
    #[must_use]
    pub fn mode(&self) -> AuthMode {
        self.0.mode
    }

    /// Whether what is open to every member may be read without a token.
    #[must_use]
    pub fn public_read(&self) -> bool {
        self.0.public_read
    }

    /// Takes the keys of the identity service that runs in this process, in place of those it gave before.
    pub fn set_keys(&self, keys: PublicKeys) {
        if !keys.is_empty() {
            self.0.state.recover();
        }
        let mut known = self.0.keys.write();
        known.given = keys;
        known.merge();
    }

    /// Whom `token` belongs to.
    ///
    /// # Errors
    /// 401, which says whether the token has expired or is not valid, and no more; 403 `banned`.
    pub async fn verify(&self, token: &str) -> Result<Principal, ApiError> {
        let mut result = self.check(token);
        if let Err(TokenError::UnknownKey(kid)) = &result {
            self.look_for(kid).await;
            result = self.check(token);
        }
        let principal = result.map_err(|error| ApiError::unauthorized(error.to_string()))?;
        self.0.revocations.check(&principal)?;
        Ok(principal)
    }

    fn check(&self, token: &str) -> Result<Principal, TokenError> {
        token::verify(token, &self.keys(), self.0.clock.now())
    }

    fn keys(&self) -> Arc<PublicKeys> {
        self.0.keys.read().all.clone()
    }

    /// Asks the source, because it may have a new key. One request asks while the others wait for its result, and
    /// made-up ids cannot cause more than one question a pause.
    async fn look_for(&self, kid: &str) {
        let mut asked = self.0.asked.lock().await;
        let recently = asked.is_some_and(|at| at.elapsed() < self.0.source.pause());
        if recently || self.keys().get(kid).is_some() {
            return;
        }
        // Noted first: a caller who hangs up in the meantime must not make the question free.
        *asked = Some(Instant::now());
        self.load().await;
    }

    /// Loads the keys. When that fails the old ones stay.
    async fn load(&self) -> bool {
        match self.0.source.load(self.0.clock.now()).await {
            Ok(keys) => {
                let mut known = self.0.keys.write();
                if known.loaded != keys {
                    known.loaded = keys;
                    known.merge();
                }
                self.0.state.recover();
                true
            }
            Err(error) => {
                self.complain(&error);
                false
            }
        }
    }

    /// While nothing verifies the process is not ready; later a failure is only worth a line in the log.
    fn complain(&self, error: &anyhow::Error) {
        let error = format!("{error:#}");
        if self.keys().is_empty() {
            self.0.state.fail(error);
            return;
        }
        self.0.state.recover();
        warn!(error, "cannot load identity's keys; the known ones stay");
    }

    async fn follow(&self) {
        let mut retry = FIRST_RETRY;
        loop {
            if self.load().await {
                retry = FIRST_RETRY;
                tokio::time::sleep(self.0.source.period()).await;
            } else {
                tokio::time::sleep(retry).await;
                retry = (retry * 2).min(LONGEST_RETRY);
            }
        }
    }
}
