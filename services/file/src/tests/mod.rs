//! The service through its router, on SQLite and a local folder.

mod access;
mod accounts;
mod cleaning;
mod downloads;
mod forms;
mod uploads;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta};
use folkmoot_common::{
    clock::ManualClock,
    config::{Settings as CommonSettings, parse_args},
};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::{App, Settings, routes};

const BOUNDARY: &str = "folkmoot-boundary-7f3a";

struct Setup {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    app: App,
    router: Router,
}

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// The problem's code; the status is checked to be the one that it says.
    fn code(&self) -> String {
        let problem = self.json();
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        assert_eq!(problem["status"], self.status.as_u16());
        problem["code"].as_str().expect("a code").to_owned()
    }

    fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers[name].to_str().expect("text")
    }
}

impl Setup {
    async fn open() -> Self {
        Self::with(&["--auth", "open"], &[]).await
    }

    async fn with(common: &[&str], own: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().to_string_lossy().into_owned();
        let common: CommonSettings =
            parse_args(&[&["--data-dir", &data], common].concat()).expect("settings");
        let own: Settings = parse_args(own).expect("settings");
        let clock = Arc::new(ManualClock::new(
            DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
        ));
        let ctx =
            folkmoot_common::Context::with_clock(common, CancellationToken::new(), clock.clone())
                .await
                .expect("a context");
        let app = App::open(&ctx, &own).await.expect("a service");
        let router = routes::service(app.clone()).router;
        Self {
            folder,
            clock,
            app,
            router,
        }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path, &[], Body::empty()))
            .await
    }

    async fn upload(&self, body: impl Into<Body>) -> Answer {
        self.upload_to("/upload", body).await
    }

    async fn upload_to(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(request(
            Method::POST,
            path,
            &[("content-type", &form_type())],
            body.into(),
        ))
        .await
    }

    /// Uploads and returns the file's metadata.
    async fn store(&self, name: &str, content: &[u8]) -> Value {
        let answer = self.upload(form(&[file(name, content)])).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer.json()
    }

    /// Objects in the folder, whole or not.
    fn objects(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("objects/files")).map_or(0, Iterator::count)
    }

    async fn files(&self) -> usize {
        self.app
            .store
            .list(None, None, 1000)
            .await
            .expect("files")
            .len()
    }

    async fn pending(&self) -> usize {
        self.app
            .pending
            .stale(DateTime::UNIX_EPOCH + TimeDelta::days(100_000), 1000)
            .await
            .expect("pending objects")
            .len()
    }

    /// Removes what is too old to be pending.
    async fn sweep(&self) -> anyhow::Result<usize> {
        let cutoff = self.app.ctx.clock.now() - self.app.settings.pending_age();
        self.app.pending.sweep(&self.app.objects, cutoff).await
    }

    /// Nothing is stored, and nothing half.
    async fn assert_empty(&self, of: &str) {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let left = (self.objects(), self.files().await, self.pending().await);
            if left == (0, 0, 0) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{of}: {left:?} objects, files and pending objects are left"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Waits until `condition` holds, for what happens after an answer.
async fn wait(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn request(method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    headers
        .iter()
        .fold(request, |request, (name, value)| {
            request.header(*name, *value)
        })
        .body(body)
        .expect("a request")
}

fn form_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// A part with these bytes, under a name that is written as it stands.
fn file(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n"
    );
    [head.as_bytes(), content].concat()
}

fn text(name: &str, value: &str) -> Vec<u8> {
    format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}").into_bytes()
}

fn form(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        body.extend_from_slice(format!("--{BOUNDARY}\r\n").as_bytes());
        body.extend_from_slice(part);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn content(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|index| (index % 251) as u8).collect()
}

/// Splitmix64: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % bound
    }
}
