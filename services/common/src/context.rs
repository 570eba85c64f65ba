//! What every service is handed when it starts.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    admin::AllSockets,
    auth::{Revocations, Verifier},
    bus::Bus,
    clock::{Ids, SharedClock, SystemClock},
    config::Settings,
    health::Health,
    kv::{Kv, pubsub::PubSub},
};

type Closing = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The collaborators of a service: cheap to clone, shared by all services of a process.
#[derive(Clone)]
pub struct Context {
    /// Checked settings.
    pub settings: Arc<Settings>,
    /// The time.
    pub clock: SharedClock,
    /// Identifiers.
    pub ids: Ids,
    /// Leases, rate limits and short-lived values.
    pub kv: Kv,
    /// Fan-out between replicas.
    pub pubsub: PubSub,
    /// Events between services.
    pub bus: Bus,
    /// Who a token belongs to.
    pub verifier: Verifier,
    /// Access tokens that count no more before their end.
    pub revocations: Revocations,
    /// Readiness.
    pub health: Health,
    /// Sockets of the services of this process, for the admin port.
    pub sockets: AllSockets,
    /// Cancelled when the process begins to stop: no new work is taken on.
    pub shutdown: CancellationToken,
    /// Background tasks; the process waits for them before it closes the stores.
    pub tasks: TaskTracker,
    closing: Arc<Mutex<Vec<Closing>>>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Context {
    /// Connects to what `settings` name. A server that cannot be reached does not stop the start.
    ///
    /// # Errors
    /// If a setting cannot be used, or a local folder cannot be written.
    pub async fn new(settings: Settings, shutdown: CancellationToken) -> anyhow::Result<Self> {
        Self::with_clock(settings, shutdown, Arc::new(SystemClock)).await
    }

    /// As [`Context::new`], with a clock of the caller's.
    ///
    /// # Errors
    /// As [`Context::new`].
    pub async fn with_clock(
        settings: Settings,
        shutdown: CancellationToken,
        clock: SharedClock,
    ) -> anyhow::Result<Self> {
        settings.validate()?;
        let settings = Arc::new(settings);
        let (health, tasks) = (Health::default(), TaskTracker::new());
        let redis = settings.redis()?;
        let pubsub = match &redis {
            Some(url) => PubSub::redis(url.expose())?,
            None => PubSub::memory(),
        };
        let kv = Kv::open(redis.as_ref(), &settings.instance, clock.clone(), &health)?;
        let shared = (&kv, &pubsub, settings.instance.as_str());
        let revocations = Revocations::start(shared, clock.clone(), &shutdown, &tasks);
        Ok(Self {
            bus: Bus::open(
                settings.nats()?.as_ref(),
                &settings.instance,
                &health,
                &shutdown,
                &tasks,
            )
            .await?,
            verifier: Verifier::open(
                &settings,
                clock.clone(),
                revocations.clone(),
                &health,
                &shutdown,
                &tasks,
            )
            .await?,
            revocations,
            kv,
            ids: Ids::new(clock.clone()),
            closing: Arc::default(),
            sockets: AllSockets::default(),
            settings,
            clock,
            pubsub,
            health,
            shutdown,
            tasks,
        })
    }

    /// Does `work` with a clone of `state` after every `period` until the process stops, which ends it in its middle: a
    /// server that does not answer must not hold up the process.
    pub fn every<S, F, Fut>(&self, period: Duration, state: S, work: F)
    where
        S: Clone + Send + 'static,
        F: Fn(S) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let shutdown = self.shutdown.clone();
        let working = async move {
            loop {
                tokio::time::sleep(period).await;
                work(state.clone()).await;
            }
        };
        self.tasks
            .spawn(async move { shutdown.run_until_cancelled_owned(working).await });
    }

    /// Runs `closing` when everything else has stopped.
    pub fn on_close(&self, closing: impl Future<Output = ()> + Send + 'static) {
        self.closing.lock().push(Box::pin(closing));
    }

    /// Waits for background tasks, then closes the stores.
    pub async fn close(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        let closing = std::mem::take(&mut *self.closing.lock());
        futures_util::future::join_all(closing).await;
    }
}
