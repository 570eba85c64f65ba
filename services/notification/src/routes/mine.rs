//! The caller's own notifications, whoever they are.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Page, Problem, Query, page},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::list::{cursor, flag, next_page};
use crate::{
    AppState, acquaintance,
    model::{Notification, UnreadCounts},
    policy,
    store::Filter,
};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MineQuery {
    /// Only those that are not read [default: false].
    #[param(value_type = Option<bool>)]
    unread: Option<String>,
    /// Only those of this kind.
    #[param(value_type = Option<String>, example = "comment.replied")]
    kind: Option<String>,
    /// Marks as read what is listed; it is listed as it was before [default: false].
    #[param(value_type = Option<bool>)]
    mark_read: Option<String>,
    /// Most notifications to list, 1 to 200 [default: 50].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// The last notification of the page before; the `Link` header holds it.
    #[param(value_type = Option<uuid::Uuid>)]
    after: Option<String>,
}

/// The caller's notifications, newest first.
#[utoipa::path(
    get, path = "/notifications", tag = "notifications", params(MineQuery),
    responses(
        (status = 200, body = Vec<Notification>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_id, invalid_limit, invalid_query", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn list_mine(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<MineQuery>,
) -> ApiResult<Page<Notification>> {
    let user = caller.principal()?;
    let limit = page::limit(query.limit.as_deref())?;
    let flagged =
        |name, text: &Option<String>| text.as_deref().map_or(Ok(false), |text| flag(name, text));
    let mark_read = flagged("mark_read", &query.mark_read)?;
    let filter = Filter {
        unread_only: flagged("unread", &query.unread)?,
        kind: query.kind.map(kind).transpose()?,
        after: query.after.as_deref().map(cursor).transpose()?,
    };
    acquaintance::make(&state, user).await;
    let mut shown = state.store.list(&user.user_id, &filter, limit + 1).await?;
    if mark_read {
        shown.truncate_places(limit as usize);
        if state.store.mark_shown(&user.user_id, &shown).await? > 0 {
            state.push.unread_changed(&[&user.user_id]).await;
        }
    }
    let mut rest = page::query_pair("unread", &filter.unread_only.to_string());
    for (name, value) in [
        ("kind", filter.kind),
        ("mark_read", mark_read.then(|| "true".to_owned())),
    ] {
        if let Some(value) = value {
            rest = format!("{rest}&{}", page::query_pair(name, &value));
        }
    }
    Ok(Page::new(shown.notifications, limit, |last| {
        next_page(limit, &rest, last.id)
    }))
}

fn kind(text: String) -> ApiResult<String> {
    if policy::is_type(&text) {
        return Ok(text);
    }
    Err(ApiError::bad_request(
        "invalid_query",
        "kind must be the kind of a notification",
    ))
}

/// How many of the caller's notifications are not read, and of what kinds.
#[utoipa::path(
    get, path = "/notifications/unread-count", tag = "notifications",
    responses(
        (status = 200, body = UnreadCounts),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn count_mine(
    State(state): State<AppState>,
    caller: Caller,
) -> ApiResult<Json<UnreadCounts>> {
    let user_id = caller.principal()?.user_id.clone();
    let kinds = state.store.count_kinds(&user_id).await?;
    Ok(Json(UnreadCounts {
        user_id,
        unread_count: kinds.values().sum(),
        kinds,
    }))
}
