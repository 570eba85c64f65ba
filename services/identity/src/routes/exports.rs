//! All that is kept of somebody, for them.

use std::{str::FromStr as _, time::Duration};

use axum::{
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use folkmoot_common::{
    ServiceName,
    auth::Caller,
    exports::key,
    health::Health,
    http::{ApiError, ApiResult, Json, Page, Path, Problem, Query, page},
    kv::Quota,
    objects::{ObjectError, Objects},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{App, relations::PageQuery, relations::cursor};
use crate::people::export::{Export, ExportRow};

/// Exports of one account.
const WISHES: Quota = Quota::new(3, Duration::from_secs(24 * 60 * 60));
/// JSON lines (<https://jsonlines.org>).
const CONTENT_TYPE: &str = "application/x-ndjson";

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(find))
        .routes(routes!(download))
}

/// Asks for all that is kept of the caller.
///
/// Every service writes its part, which takes a moment. Parts can be downloaded for a week. One export at a time, three a
/// day.
#[utoipa::path(
    post, path = "/api/users/me/exports", tag = "exports", security(("bearer" = [])),
    operation_id = "create_export",
    responses(
        (status = 202, body = Export),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 409, description = "export_running", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
async fn create(State(app): State<App>, caller: Caller) -> ApiResult<Response> {
    let user_id = app.account_id(&caller).await?;
    let key = format!("identity:exports:{user_id}");
    let decision = app.ctx.kv.throttle(&key, WISHES).await;
    if !decision.allowed {
        return Err(ApiError::rate_limited(&decision));
    }
    let export = app.store.request_export(user_id).await?;
    Ok((StatusCode::ACCEPTED, Json(Export::new(&export, &[]))).into_response())
}

/// The caller's exports of the last week, the newest first.
#[utoipa::path(
    get, path = "/api/users/me/exports", tag = "exports", security(("bearer" = [])), params(PageQuery),
    operation_id = "list_exports",
    responses(
        (status = 200, body = Vec<Export>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
    )
)]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Page<Export>> {
    let user_id = app.account_id(&caller).await?;
    let limit = page::limit(query.limit.as_deref())?;
    let before = cursor(query.after.as_deref())?;
    let (exports, parts) = app.store.exports(user_id, before, limit + 1).await?;
    let next = |last: &ExportRow| format!("limit={limit}&after={}", last.id);
    Ok(Page::new(exports, limit, next).map(|export| Export::new(&export, &parts)))
}

/// One of the caller's exports.
#[utoipa::path(
    get, path = "/api/users/me/exports/{id}", tag = "exports", security(("bearer" = [])),
    operation_id = "find_export",
    params(("id" = String, Path, description = "The export")),
    responses(
        (status = 200, body = Export),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "export_not_found: also somebody else's", body = Problem),
    )
)]
async fn find(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Export>> {
    let user_id = app.account_id(&caller).await?;
    app.find_export(&id, user_id).await.map(Json)
}

/// A part of one of the caller's exports: JSON lines, each `{"type": …, "data": …}`.
#[utoipa::path(
    get, path = "/api/users/me/exports/{id}/{service}", tag = "exports", security(("bearer" = [])),
    operation_id = "download_export",
    params(
        ("id" = String, Path, description = "The export"),
        ("service" = String, Path, description = "The service that wrote the part"),
    ),
    responses(
        (status = 200, description = "The part.", content_type = "application/x-ndjson",
            headers(("Content-Disposition" = String, description = "attachment"))),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "export_not_found: also somebody else's, and a part that is not there yet", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn download(
    State(app): State<App>,
    caller: Caller,
    Path((id, service)): Path<(String, String)>,
) -> ApiResult<Response> {
    let user_id = app.account_id(&caller).await?;
    let service = ServiceName::from_str(&service).map_err(|_| no_such_export())?;
    let export = app.find_export(&id, user_id).await?;
    let is_there = export
        .parts
        .iter()
        .any(|part| part.service == service.as_str());
    if !is_there {
        return Err(no_such_export());
    }
    let objects = app.export_objects().await?;
    let content = match objects.read(&key(export.id, service), None).await {
        Err(ObjectError::NotFound) => return Err(no_such_export()),
        content => content?,
    };
    let name = format!(
        "folkmoot-{}-{service}.jsonl",
        export.requested_at.format("%Y-%m-%d")
    );
    let headers = [
        (header::CONTENT_TYPE, CONTENT_TYPE.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(content)).into_response())
}

impl App {
    async fn find_export(&self, id: &str, user_id: Uuid) -> ApiResult<Export> {
        let id = Uuid::try_parse(id).map_err(|_| no_such_export())?;
        let found = self.store.export(id, user_id).await?;
        let (export, parts) = found.ok_or_else(no_such_export)?;
        Ok(Export::new(&export, &parts))
    }

    /// Where exports are, opened at the first use: identity serves without it.
    ///
    /// # Errors
    /// If a setting cannot be used, or a local folder cannot be made.
    pub(crate) async fn export_objects(&self) -> anyhow::Result<&Objects> {
        // Another health than the process's: who cannot get an export can still log in.
        let health = Health::default();
        let open = || Objects::open(&self.ctx.settings, &health);
        self.objects.get_or_try_init(open).await
    }
}

fn no_such_export() -> ApiError {
    ApiError::not_found("export_not_found", "there is no such export")
}
