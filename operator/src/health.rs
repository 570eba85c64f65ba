//! `/livez`, `/readyz` and `/metrics` of the operator itself.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use folkmoot_common::telemetry;
use parking_lot::RwLock;
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// Why a part does not work, if so.
type Check = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// Whether the operator can do its work: named parts, each fine or not.
#[derive(Clone, Default)]
pub struct Readiness(Arc<RwLock<BTreeMap<&'static str, Check>>>);

/// A part whose state is told as it changes.
#[derive(Debug, Clone, Default)]
pub struct Part(Arc<RwLock<Option<String>>>);

impl Part {
    /// It does not work, for `reason`.
    pub fn fail(&self, reason: impl Into<String>) {
        *self.0.write() = Some(reason.into());
    }

    /// It works.
    pub fn recover(&self) {
        *self.0.write() = None;
    }
}

impl Readiness {
    /// Adds a part that is asked each time; it answers at once.
    pub fn check(
        &self,
        name: &'static str,
        check: impl Fn() -> Option<String> + Send + Sync + 'static,
    ) {
        self.0.write().insert(name, Arc::new(check));
    }

    /// Adds a part that tells its state itself. It begins as working.
    #[must_use]
    pub fn part(&self, name: &'static str) -> Part {
        let part = Part::default();
        let told = part.clone();
        self.check(name, move || told.0.read().clone());
        part
    }

    /// What does not work now: part → reason. Empty means ready.
    #[must_use]
    pub fn problems(&self) -> BTreeMap<&'static str, String> {
        let checks = self.0.read().clone();
        checks
            .into_iter()
            .filter_map(|(name, check)| Some((name, check()?)))
            .collect()
    }
}

/// Once `stop` is cancelled the process is not ready any more.
pub fn router(readiness: Readiness, stop: CancellationToken) -> Router {
    Router::new()
        .route("/livez", get(async || "ok"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state((readiness, stop))
}

async fn readyz(State((readiness, stop)): State<(Readiness, CancellationToken)>) -> Response {
    if stop.is_cancelled() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({"status": "stopping"})),
        )
            .into_response();
    }
    let problems = readiness.problems();
    let (status, word) = if problems.is_empty() {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    };
    (status, Json(json!({"status": word, "problems": problems}))).into_response()
}

async fn metrics() -> String {
    telemetry::metrics().run_upkeep();
    telemetry::metrics().render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_fails_is_named_until_it_recovers() {
        let readiness = Readiness::default();
        let part = readiness.part("crd");
        assert!(readiness.problems().is_empty());
        part.fail("not there");
        assert_eq!(
            readiness.problems(),
            BTreeMap::from([("crd", "not there".to_owned())])
        );
        part.recover();
        assert!(readiness.problems().is_empty());
    }
}
