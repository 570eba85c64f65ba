//! The queue of reports.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Page, Problem, Query, page::limit},
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{model::Report, store::ReportRow};
use crate::{
    AppState,
    policy::{self, Reader},
};

/// Which reports to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct QueueQuery {
    /// `open` unless told, `resolved` or `dismissed`.
    status: Option<String>,
    /// Most reports of a page, 1 to 200; 50 unless told.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// Only those older than this one; the `Link` header of a page has it.
    after: Option<String>,
}

/// The reports of what a moderator may read, newest first.
#[utoipa::path(
    get, path = "/api/reports", tag = "reports", operation_id = "list_reports", params(QueueQuery),
    responses(
        (status = 200, description = "A page of reports.", body = [Report],
            headers(("Link" = String, description = "The next page, if there is one."))),
        (status = 400, description = "invalid_query, invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: for moderators", body = Problem),
    )
)]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<QueueQuery>,
) -> ApiResult<Response> {
    let moderator = Reader::acting(&caller)?;
    policy::check_moderator(&moderator)?;
    let limit = limit(query.limit.as_deref())?;
    let status = query.status.as_deref().unwrap_or("open");
    if !["open", "resolved", "dismissed"].contains(&status) {
        let detail = "status must be open, resolved or dismissed";
        return Err(ApiError::bad_request("invalid_query", detail));
    }
    let before = cursor(query.after.as_deref())?;
    let rows = state
        .store
        .reports(&moderator, status, before, limit + 1)
        .await?;
    let next = |last: &ReportRow| format!("status={status}&limit={limit}&after={}", last.id);
    Ok(Page::new(rows, limit, next)
        .map(ReportRow::into_report)
        .into_response())
}

/// The id behind which a page begins.
///
/// # Errors
/// 400 `invalid_cursor`.
pub(super) fn cursor(after: Option<&str>) -> ApiResult<Option<Uuid>> {
    let wrong = |_| ApiError::bad_request("invalid_cursor", "after must be the id of an item");
    after.map(Uuid::try_parse).transpose().map_err(wrong)
}
