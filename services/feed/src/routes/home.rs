//! The home feed: what those whom one follows wrote, and oneself.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Page, Problem, Query, page},
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{AppState, model::Entry};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HomeQuery {
    /// Most entries, 1 to 200 [default: 50].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// The last entry of the page before; the `Link` header holds it.
    #[param(value_type = Option<Uuid>)]
    after: Option<String>,
}

/// What those whom the caller follows wrote, and the caller, newest first.
#[utoipa::path(
    get, path = "/api/feed", tag = "feed", params(HomeQuery),
    responses(
        (status = 200, body = Vec<Entry>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_cursor, invalid_query", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn home(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<HomeQuery>,
) -> ApiResult<Page<Entry>> {
    let principal = caller.principal()?;
    let limit = page::limit(query.limit.as_deref())?;
    let before = query.after.as_deref().map(cursor).transpose()?;
    let wanted = limit as usize + 1;
    let entries = state.views.home(principal, before, wanted).await?;
    let entries: Vec<Entry> = entries.into_iter().map(Entry::from).collect();
    Ok(Page::new(entries, limit, |last| {
        let after = page::query_pair("after", &last.id.to_string());
        format!("limit={limit}&{after}")
    }))
}

fn cursor(text: &str) -> ApiResult<Uuid> {
    Uuid::try_parse(text)
        .map_err(|_| ApiError::bad_request("invalid_cursor", "after must be an entry's id"))
}
