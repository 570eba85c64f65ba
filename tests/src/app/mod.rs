//! The platform inside this process, on ports that the system chose.

mod answer;
mod client;
mod member;
mod site;
mod socket;
mod stores;
mod token;

use std::{collections::BTreeMap, net::SocketAddr, ops::Deref};

use folkmoot::{Listeners, ServeArgs};
use folkmoot_common::{ServiceName, config::parse_args};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub use answer::Answer;
pub use client::{Client, Progress};
pub use member::Member;
pub use site::{PASSWORD, Site, send, try_send};
pub use socket::{Received, Refused, Socket};
pub use stores::{Backends, DataDir, Stores};
pub use token::Issuer;

use crate::wait;

/// Writes a scenario once and runs it twice, as the tests `NAME::embedded` and `NAME::real`:
///
/// ```ignore
/// on_both_backends! {
///     async fn a_message_reaches_everybody(backends: Backends) {
///         let app = TestApp::on(backends).start().await;
///     }
/// }
/// ```
#[macro_export]
macro_rules! on_both_backends {
    ($(async fn $name:ident($backends:ident: Backends) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn scenario($backends: $crate::app::Backends) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn embedded() {
                scenario($crate::app::Backends::Embedded).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn real() {
                scenario($crate::app::Backends::Real).await;
            }
        }
    )+};
}

/// How a platform is to be started.
#[derive(Debug, Clone)]
pub struct AppBuilder {
    backends: Backends,
    stores: Option<Stores>,
    services: Vec<ServiceName>,
    variables: BTreeMap<String, String>,
}

impl AppBuilder {
    /// Runs only these services: one alone answers at its own root, as on a port of its own.
    #[must_use]
    pub fn services(mut self, services: &[ServiceName]) -> Self {
        self.services = services.to_vec();
        self
    }

    /// Uses stores that another platform uses too.
    #[must_use]
    pub fn stores(mut self, stores: &Stores) -> Self {
        self.stores = Some(stores.clone());
        self
    }

    /// `AUTH=open`.
    #[must_use]
    pub fn open(self) -> Self {
        self.set("AUTH", "open")
    }

    /// Gives a setting, by the name of its variable.
    #[must_use]
    pub fn set(mut self, variable: &str, value: &str) -> Self {
        self.variables.insert(variable.to_owned(), value.to_owned());
        self
    }

    /// Starts it and waits until it is ready.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(self) -> TestApp {
        let stores = match &self.stores {
            Some(stores) => stores.clone(),
            None => Stores::new(self.backends).await,
        };
        let (public, admin) = (listener().await, listener().await);
        let (site, admin_site) = (site_of(&public), site_of(&admin));
        let stop = CancellationToken::new();
        let listeners = Listeners {
            public: Some(public),
            admin: Some(admin),
        };
        let run = folkmoot::run(self.arguments(&stores), listeners, stop.clone());
        let mut task = tokio::spawn(run);
        tokio::select! {
            () = admin_site.wait_for("/readyz") => {}
            ended = &mut task => panic!("the platform does not start: {ended:?}"),
        }
        TestApp {
            site,
            admin: admin_site,
            stores,
            stop,
            task: Some(task),
            builder: self,
        }
    }

    fn arguments(&self, stores: &Stores) -> ServeArgs {
        let mut variables = self.variables.clone();
        let stored = stores.variables().into_iter();
        variables.extend(stored.map(|(name, value)| (name.to_owned(), value)));
        let mut words: Vec<String> = variables
            .into_iter()
            .map(|(name, value)| format!("--{}={value}", name.to_lowercase().replace('_', "-")))
            .collect();
        words.extend(
            self.services
                .iter()
                .map(|service| service.as_str().to_owned()),
        );
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let mut arguments: ServeArgs = parse_args(&words).expect("settings");
        ignore_environment(&mut arguments, stores);
        arguments
    }
}

/// What is not given must not come from the environment of the tests, as it does for the executable.
fn ignore_environment(arguments: &mut ServeArgs, stores: &Stores) {
    let settings = &mut arguments.common;
    settings.database_url = settings
        .database_url
        .take()
        .filter(|_| stores.database.is_some());
    settings.redis_url = settings.redis_url.take().filter(|_| stores.redis.is_some());
    settings.nats_url = settings.nats_url.take().filter(|_| stores.nats.is_some());
    settings.object_store_url = settings
        .object_store_url
        .take()
        .filter(|_| stores.bucket.is_some());
}

async fn listener() -> TcpListener {
    let any: SocketAddr = ([127, 0, 0, 1], 0).into();
    TcpListener::bind(any).await.expect("a free port")
}

fn site_of(listener: &TcpListener) -> Site {
    Site::at(listener.local_addr().expect("the address of a listener"))
}

/// A running platform.
#[derive(Debug)]
pub struct TestApp {
    site: Site,
    /// The admin port: `/livez`, `/readyz`, `/metrics`.
    pub admin: Site,
    /// Where it keeps what it knows.
    pub stores: Stores,
    stop: CancellationToken,
    task: Option<JoinHandle<anyhow::Result<()>>>,
    builder: AppBuilder,
}

impl TestApp {
    /// Begins to describe one: all services, tokens required, unlimited registrations and log-ins.
    #[must_use]
    pub fn on(backends: Backends) -> AppBuilder {
        AppBuilder {
            backends,
            stores: None,
            services: Vec::new(),
            variables: default_variables(),
        }
    }

    /// On embedded backends.
    #[must_use]
    pub fn embedded() -> AppBuilder {
        Self::on(Backends::Embedded)
    }

    /// On the real servers that all tests share.
    #[must_use]
    pub fn real() -> AppBuilder {
        Self::on(Backends::Real)
    }

    /// Somebody with a token but without an account: see [`Stores::member`].
    #[must_use]
    pub fn member(&self, username: &str) -> Member {
        self.stores.member(&self.site, username)
    }

    /// The address it serves.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Stops it as SIGTERM would, and waits until it has ended.
    ///
    /// # Panics
    /// If it does not end, or ends with an error.
    pub async fn stop(&mut self) {
        self.stop.cancel();
        let Some(task) = self.task.take() else { return };
        let ended = wait::within("the platform ends", task).await;
        ended
            .expect("no panic in the platform")
            .expect("an orderly end");
    }

    /// Stops it and starts it on the same stores, with other ports.
    ///
    /// # Panics
    /// If it does not end or start.
    pub async fn restart(mut self) -> Self {
        self.stop().await;
        let builder = self.builder.clone().stores(&self.stores);
        builder.start().await
    }
}

impl Deref for TestApp {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// What tests want unless they say otherwise: those from one address make many accounts.
pub(crate) fn default_variables() -> BTreeMap<String, String> {
    let variables = [
        ("HOST", "127.0.0.1"),
        ("AUTH", "required"),
        ("LOGIN_LIMIT_PER_ACCOUNT", "0"),
        ("LOGIN_LIMIT_PER_ADDRESS", "0"),
        ("REGISTRATION_LIMIT_PER_ADDRESS", "0"),
    ];
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    variables.into_iter().map(owned).collect()
}
