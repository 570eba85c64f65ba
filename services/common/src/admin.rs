//! The admin port: for orchestrators, operators and monitoring, not for users.
//!
//! | request | answer |
//! |---|---|
//! | `GET /livez` | 200 `ok` while the process runs |
//! | `GET /readyz?exclude=PART` | 200, or 503 with what does not work; see [`health`](crate::health) |
//! | `GET /metrics` | Prometheus' text format |
//! | `GET /sockets` | 200 `{"sockets":n,"draining":bool,"queued_bytes":n}` of all services of the process |
//! | `POST /sockets/move` `{"count":n}` | 202 `{"moving":n}`: so many sockets are asked to connect again |
//!
//! `POST /sockets/move` needs `Authorization: Bearer ADMIN_TOKEN`, and is not there (404) when none is set.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequestParts, RawQuery, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use serde_json::json;
use subtle::ConstantTimeEq as _;

use crate::{
    Context,
    health::{Part, Problems},
    http::{ApiError, ApiResult, Json},
    telemetry,
};

/// Most sockets that one request moves.
const MAX_MOVED: usize = 100_000;
const MAX_BODY_BYTES: usize = 1024;

/// How many sockets there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketReport {
    /// Open or opening.
    pub sockets: usize,
    /// They are being told to come back elsewhere; no new ones are let in.
    pub draining: bool,
    /// Bytes that wait for all of them.
    pub queued_bytes: usize,
}

/// The sockets of one service.
pub trait Sockets: Send + Sync + 'static {
    /// How many there are.
    fn report(&self) -> SocketReport;

    /// Asks at most `count` of them to connect again, spread over a few seconds. Returns how many it asks.
    fn move_some(&self, count: usize) -> usize;
}

/// The sockets of all services of the process.
#[derive(Clone, Default)]
pub struct AllSockets(Arc<RwLock<Vec<Arc<dyn Sockets>>>>);

impl std::fmt::Debug for AllSockets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AllSockets").finish_non_exhaustive()
    }
}

impl AllSockets {
    /// Adds those of a service.
    pub fn add(&self, sockets: impl Sockets) {
        self.0.write().push(Arc::new(sockets));
    }

    fn report(&self) -> SocketReport {
        let reports = self.0.read();
        let reports = reports.iter().map(|sockets| sockets.report());
        reports.fold(SocketReport::default(), |all, one| SocketReport {
            sockets: all.sockets + one.sockets,
            draining: all.draining || one.draining,
            queued_bytes: all.queued_bytes + one.queued_bytes,
        })
    }

    fn move_some(&self, count: usize) -> usize {
        self.0.read().iter().fold(0, |moving, sockets| {
            moving + sockets.move_some(count - moving)
        })
    }
}

/// The routes of the admin port.
pub fn router(ctx: &Context) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/sockets", get(sockets))
        .route("/sockets/move", post(move_sockets))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(ctx.clone())
}

/// 200 `{"status":"ok"}`, or 503 with the problems by part. `?exclude=PART`, which may be repeated, leaves a part
/// out and does not wait for it, as kube-apiserver has it. A process that stops is never ready.
async fn readyz(State(ctx): State<Context>, RawQuery(query): RawQuery) -> Response {
    let problems = if ctx.shutdown.is_cancelled() {
        Problems::from([(Part::Drain.as_str(), "the process is stopping".to_owned())])
    } else {
        let excluded = excluded(query.as_deref());
        ctx.health.problems_besides(&excluded).await
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

async fn sockets(State(ctx): State<Context>) -> Json<SocketReport> {
    Json(ctx.sockets.report())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    count: usize,
}

async fn move_sockets(
    State(ctx): State<Context>,
    _: Admin,
    Json(request): Json<Move>,
) -> ApiResult<Response> {
    if !(1..=MAX_MOVED).contains(&request.count) {
        let detail = format!("count must be 1 to {MAX_MOVED}");
        return Err(ApiError::bad_request("invalid_count", detail));
    }
    let moving = ctx.sockets.move_some(request.count);
    Ok((StatusCode::ACCEPTED, Json(json!({"moving": moving}))).into_response())
}

/// Somebody who knows `ADMIN_TOKEN`.
struct Admin;

impl FromRequestParts<Context> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, ApiError> {
        let Some(token) = &ctx.settings.admin_token else {
            let detail = "no ADMIN_TOKEN is set";
            return Err(ApiError::not_found("not_found", detail));
        };
        let given = parts.headers.get(header::AUTHORIZATION);
        let given = given.and_then(|value| value.as_bytes().split_at_checked(BEARER.len()));
        let (scheme, given) = given.unwrap_or_default();
        // The comparison takes as long for a near miss as for a wild guess; only the length shows.
        let same: bool = given.ct_eq(token.expose().as_bytes()).into();
        if same && scheme.eq_ignore_ascii_case(BEARER) {
            Ok(Self)
        } else {
            Err(ApiError::unauthorized("the admin token is needed"))
        }
    }
}

const BEARER: &[u8] = b"Bearer ";
