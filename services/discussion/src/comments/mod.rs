//! Comments: a tree in each thread, read page by page.

mod list;
mod routes;
mod write;

use folkmoot_common::http::ApiResult;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

pub(crate) use list::{Order, list};
pub(crate) use write::{create, delete, edit};

use crate::{AppState, access, model::Comment, policy::Reader, store::CommentRow};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    routes::router()
}

/// A comment as its reader sees it.
///
/// # Errors
/// 404 `comment_not_found`.
pub(crate) async fn view(state: &AppState, reader: &Reader, id: Uuid) -> ApiResult<Comment> {
    let (_thread, row) = access::comment(state, reader, id).await?;
    complete(state, row).await
}

/// As [`view`], for a row that was read.
///
/// # Errors
/// If rendering panics.
pub(crate) async fn complete(state: &AppState, mut row: CommentRow) -> ApiResult<Comment> {
    let stored = (&mut row.body_html, &row.body, row.rendered_by);
    state.renderer.refresh(std::iter::once(stored)).await?;
    Ok(row.into_comment())
}
