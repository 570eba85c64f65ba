//! The service as its callers see it, on SQLite.

mod accounts;
mod addresses;
mod bans;
mod departures;
mod forward_auth;
mod hostile;
mod limits;
mod mailbox;
mod own_sessions;
mod passwords;
mod people;
mod roles;
mod sessions;
mod smtp;
mod verification;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use chrono::{DateTime, TimeDelta};
use folkmoot_common::{Context, clock::ManualClock, config::parse_args};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::{app, routes::App, run};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// A running service with a clock of the test's.
pub(crate) struct Identity {
    pub(crate) folder: Arc<TempDir>,
    pub(crate) ctx: Context,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) app: App,
    pub(crate) openapi: Value,
    router: Router,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// Status and stable code.
    pub(crate) fn problem(&self) -> (u16, &str) {
        (self.status.as_u16(), self.text("code"))
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("a text"))
    }

    /// The cookie as a browser would send it back.
    pub(crate) fn cookie(&self) -> &str {
        self.header("set-cookie").split(';').next().expect("a part")
    }
}

impl Identity {
    pub(crate) async fn start() -> Self {
        Self::with(&[], &[]).await
    }

    /// With flags for all services, and flags of identity.
    pub(crate) async fn with(flags: &[&str], own: &[&str]) -> Self {
        let clock = ManualClock::new(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        Self::restart(
            Arc::new(tempfile::tempdir().expect("a folder")),
            Arc::new(clock),
            flags,
            own,
        )
        .await
    }

    /// On the data that another one left.
    pub(crate) async fn restart(
        folder: Arc<TempDir>,
        clock: Arc<ManualClock>,
        flags: &[&str],
        own: &[&str],
    ) -> Self {
        let data_dir = folder.path().to_str().expect("a path").to_owned();
        let flags = [&["--data-dir", &data_dir], flags].concat();
        let mut shared: folkmoot_common::config::Settings = parse_args(&flags).expect("settings");
        // Servers that the environment of the tests names are not theirs.
        (shared.database_url, shared.redis_url, shared.nats_url) = (None, None, None);
        let settings = parse_args(own).expect("settings of identity");
        let shutdown = CancellationToken::new();
        let ctx = Context::with_clock(shared, shutdown, clock.clone())
            .await
            .expect("a context");
        let app = app(&ctx, &settings).await.expect("an app");
        let service = run(&ctx, app.clone());
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
        while !ctx.health.problems().await.is_empty() {
            assert!(
                tokio::time::Instant::now() < deadline,
                "identity does not get ready"
            );
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let openapi = serde_json::to_value(service.openapi.expect("a document")).expect("JSON");
        Self {
            folder,
            ctx,
            clock,
            app,
            openapi,
            router: service.router,
        }
    }

    pub(crate) async fn stop(self) -> (Arc<TempDir>, Arc<ManualClock>) {
        self.ctx.shutdown.cancel();
        self.ctx.close().await;
        (self.folder, self.clock)
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).expect("JSON")
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_with(path, body, &[]).await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.send(post_request(path, &body, headers)).await
    }

    pub(crate) async fn post_from(&self, peer: &str, path: &str, body: Value) -> Answer {
        let mut request = post_request(path, &body, &[]);
        let peer: SocketAddr = peer.parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        self.send(request).await
    }

    /// A POST without a body, as a browser makes it.
    pub(crate) async fn post_empty(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers
            .iter()
            .fold(Request::post(path), |request, (name, value)| {
                request.header(*name, *value)
            });
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }

    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        let mut request = Request::builder().method(Method::GET).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }

    /// A request by whom the token names.
    pub(crate) async fn by(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, body.len());
        self.send(request.body(Body::from(body)).expect("a request"))
            .await
    }

    pub(crate) async fn register(&self, username: &str) -> Answer {
        let email = format!("{username}@example.org");
        let body = json!({"email": email, "username": username, "password": PASSWORD});
        self.post("/api/auth/register", body).await
    }

    pub(crate) async fn login(&self, identifier: &str, password: &str) -> Answer {
        self.post(
            "/api/auth/login",
            json!({"identifier": identifier, "password": password}),
        )
        .await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.post("/api/auth/refresh", json!({"refresh_token": token}))
            .await
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }
}

fn post_request(path: &str, body: &Value, headers: &[(&str, &str)]) -> Request<Body> {
    let body = body.to_string();
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, body.len());
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    request.body(Body::from(body)).expect("a request")
}
