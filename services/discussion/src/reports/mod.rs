use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}

/// Starts the consumers and tasks of this part.
pub(crate) fn start(_state: &AppState) {}
