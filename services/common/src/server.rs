//! Serving HTTP until told to stop: the public listener and the admin port.

use std::{collections::BTreeSet, convert::Infallible, net::SocketAddr, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    extract::{ConnectInfo, RawQuery, State},
    http::{Request, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::{ServiceExt, service_fn};
use tracing::{debug, warn};

use crate::{
    health::{Health, Part, Problems},
    telemetry,
};

/// A peer that has not sent its request's headers by then is disconnected.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Chooses ring for TLS, once a process, because more than one provider may be compiled in.
pub fn install_crypto() {
    // It fails only when one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Serves `router` on `listener` until `stop` is cancelled, then lets running requests end within `grace`.
/// Upgraded connections (sockets) are not waited for: who upgraded them drains them.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    grace: Duration,
) {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT);
    let graceful = GracefulShutdown::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => spawn(&builder, &graceful, &router, stream, peer),
            Err(error) => {
                warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(grace, graceful.shutdown())
        .await
        .is_err()
    {
        warn!("requests were still running at the end of the grace period");
    }
}

fn spawn(
    builder: &Builder<TokioExecutor>,
    graceful: &GracefulShutdown,
    router: &Router,
    stream: TcpStream,
    peer: SocketAddr,
) {
    // Small frames must not wait for an acknowledgement of the ones before.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "cannot set TCP_NODELAY");
    }
    let router = router.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request).await.into_response()) }
    });
    let connection = builder
        .serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service))
        .into_owned();
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            debug!(error = %error, "a connection ended early");
        }
    });
}

/// `/livez`, `/readyz` and `/metrics`. Once `stop` is cancelled the process is not ready any more.
pub fn admin_router(health: Health, stop: CancellationToken) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state((health, stop))
}

/// 200 `{"status":"ok"}`, or 503 with the problems by part. `?exclude=PART`, which may be repeated, leaves a part
/// out and does not wait for it, as kube-apiserver has it. A process that stops is never ready.
async fn readyz(
    State((health, stop)): State<(Health, CancellationToken)>,
    RawQuery(query): RawQuery,
) -> Response {
    let problems = if stop.is_cancelled() {
        Problems::from([(Part::Drain.as_str(), "the process is stopping".to_owned())])
    } else {
        health.problems_besides(&excluded(query.as_deref())).await
    };
    if problems.is_empty() {
        return Json(json!({"status": "ok"})).into_response();
    }
    let body = Json(json!({"status": "unavailable", "problems": problems}));
    (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
}

fn excluded(query: Option<&str>) -> BTreeSet<String> {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(|(name, _)| name == "exclude")
        .map(|(_, part)| part.into_owned())
        .collect()
}

async fn metrics() -> String {
    telemetry::metrics().run_upkeep();
    telemetry::metrics().render()
}
