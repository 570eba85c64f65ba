use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use folkmoot_common::{
    auth::{Caller, Principal},
    http::{
        ApiError, ApiResult, Json, Page, Path, Problem, Query,
        page::{limit, query_pair},
    },
    id,
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{find, no_such_file};
use crate::{App, model::File, policy};

/// Which files to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those of this room.
    room_id: Option<String>,
    /// Most files of a page, 1 to 200; 50 unless told.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// Only those older than this one; the `Link` header of a page has it.
    after: Option<String>,
}

/// List files, newest first.
#[utoipa::path(
    get, path = "/files", tag = "files", params(ListQuery),
    responses(
        (status = 200, description = "A page of files.", body = [File],
            headers(("Link" = String, description = "The next page, if there is one."))),
        (status = 400, description = "A parameter is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A token is needed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> ApiResult<Response> {
    caller.member()?;
    let limit = limit(query.limit.as_deref())?;
    let room = query.room_id.filter(|room| !room.is_empty());
    if let Some(room) = &room {
        id::check("room_id", room)?;
    }
    let wrong = || ApiError::bad_request("invalid_cursor", "after must be the id of a file");
    let after = query
        .after
        .map(|after| Uuid::try_parse(&after).map_err(|_| wrong()))
        .transpose()?;
    let rows = app.store.list(room.as_deref(), after, limit + 1).await?;
    let next = |last: &crate::model::FileRow| {
        let room = room
            .as_ref()
            .map(|room| format!("{}&", query_pair("room_id", room)))
            .unwrap_or_default();
        format!("{room}limit={limit}&after={}", last.id)
    };
    Ok(Page::new(rows, limit, next).map(File::from).into_response())
}

/// A file's metadata.
#[utoipa::path(
    get, path = "/{file_id}", tag = "files", params(("file_id" = String, Path, description = "The file.")),
    responses(
        (status = 200, description = "The file's metadata.", body = File),
        (status = 401, description = "A token is needed.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such file.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn metadata(
    State(app): State<App>,
    caller: Caller,
    Path(file_id): Path<String>,
) -> ApiResult<Json<File>> {
    caller.member()?;
    Ok(Json(find(&app, &file_id).await?.into()))
}

/// Who deletes, where no token is required.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeleteQuery {
    /// With a token it must be its owner.
    user_id: Option<String>,
}

/// Delete a file. Its uploader, moderators and admins may.
#[utoipa::path(
    delete, path = "/{file_id}", tag = "files", params(("file_id" = String, Path, description = "The file."), DeleteQuery),
    responses(
        (status = 204, description = "Deleted."),
        (status = 401, description = "A token is needed.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such file of yours.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(file_id): Path<String>,
    Query(query): Query<DeleteQuery>,
) -> ApiResult<StatusCode> {
    let actor = actor(&caller, query.user_id.as_deref())?;
    let file = find(&app, &file_id).await?;
    if !policy::may_delete(&actor, &file) || !app.store.delete(&file, app.ctx.clock.now()).await? {
        return Err(no_such_file());
    }
    // The file is gone; its object is too, now or when the sweep comes.
    app.pending
        .remove(&app.objects, file.id, &file.object_key)
        .await;
    Ok(StatusCode::NO_CONTENT)
}

fn actor(caller: &Caller, named: Option<&str>) -> ApiResult<Principal> {
    match named {
        Some(named) => caller.acting_as(named, None),
        None => caller.principal().cloned(),
    }
}
