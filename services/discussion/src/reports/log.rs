//! Reading the audit log.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use folkmoot_common::{
    auth::Caller,
    http::{
        ApiResult, Page, Problem, Query,
        page::{limit, query_pair},
    },
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{model::LogEntry, queue::cursor};
use crate::{
    AppState,
    policy::{self, Reader},
};

/// Which entries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LogQuery {
    /// Only what this user did.
    actor: Option<String>,
    /// Only what was done to this thread, comment, category, report or user, by id.
    target: Option<String>,
    /// Most entries of a page, 1 to 200; 50 unless told.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// Only those older than this one; the `Link` header of a page has it.
    after: Option<String>,
}

/// What moderators and admins did, newest first. Nothing in it is ever changed or deleted.
///
/// A moderator sees what was done to what they may read.
#[utoipa::path(
    get, path = "/api/audit-log", tag = "moderation", operation_id = "list_audit_log", params(LogQuery),
    responses(
        (status = 200, description = "A page of entries.", body = [LogEntry],
            headers(("Link" = String, description = "The next page, if there is one."))),
        (status = 400, description = "invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: for moderators", body = Problem),
    )
)]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<LogQuery>,
) -> ApiResult<Response> {
    let moderator = Reader::acting(&caller)?;
    policy::check_moderator(&moderator)?;
    let limit = limit(query.limit.as_deref())?;
    let before = cursor(query.after.as_deref())?;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (actor, target) = (text(&query.actor), text(&query.target));
    let entries = state
        .store
        .audit_log(&moderator, &actor, &target, before, limit + 1)
        .await?;
    let next = |last: &LogEntry| {
        let mut pairs = Vec::new();
        pairs.extend(
            query
                .actor
                .as_deref()
                .map(|actor| query_pair("actor", actor)),
        );
        pairs.extend(
            query
                .target
                .as_deref()
                .map(|target| query_pair("target", target)),
        );
        pairs.push(format!("limit={limit}&after={}", last.id));
        pairs.join("&")
    };
    Ok(Page::new(entries, limit, next).into_response())
}
