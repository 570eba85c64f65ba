//! Ending a report.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Path, Problem},
};
use serde_json::json;

use super::{
    model::{Action, Report, Resolution, note},
    store::{Closing, ReportRow},
};
use crate::{
    AppState,
    access::{self, Limit},
    audit::Entry,
    comments,
    policy::{self, Reader},
    threads,
};

fn no_report() -> ApiError {
    ApiError::not_found("report_not_found", "there is no such report")
}

/// Resolve or dismiss a report, or delete what it is about.
///
/// `delete` resolves all open reports of the same thing with it.
#[utoipa::path(
    post, path = "/api/reports/{id}/resolve", tag = "reports", operation_id = "resolve_report", request_body = Resolution,
    params(("id" = String, Path, description = "The report.")),
    responses(
        (status = 200, body = Report),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: for moderators", body = Problem),
        (status = 404, description = "report_not_found", body = Problem),
        (status = 409, description = "already_resolved", body = Problem),
        (status = 422, description = "invalid_body, invalid_reason", body = Problem),
    )
)]
pub(super) async fn resolve(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Json(resolution): Json<Resolution>,
) -> ApiResult<Json<Report>> {
    let moderator = access::acting(&state, &caller, Limit::Actions).await?;
    policy::check_moderator(&moderator)?;
    let id = access::id(&id, no_report)?;
    let note_text = resolution.note.unwrap_or_default();
    note(&note_text)?;
    let report = state.store.find_report(id, &moderator).await?;
    let report = report.ok_or_else(no_report)?;
    if report.status != "open" {
        return Err(already_resolved());
    }
    if resolution.action == Action::Delete {
        delete(&state, &moderator, &report).await?;
    }
    let closing = closing(&moderator, &report, resolution.action, &note_text)?;
    let user_id = moderator.user_id();
    if !state.store.close_report(&report, user_id, &closing).await? {
        return Err(already_resolved());
    }
    let report = state.store.find_report(id, &moderator).await?;
    Ok(Json(report.ok_or_else(no_report)?.into_report()))
}

fn already_resolved() -> ApiError {
    ApiError::conflict(
        "already_resolved",
        "somebody has seen to the report already",
    )
}

fn closing<'a>(
    moderator: &Reader,
    report: &ReportRow,
    action: Action,
    note: &'a str,
) -> ApiResult<Closing<'a>> {
    let (status, name) = match action {
        Action::Dismiss => ("dismissed", "report.dismissed"),
        Action::Resolve | Action::Delete => ("resolved", "report.resolved"),
    };
    let detail = json!({
        "thread_id": report.thread_id,
        "comment_id": report.comment_id,
        "reason": report.reason,
        "note": note,
    });
    let entry = Entry::new(moderator.principal()?, name, "report", report.id, detail);
    Ok(Closing {
        status,
        note,
        all: action == Action::Delete,
        entry: entry.in_category(report.category_id),
    })
}

/// What somebody else has deleted meanwhile is deleted.
async fn delete(state: &AppState, moderator: &Reader, report: &ReportRow) -> ApiResult<()> {
    if report.deleted_at.is_some() {
        return Ok(());
    }
    match report.comment_id {
        Some(comment_id) => comments::delete(state, moderator, comment_id).await,
        None => threads::delete(state, moderator, report.thread_id).await,
    }
}
