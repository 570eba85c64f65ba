//! The operator from start to end: health first, then the kind, the Lease, the watches, the controller.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, anyhow, bail};
use folkmoot_common::{clock, server::serve};
use kube::{
    Client, Config,
    runtime::events::{Recorder, Reporter},
};
use parking_lot::RwLock;
use tokio::{net::TcpListener, sync::mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::info;

use crate::{
    args::Settings,
    cache::{Cache, Scope, Watches},
    client::client,
    context::{Context, Memories},
    controller, crd,
    forum::{references::Platform, scale::Scaler},
    forums::Forums,
    health::{self, Readiness},
    leader::{self, Candidate},
    metrics, names, platform,
    pods::{AdminClient, Observer, Readings},
};

/// How long requests to the health port may take at the end.
const HEALTH_GRACE: Duration = Duration::from_secs(1);
/// How long tasks may take at the end.
const TASKS_GRACE: Duration = Duration::from_secs(5);

/// Runs until `stop` is cancelled.
///
/// # Errors
/// If the port is taken, the API lets nobody in, or another operator took the Lease.
pub async fn run(
    settings: Settings,
    config: Config,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    metrics::describe();
    let address = SocketAddr::new(settings.host, settings.health_port);
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("HEALTH_PORT: cannot listen on {address}"))?;
    let readiness = Readiness::default();
    let tasks = TaskTracker::new();
    let served = CancellationToken::new();
    let router = health::router(readiness.clone(), stop.clone());
    tasks.spawn(serve(listener, router, served.clone(), HEALTH_GRACE));
    info!(%address, version = env!("CARGO_PKG_VERSION"), "started");

    let result = lead(&settings, config, &readiness, &tasks, &stop).await;
    stop.cancel();
    served.cancel();
    tasks.close();
    if tokio::time::timeout(TASKS_GRACE, tasks.wait())
        .await
        .is_err()
    {
        info!("tasks were still running at the end");
    }
    result
}

async fn lead(
    settings: &Settings,
    config: Config,
    readiness: &Readiness,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let own_namespace = settings
        .pod_namespace
        .clone()
        .unwrap_or_else(|| config.default_namespace.clone());
    let client = client(config).context("the Kubernetes API")?;
    let state = readiness.part("crd");
    state.fail("not looked for yet");
    if !crd::wait(&client, &state, stop)
        .await
        .map_err(|reason| anyhow!(reason))?
    {
        return Ok(());
    }
    if !settings.leader_elect {
        metrics::leader(true);
        work(settings, client, &own_namespace, readiness, tasks, stop).await;
        return Ok(());
    }
    let candidate = Candidate {
        identity: identity(settings),
        namespace: own_namespace.clone(),
        lease: settings.lease_name.clone(),
        seconds: settings.lease_duration_seconds,
    };
    metrics::leader(false);
    let Some(mut leadership) = leader::acquire(&client, &candidate, stop).await else {
        return Ok(());
    };
    let act = stop.child_token();
    let lost = tokio::select! {
        () = work(settings, client, &own_namespace, readiness, tasks, &act) => false,
        () = leadership.lost() => true,
    };
    act.cancel();
    leadership.release().await;
    if lost {
        bail!("another operator took the Lease {}", candidate.lease);
    }
    Ok(())
}

/// Watches and acts until told to stop.
async fn work(
    settings: &Settings,
    client: Client,
    own_namespace: &str,
    readiness: &Readiness,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) {
    let scopes = Scope::of(&settings.namespaces());
    let readings = Readings::default();
    let admin = AdminClient::new(settings.pod_admin_port);
    let (context, cache) = context(settings, &client, own_namespace, &readings, admin);
    let (touched, queue) = mpsc::unbounded_channel();
    let watches = Watches::new(
        client.clone(),
        cache.clone(),
        touched,
        stop.clone(),
        tasks.clone(),
    );
    let troubles = watches.clone();
    readiness.check("watches", move || troubles.problem());

    let offered = platform::offered(&client).await;
    platform::set(&context, &offered);
    watches.start(&scopes);
    for kind in &offered {
        scopes
            .iter()
            .for_each(|scope| watches.watch_kind(scope, *kind));
    }
    if stop
        .run_until_cancelled(watches.wait_until_listed(&scopes, &offered))
        .await
        .is_none()
    {
        return;
    }
    info!("everything is listed");
    let forums = Arc::new(Forums::new(&scopes));
    for scope in &scopes {
        tasks.spawn(
            forums
                .clone()
                .watch(scope.clone(), watches.clone(), context.clone()),
        );
    }
    let all = forums.clone();
    watches.all_forums(move || all.keys());
    observe(admin, &context, readings, &watches, tasks);
    tasks.spawn(platform::keep_looking(
        context.clone(),
        watches.clone(),
        scopes,
        offered,
        stop.clone(),
    ));
    // A controller that is told to stop before its forums are listed never ends.
    let forums_listed = forums.reader();
    if let Some(Ok(())) = stop
        .run_until_cancelled(forums_listed.wait_until_ready())
        .await
    {
        controller::run(context, &forums, queue, settings.concurrency, stop.clone()).await;
    }
}

fn context(
    settings: &Settings,
    client: &Client,
    own_namespace: &str,
    readings: &Readings,
    admin: AdminClient,
) -> (Arc<Context>, Arc<Cache>) {
    let cache = Arc::new(Cache::default());
    let clock = clock::system();
    let reporter = Reporter {
        controller: names::FIELD_MANAGER.to_owned(),
        instance: Some(identity(settings)),
    };
    let context = Context {
        client: client.clone(),
        cache: cache.clone(),
        clock: clock.clone(),
        recorder: Recorder::new(client.clone(), reporter),
        platform: RwLock::new(Platform {
            operator_namespace: own_namespace.to_owned(),
            ..Platform::default()
        }),
        readings: readings.clone(),
        scaler: Scaler::new(client.clone(), admin, readings.clone(), clock),
        pass_timeout: Duration::from_secs(settings.pass_timeout_seconds),
        memories: Memories::default(),
        jitter: 0.into(),
    };
    (Arc::new(context), cache)
}

/// Asks the pods of forums how they are, and has passes look at what is new.
fn observe(
    admin: AdminClient,
    context: &Arc<Context>,
    readings: Readings,
    watches: &Watches,
    tasks: &TaskTracker,
) {
    let observer = Observer::new(
        admin,
        readings,
        context.clock.clone(),
        watches.touched.clone(),
    );
    tasks.spawn(observer.run(context.cache.clone(), watches.stop.clone()));
}

/// The operator's own name; two of them must not have the same.
fn identity(settings: &Settings) -> String {
    let host = || std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match &settings.pod_name {
        Some(name) => name.clone(),
        None => format!("{}-{}", host().trim(), std::process::id()),
    }
}
