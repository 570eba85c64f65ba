//! Reading a user's notifications.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Page, Path, Problem, Query, page},
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    AppState, acquaintance,
    model::{Notification, UnreadCount},
    policy,
    store::Filter,
};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those that are not read [default: false].
    #[param(value_type = Option<bool>)]
    unread_only: Option<String>,
    /// Most notifications to list, 1 to 200 [default: 50].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// The last notification of the page before; the `Link` header holds it.
    #[param(value_type = Option<Uuid>)]
    after: Option<String>,
}

/// A user's notifications, newest first.
#[utoipa::path(
    get, path = "/notifications/{id}", tag = "notifications",
    params(("id" = String, Path, description = "Oneself"), ListQuery),
    responses(
        (status = 200, body = Vec<Notification>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_id, invalid_limit, invalid_query", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "user_not_found: somebody else", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Path(user_id): Path<String>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Page<Notification>> {
    policy::owner(&caller, &user_id)?;
    let limit = page::limit(query.limit.as_deref())?;
    let flagged = |text: &str| flag("unread_only", text);
    let filter = Filter {
        unread_only: query.unread_only.as_deref().map_or(Ok(false), flagged)?,
        after: query.after.as_deref().map(cursor).transpose()?,
        kind: None,
    };
    if let Ok(user) = caller.principal() {
        acquaintance::make(&state, user).await;
    }
    let shown = state.store.list(&user_id, &filter, limit + 1).await?;
    let rest = page::query_pair("unread_only", &filter.unread_only.to_string());
    Ok(Page::new(shown.notifications, limit, |last| {
        next_page(limit, &rest, last.id)
    }))
}

/// The query of the page behind `last`.
pub(super) fn next_page(limit: u32, rest: &str, last: Uuid) -> String {
    let after = page::query_pair("after", &last.to_string());
    format!("limit={limit}&{rest}&{after}")
}

/// A flag in the spellings of several languages.
pub(super) fn flag(name: &str, text: &str) -> ApiResult<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err(ApiError::bad_request(
            "invalid_query",
            format!("{name} must be true or false"),
        )),
    }
}

/// The last notification of the page before.
pub(super) fn cursor(text: &str) -> ApiResult<Uuid> {
    Uuid::try_parse(text)
        .map_err(|_| ApiError::bad_request("invalid_id", "after must be a notification's id"))
}

/// How many of a user's notifications are not read.
#[utoipa::path(
    get, path = "/notifications/{id}/unread-count", tag = "notifications",
    params(("id" = String, Path, description = "Oneself")),
    responses(
        (status = 200, body = UnreadCount),
        (status = 400, description = "invalid_id", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "user_not_found: somebody else", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn count_unread(
    State(state): State<AppState>,
    caller: Caller,
    Path(user_id): Path<String>,
) -> ApiResult<Json<UnreadCount>> {
    policy::owner(&caller, &user_id)?;
    let unread_count = state.store.count_unread(&user_id).await?;
    Ok(Json(UnreadCount {
        user_id,
        unread_count,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_as_clients_write_them() {
        for (text, value) in [
            ("true", true),
            ("True", true),
            ("1", true),
            ("false", false),
            ("False", false),
            ("0", false),
        ] {
            assert_eq!(flag("unread", text), Ok(value), "{text}");
        }
        assert_eq!(flag("unread", "maybe").unwrap_err().code, "invalid_query");
    }
}
