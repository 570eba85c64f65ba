//! What ties an engine to the process that it runs in: its settings, its readiness, its end.

use folkmoot_common::{
    Context, ServiceName,
    admin::{SocketReport, Sockets},
    config::Settings,
    health::Part,
};
use tokio_util::sync::CancellationToken;

use crate::{BrokerState, Config, Engine};

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
