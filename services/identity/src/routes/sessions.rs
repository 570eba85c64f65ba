//! One's own sessions.

use axum::{extract::State, http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Page, Path, Problem, Query, page},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::App;
use crate::{revoke, store::SessionRow};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(end))
        .routes(routes!(logout_all))
}

/// A session that goes on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OwnSession {
    /// Its id.
    id: Uuid,
    /// Whether it is the one that asks.
    current: bool,
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it was used last.
    refreshed_at: DateTime<Utc>,
    /// When it ends if it is not used.
    expires_at: DateTime<Utc>,
    /// What the browser called itself.
    user_agent: Option<String>,
    /// From which network it was used last; not the address itself.
    #[schema(example = "192.0.2.0/24")]
    network: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Most sessions to list, 1 to 200 [default: 50].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// The last session of the page before; the `Link` header holds it.
    after: Option<Uuid>,
}

/// The caller's sessions, newest first.
#[utoipa::path(
    get, path = "/api/auth/sessions", tag = "sessions", security(("bearer" = [])),
    operation_id = "list_sessions", params(ListQuery),
    responses(
        (status = 200, body = Vec<OwnSession>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_query", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "banned", body = Problem),
    )
)]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> ApiResult<Page<OwnSession>> {
    let actor = app.actor(&caller).await?;
    let limit = page::limit(query.limit.as_deref())?;
    let sessions = app
        .store
        .sessions(actor.user.id, query.after, limit + 1)
        .await?;
    let page = Page::new(sessions, limit, |last| {
        format!(
            "limit={limit}&{}",
            page::query_pair("after", &last.id.to_string())
        )
    });
    Ok(page.map(|row| shown(row, actor.session_id)))
}

fn shown(row: SessionRow, current: Option<Uuid>) -> OwnSession {
    OwnSession {
        current: current == Some(row.id),
        id: row.id,
        created_at: row.created_at,
        refreshed_at: row.refreshed_at,
        expires_at: row.expires_at,
        user_agent: row.user_agent,
        network: row.network,
    }
}

/// Ends one of the caller's sessions.
#[utoipa::path(
    delete, path = "/api/auth/sessions/{id}", tag = "sessions", security(("bearer" = [])),
    operation_id = "end_session", params(("id" = Uuid, Path, description = "One's own session")),
    responses(
        (status = 204),
        (status = 400, description = "invalid_path", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "banned", body = Problem),
        (status = 404, description = "session_not_found: none, somebody else's, or ended", body = Problem),
    )
)]
async fn end(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> ApiResult<StatusCode> {
    let actor = app.actor(&caller).await?;
    if !app.store.end_own_session(id, actor.user.id).await? {
        return Err(ApiError::not_found(
            "session_not_found",
            "there is no such session",
        ));
    }
    revoke::session(&app.ctx, id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// What was ended.
#[derive(Debug, Serialize, ToSchema)]
struct Ended {
    /// How many sessions.
    sessions: usize,
}

/// Ends all of the caller's sessions, this one too.
#[utoipa::path(
    post, path = "/api/auth/logout-all", tag = "sessions", security(("bearer" = [])),
    responses(
        (status = 200, body = Ended, headers(("Set-Cookie" = String, description = "removes the refresh token"))),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "banned", body = Problem),
    )
)]
async fn logout_all(State(app): State<App>, caller: Caller) -> ApiResult<Response> {
    let actor = app.actor(&caller).await?;
    let ended = app.store.end_all_sessions(actor.user.id).await?;
    revoke::sessions(&app.ctx, &ended).await;
    let sessions = ended.len();
    Ok(app.without_cookie(Json(Ended { sessions })))
}
