//! From settings to a running platform, and back down in order.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    time::Duration,
};

use anyhow::{Context as _, bail};
use axum::Router;
use folkmoot_common::{
    Context, Service, ServiceName, admin,
    clock::{self, Ids},
    config::{DatabaseUrl, Settings, parse_args},
    edge,
    http::{BodyLimit, docs, with_layers},
    server, telemetry,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{ServeArgs, health, migrations_of};

/// How long after the grace period of requests and sockets the rest may take to end.
const CLOSING: Duration = Duration::from_secs(3);
const ALL_IN_ONE_PORT: u16 = 8080;
const ALL_IN_ONE_ADMIN_PORT: u16 = 9090;
/// What a service that runs alone adds to its port for its admin port, so that several fit on one machine.
const ADMIN_PORT_OFFSET: u16 = 1070;

/// Sockets that the caller has bound already; tests do, to have free ports.
#[derive(Debug, Default)]
pub struct Listeners {
    /// The public one.
    pub public: Option<TcpListener>,
    /// The admin one.
    pub admin: Option<TcpListener>,
}

/// Runs the services until `stop` is cancelled, then drains sockets, finishes requests and closes the stores.
///
/// # Errors
/// If a setting cannot be used, a port is taken, or a local store cannot be opened.
pub async fn run(
    args: ServeArgs,
    listeners: Listeners,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    server::install_crypto();
    let services = chosen(&args)?;
    let (public_port, admin_port) = ports(&services, &args.common);
    let public = bind(listeners.public, &args.common, public_port).await?;
    let admin = bind(listeners.admin, &args.common, admin_port).await?;
    let _ = telemetry::metrics();

    let ctx = Context::new(args.common.clone(), stop.clone()).await?;
    let router = start_services(&ctx, &args, &services).await?;
    ctx.bus.start();
    announce(&services, public.local_addr()?, admin.local_addr()?);

    let grace = ctx.settings.shutdown_grace();
    // The admin port answers until the end, so that the probes see the drain.
    let admin_stop = CancellationToken::new();
    let admin_router = admin::router(&ctx);
    let admin_server = tokio::spawn(server::serve(
        admin,
        admin_router,
        admin_stop.clone(),
        grace,
    ));
    let serving = async {
        server::serve(public, router, stop.clone(), grace).await;
        ctx.close().await;
    };
    let overdue = async {
        stop.cancelled().await;
        tokio::time::sleep(grace + CLOSING).await;
    };
    tokio::select! {
        () = serving => {}
        // A pool waits for a server that does not answer, for as long as it does not.
        () = overdue => warn!("stopped before everything was closed"),
    }
    admin_stop.cancel();
    admin_server.await?;
    info!("stopped");
    Ok(())
}

fn chosen(args: &ServeArgs) -> anyhow::Result<Vec<ServiceName>> {
    let services = if args.services.is_empty() {
        ServiceName::ALL.to_vec()
    } else {
        args.services.clone()
    };
    one_file_each(&services, &args.common)?;
    Ok(services)
}

/// Refuses one SQLite file for several services.
pub(crate) fn one_file_each(services: &[ServiceName], settings: &Settings) -> anyhow::Result<()> {
    let with_tables = services
        .iter()
        .filter(|service| migrations_of(**service).is_some())
        .count();
    if with_tables > 1 && matches!(settings.database()?, Some(DatabaseUrl::Sqlite(_))) {
        bail!(
            "DATABASE_URL: one SQLite file serves one service; leave it unset to have a file for each in DATA_DIR, or use postgres://"
        );
    }
    Ok(())
}

fn ports(services: &[ServiceName], settings: &Settings) -> (u16, u16) {
    let (public, admin) = match services {
        [ServiceName::Web] => (ALL_IN_ONE_PORT, ALL_IN_ONE_ADMIN_PORT),
        [alone] => (alone.port(), alone.port() + ADMIN_PORT_OFFSET),
        _ => (ALL_IN_ONE_PORT, ALL_IN_ONE_ADMIN_PORT),
    };
    (
        settings.port.unwrap_or(public),
        settings.admin_port.unwrap_or(admin),
    )
}

async fn bind(
    listener: Option<TcpListener>,
    settings: &Settings,
    port: u16,
) -> anyhow::Result<TcpListener> {
    if let Some(listener) = listener {
        return Ok(listener);
    }
    let address = SocketAddr::new(settings.host, port);
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
}

fn announce(services: &[ServiceName], public: SocketAddr, admin: SocketAddr) {
    let names: Vec<_> = services.iter().map(|service| service.as_str()).collect();
    info!(services = names.join(" "), address = %format!("http://{public}"), admin = %format!("http://{admin}"), "listening");
}

async fn start_services(
    ctx: &Context,
    args: &ServeArgs,
    services: &[ServiceName],
) -> anyhow::Result<Router> {
    let mut routers = HashMap::new();
    for name in services {
        let service = start(ctx, args, *name)
            .await
            .with_context(|| format!("cannot start {name}"))?;
        routers.insert(*name, complete(ctx, service));
    }
    if let [alone] = services {
        let router = routers.remove(alone).context("the service has a router")?;
        return Ok(edge::alone(*alone, router));
    }
    Ok(health::router(ctx.health.clone()).fallback_service(edge::router(routers)))
}

async fn start(ctx: &Context, args: &ServeArgs, name: ServiceName) -> anyhow::Result<Service> {
    match name {
        ServiceName::Chat => folkmoot_chat::start(ctx, &args.chat).await,
        ServiceName::Presence => folkmoot_presence::start(ctx, &args.presence).await,
        ServiceName::Notification => folkmoot_notification::start(ctx, &args.notification).await,
        ServiceName::File => folkmoot_file::start(ctx, &args.file).await,
        ServiceName::Identity => folkmoot_identity::start(ctx, &args.identity).await,
        ServiceName::Discussion => folkmoot_discussion::start(ctx, &args.discussion).await,
        ServiceName::Feed => folkmoot_feed::start(ctx, &args.feed).await,
        ServiceName::Web => Ok(Service {
            name,
            router: folkmoot_web::router(),
            openapi: None,
        }),
    }
}

/// The service's routes with its documentation and the layers that all services share.
fn complete(ctx: &Context, service: Service) -> Router {
    let limit = match service.name {
        ServiceName::File => BodyLimit::Streaming,
        ServiceName::Discussion => BodyLimit::OrdinaryOrForm,
        _ => BodyLimit::Ordinary,
    };
    let Some(openapi) = service.openapi else {
        return service.router;
    };
    with_layers(ctx, service.router.merge(docs::docs_router(openapi)), limit)
}

/// The OpenAPI document of each service, as it is committed under `openapi/`.
///
/// # Errors
/// If a service cannot be started on an empty folder.
pub async fn openapi_documents() -> anyhow::Result<BTreeMap<ServiceName, String>> {
    let name = format!("folkmoot-openapi-{}", Ids::new(clock::system()).next());
    let folder = std::env::temp_dir().join(name);
    let mut settings: ServeArgs = parse_args(&["--data-dir", &folder.to_string_lossy()])?;
    // Whatever the environment names is not needed to describe an API.
    let common = &mut settings.common;
    (
        common.database_url,
        common.redis_url,
        common.nats_url,
        common.jwks_url,
    ) = (None, None, None, None);
    (common.object_store_url, common.minio_endpoint) = (None, None);
    let ctx = Context::new(settings.common.clone(), CancellationToken::new()).await?;
    let mut documents = BTreeMap::new();
    for name in ServiceName::ALL {
        if let Some(openapi) = start(&ctx, &settings, name).await?.openapi {
            documents.insert(name, openapi.to_pretty_json()?);
        }
    }
    ctx.shutdown.cancel();
    ctx.close().await;
    tokio::fs::remove_dir_all(&folder).await?;
    Ok(documents)
}
