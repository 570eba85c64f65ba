//! What ties an engine to the process that it runs in: its settings, its readiness, its end.

use std::time::Duration;

use folkmoot_common::{
    Context, ServiceName,
    admin::{SocketReport, Sockets},
    auth::revocations::{Refusal, Revocations},
    config::Settings,
    health::Part,
};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio_util::sync::CancellationToken;

use crate::{BrokerState, Config, Engine, Session, close};

/// How long a socket may take from the check of its token to its place among the open ones.
const SETTLE: Duration = Duration::from_millis(500);

impl Config {
    /// The defaults for `service`, with the instance and the origins that `settings` name.
    #[must_use]
    pub fn of(settings: &Settings, service: ServiceName) -> Self {
        let public = settings.public_url.iter();
        let public = public.map(|url| url.origin().ascii_serialization());
        Self {
            allowed_origins: public
                .chain(settings.allowed_origins.iter().cloned())
                .collect(),
            ..Self::new(&settings.instance, service.as_str())
        }
    }
}

impl Engine {
    /// Puts the engine in the service of the process: its broker is part of the readiness, the admin port sees its
    /// sockets, and when the process stops they are told to come back elsewhere. The answer is cancelled when
    /// they are gone: what they sent until then is still to be done.
    #[must_use]
    pub fn attach(&self, ctx: &Context, service: ServiceName) -> CancellationToken {
        self.watch_broker(ctx, service);
        self.watch_revocations(ctx);
        ctx.sockets.add(self.clone());
        let drained = CancellationToken::new();
        let (ctx, engine, done) = (ctx.clone(), self.clone(), drained.clone());
        ctx.tasks.clone().spawn(async move {
            ctx.shutdown.cancelled().await;
            engine.drain(ctx.settings.shutdown_grace()).await;
            done.cancel();
        });
        drained
    }

    /// Closes sockets whose tokens count no more.
    fn watch_revocations(&self, ctx: &Context) {
        let (engine, revocations) = (self.clone(), ctx.revocations.clone());
        let shutdown = ctx.shutdown.clone();
        ctx.tasks.spawn(async move {
            shutdown
                .run_until_cancelled(engine.follow(&revocations))
                .await;
        });
    }

    async fn follow(&self, revocations: &Revocations) {
        let mut news = revocations.news();
        while !matches!(news.recv().await, Err(RecvError::Closed)) {
            // All that came meanwhile is one look at the sockets.
            while matches!(news.try_recv(), Ok(()) | Err(TryRecvError::Lagged(_))) {}
            // A socket that was let in just before is counted a moment later: it is looked for once more.
            self.close_revoked(revocations);
            tokio::time::sleep(SETTLE).await;
            self.close_revoked(revocations);
        }
    }

    fn close_revoked(&self, revocations: &Revocations) {
        let refused = |session: &Session| {
            let session_id = session.session_id.as_deref();
            revocations.check_session(&session.user_id, session_id, session.issued_at)
        };
        let banned = |session: &Session| refused(session) == Err(Refusal::Banned);
        self.close_where(banned, close::POLICY, "banned");
        let revoked = |session: &Session| refused(session) == Err(Refusal::Revoked);
        self.close_where(revoked, close::UNAUTHORISED, "the session has ended");
    }

    /// Services go on while Redis is away; the replica still says that it is not as it should be.
    fn watch_broker(&self, ctx: &Context, service: ServiceName) {
        let state = self.broker_state();
        ctx.health.check(Part::PubSub, service, move || {
            let up = *state.borrow() == BrokerState::Up;
            std::future::ready(if up {
                Ok(())
            } else {
                Err("publications of other replicas do not arrive".to_owned())
            })
        });
    }
}

impl Sockets for Engine {
    fn report(&self) -> SocketReport {
        SocketReport {
            sockets: self.sockets(),
            draining: self.is_draining(),
            queued_bytes: self.queued_bytes(),
        }
    }

    fn move_some(&self, count: usize) -> usize {
        Self::move_some(self, count)
    }
}
