use std::time::Duration;

use axum::extract::State;
use folkmoot_common::http::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;

const TIMEOUT: Duration = Duration::from_secs(1);

/// How the service and its stores are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthAnswer {
    /// `ok`, or `degraded` if a store does not work.
    #[schema(example = "ok")]
    status: &'static str,
    /// `file`.
    #[schema(example = "file")]
    service: &'static str,
    /// The object store, whatever it is: `ok` or `unavailable`.
    #[schema(example = "ok")]
    minio: &'static str,
    /// `ok` or `unavailable`.
    #[schema(example = "ok")]
    database: &'static str,
}

/// How the service and its stores are.
///
/// Always 200: the service answers, and says what it misses. Whether to send it traffic is what `/readyz` of the
/// admin port tells.
#[utoipa::path(get, path = "/health", tag = "health", security(()), responses((status = 200, description = "The answer.", body = HealthAnswer)))]
pub(crate) async fn health(State(app): State<App>) -> Json<HealthAnswer> {
    let objects = tokio::time::timeout(TIMEOUT, app.objects.check());
    let database = tokio::time::timeout(TIMEOUT, app.store.ping());
    let (objects, database) = tokio::join!(objects, database);
    let (objects, database) = (
        matches!(objects, Ok(Ok(()))),
        matches!(database, Ok(Ok(()))),
    );
    let word = |works| if works { "ok" } else { "unavailable" };
    let status = if objects && database {
        "ok"
    } else {
        "degraded"
    };
    Json(HealthAnswer {
        status,
        service: "file",
        minio: word(objects),
        database: word(database),
    })
}
