//! Who may not come in.

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
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
use crate::{
    policy, revoke,
    store::{BanRow, NewBan},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(ban, unban))
}

/// A ban that counts.
#[derive(Debug, Serialize, ToSchema)]
struct Ban {
    /// Who may not come in.
    user_id: Uuid,
    /// Their name.
    username: String,
    /// Why, for people.
    reason: String,
    /// Until when; for ever without.
    until: Option<DateTime<Utc>>,
    /// When it was said.
    banned_at: DateTime<Utc>,
    /// Who said so; nobody if it was a script or the account is gone.
    moderator_id: Option<Uuid>,
    /// Their name.
    moderator_name: Option<String>,
}

impl From<BanRow> for Ban {
    fn from(row: BanRow) -> Self {
        Self {
            user_id: row.user_id,
            username: row.username,
            reason: row.reason,
            until: row.until,
            banned_at: row.banned_at,
            moderator_id: row.moderator_id,
            moderator_name: row.moderator_name,
        }
    }
}

/// What somebody who is banned is told (RFC 9457), when they have shown by their password who they are.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BannedProblem {
    /// `urn:folkmoot:problem:banned`.
    r#type: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// `banned`, or another code, without the fields below.
    #[schema(example = "banned")]
    code: String,
    /// What happened, for people.
    detail: String,
    /// Why.
    #[schema(nullable = false)]
    reason: String,
    /// Until when; for ever without.
    until: Option<DateTime<Utc>>,
}

/// 403.
pub(super) fn refusal(ban: &BanRow) -> Response {
    let problem = BannedProblem {
        r#type: "urn:folkmoot:problem:banned".to_owned(),
        title: "Forbidden".to_owned(),
        status: StatusCode::FORBIDDEN.as_u16(),
        code: "banned".to_owned(),
        detail: "a moderator has banned this account".to_owned(),
        reason: ban.reason.clone(),
        until: ban.until,
    };
    let mut response = (StatusCode::FORBIDDEN, Json(problem)).into_response();
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// A ban that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BanBody {
    /// Why, for people: 1 to 500 characters.
    reason: String,
    /// Until when; for ever without.
    until: Option<DateTime<Utc>>,
}

/// Bans an account: its sessions end, and it cannot log in. For moderators; only admins ban moderators and admins.
#[utoipa::path(
    post, path = "/api/users/{id}/ban", tag = "bans", security(("bearer" = [])), operation_id = "ban_user",
    params(("id" = Uuid, Path, description = "An account")),
    request_body = BanBody,
    responses(
        (status = 200, body = Ban),
        (status = 400, description = "invalid_path", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden, banned", body = Problem),
        (status = 404, description = "user_not_found", body = Problem),
        (status = 409, description = "last_admin", body = Problem),
        (status = 422, description = "invalid_reason, invalid_until, invalid_body", body = Problem),
    )
)]
async fn ban(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<Uuid>,
    Json(body): Json<BanBody>,
) -> ApiResult<Json<Ban>> {
    let staff = app.staff(&caller).await?;
    let reason = policy::ban_reason(&body.reason)?;
    let may_end = app.ctx.clock.now()..policy::last_time();
    if body.until.is_some_and(|until| !may_end.contains(&until)) {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(ApiError::new(
            status,
            "invalid_until",
            "until must be in the future",
        ));
    }
    let ban = NewBan {
        user_id,
        reason,
        until: body.until.map(policy::whole_micros),
    };
    let ban = app.store.ban(ban, &staff).await?;
    revoke::ban(&app.ctx, user_id, ban.until).await;
    Ok(Json(ban.into()))
}

/// Takes a ban back. For moderators.
#[utoipa::path(
    delete, path = "/api/users/{id}/ban", tag = "bans", security(("bearer" = [])), operation_id = "unban_user",
    params(("id" = Uuid, Path, description = "An account")),
    responses(
        (status = 204),
        (status = 400, description = "invalid_path", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden, banned", body = Problem),
        (status = 404, description = "user_not_found, not_banned", body = Problem),
    )
)]
async fn unban(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<Uuid>,
) -> ApiResult<StatusCode> {
    let staff = app.staff(&caller).await?;
    app.store.unban(user_id, &staff).await?;
    revoke::unban(&app.ctx, user_id).await;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Most bans to list, 1 to 200 [default: 50].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// The last ban of the page before; the `Link` header holds it.
    after: Option<String>,
}

/// Who is banned, newest first. For moderators.
#[utoipa::path(
    get, path = "/api/users/banned", tag = "bans", security(("bearer" = [])), operation_id = "list_bans",
    params(ListQuery),
    responses(
        (status = 200, body = Vec<Ban>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_cursor, invalid_query", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden, banned", body = Problem),
    )
)]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> ApiResult<Page<Ban>> {
    app.staff(&caller).await?;
    let limit = page::limit(query.limit.as_deref())?;
    let before = match query.after.as_deref() {
        Some(text) => cursor(text).ok_or_else(|| {
            ApiError::bad_request("invalid_cursor", "after must be that of a page before")
        })?,
        None => (policy::last_time(), Uuid::max()),
    };
    let bans = app.store.bans(before, limit + 1).await?;
    let page = Page::new(bans, limit, |last| {
        let after = format!("{}.{}", last.banned_at.timestamp_micros(), last.user_id);
        format!("limit={limit}&{}", page::query_pair("after", &after))
    });
    Ok(page.map(Ban::from))
}

fn cursor(text: &str) -> Option<(DateTime<Utc>, Uuid)> {
    let (at, id) = text.split_once('.')?;
    let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
    let known = DateTime::UNIX_EPOCH..policy::last_time();
    known.contains(&at).then_some(())?;
    Some((at, Uuid::try_parse(id).ok()?))
}
