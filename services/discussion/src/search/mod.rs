//! Full-text search over what its reader may read.

mod plain;
mod routes;
mod snippet;
mod store;
mod terms;

pub(crate) use plain::plain;
use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(utoipa_axum::routes!(routes::search))
}
