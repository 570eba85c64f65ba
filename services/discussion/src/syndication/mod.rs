//! Atom and RSS documents of what everybody may read.

mod document;
mod routes;
mod store;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(routes::threads_atom))
        .routes(routes!(routes::threads_rss))
        .routes(routes!(routes::category_atom))
        .routes(routes!(routes::category_rss))
}
