//! Threads: opening, listing, reading, editing, deleting.

mod history;
mod list;
pub(crate) mod routes;
mod view;
mod write;

use utoipa_axum::router::OpenApiRouter;

pub(crate) use history::{Target, history};
pub(crate) use list::{Filter, Sort, list};
pub(crate) use view::{complete, summaries, view};
pub(crate) use write::{create, create_with_files, delete, edit, new_mentions};

use crate::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    routes::router()
}
