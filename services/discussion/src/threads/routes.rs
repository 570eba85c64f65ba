//! `/api/threads`.

use axum::{
    extract::{FromRequest as _, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Page, Path, Problem, Query, page},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Filter, Sort, Target, create, create_with_files, delete, edit, history, list, view};
use crate::{
    AppState,
    access::{self, Limit, no_thread},
    attachments::{Submission, is_form, receive},
    model::{NewThread, Revision, Thread, ThreadEdit, ThreadSummary},
    policy::Reader,
};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// The slug of a category.
    category: Option<String>,
    /// A tag.
    tag: Option<String>,
    /// Who opened them: a user's id.
    author: Option<String>,
    /// `activity` (pinned ones first, then the latest activity) or `new` [default: activity].
    sort: Option<String>,
    /// Only those in which the caller has not seen something of the last 30 days [default: false].
    #[param(value_type = Option<bool>)]
    unread: Option<String>,
    /// Most threads to list, 1 to 200 [default: 50].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// The last thread of the page before; the `Link` header holds it.
    after: Option<String>,
}

/// A page of a list of anything.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    /// Most to list, 1 to 200 [default: 50].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub(crate) limit: Option<String>,
    /// The last of the page before; the `Link` header holds it.
    pub(crate) after: Option<String>,
}

/// A thread to open, as a form with files.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads as a stream")]
struct ThreadForm {
    /// 1 to 200 characters.
    title: String,
    /// Markdown, at most 40 000 characters; may be empty or left out where there are files.
    body: Option<String>,
    /// The slug of its category; `general` if it is left out.
    category: Option<String>,
    /// Repeated, or between commas.
    tags: Option<Vec<String>>,
    /// At most 10, each of 10 MiB: pictures, video, sound, text, PDF, ZIP.
    #[schema(value_type = Vec<String>, format = Binary)]
    files: Vec<u8>,
}

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_threads, create_thread))
        .routes(routes!(get_thread, edit_thread, delete_thread))
        .routes(routes!(thread_history))
}

/// Reads a flag as clients write it.
///
/// # Errors
/// 400 `invalid_query`.
pub(crate) fn flag(name: &str, text: Option<&str>) -> ApiResult<bool> {
    match text {
        Some("true" | "True" | "1") => Ok(true),
        None | Some("false" | "False" | "0") => Ok(false),
        Some(_) => Err(ApiError::bad_request(
            "invalid_query",
            format!("{name} must be true or false"),
        )),
    }
}

fn sort(text: Option<&str>) -> ApiResult<Sort> {
    match text {
        None | Some("activity") => Ok(Sort::Activity),
        Some("new") => Ok(Sort::New),
        Some(_) => Err(ApiError::bad_request(
            "invalid_query",
            "sort must be activity or new",
        )),
    }
}

/// Threads that the caller may read.
#[utoipa::path(
    get, path = "/api/threads", tag = "threads", params(ListQuery),
    responses(
        (status = 200, body = Vec<ThreadSummary>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_query, invalid_cursor, invalid_id", body = Problem),
        (status = 401, description = "unauthorized: `unread` without a token, or reading is for members", body = Problem),
        (status = 404, description = "category_not_found", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn list_threads(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> ApiResult<Page<ThreadSummary>> {
    let reader = Reader::of(&caller)?;
    let limit = page::limit(query.limit.as_deref())?;
    let filter = Filter {
        unread: flag("unread", query.unread.as_deref())?,
        sort: sort(query.sort.as_deref())?,
        category: query.category,
        tag: query.tag,
        author: query.author,
    };
    list(&state, &reader, &filter, query.after.as_deref(), limit).await
}

/// Open a thread: as JSON, or as a form with files.
#[utoipa::path(
    post, path = "/api/threads", tag = "threads",
    request_body(content((NewThread = "application/json"), (ThreadForm = "multipart/form-data"))),
    responses(
        (status = 201, body = Thread, headers(("Location" = String, description = "the thread"))),
        (status = 400, description = "malformed_json, malformed_form, too_many_files", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: the category needs a role", body = Problem),
        (status = 404, description = "category_not_found", body = Problem),
        (status = 413, description = "too_large", body = Problem),
        (status = 415, description = "unsupported_media_type, unsupported_file", body = Problem),
        (status = 422, description = "invalid_body, invalid_title, invalid_tags, too_complex", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn create_thread(
    State(state): State<AppState>,
    caller: Caller,
    request: Request,
) -> ApiResult<Response> {
    let reader = access::acting(&state, &caller, Limit::Threads).await?;
    let thread = if is_form(request.headers()) {
        let (own, who) = (state.clone(), reader.clone());
        let finish = move |form: Submission| async move {
            let (new, files) = read_form(form)?;
            create_with_files(&own, &who, new, &files).await
        };
        let id = receive(&state, &reader, request, finish).await?;
        view(&state, &reader, id).await?
    } else {
        let Json(new) = Json::<NewThread>::from_request(request, &state).await?;
        create(&state, &reader, new).await?
    };
    Ok(created(&format!("/api/threads/{}", thread.id), thread))
}

fn read_form(
    mut form: Submission,
) -> ApiResult<(NewThread, Vec<folkmoot_common::upload::Received>)> {
    let tags = form.all(&["tags", "tags[]"]);
    let tags = tags.iter().flat_map(|tags| tags.split(',')).map(str::trim);
    let new = NewThread {
        title: form.text("title")?.unwrap_or_default(),
        body: form.text("body")?.unwrap_or_default(),
        category: form.text("category")?,
        tags: tags
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned)
            .collect(),
    };
    Ok((new, form.finish()?))
}

/// 201 with the address of what was made.
pub(crate) fn created(location: &str, body: impl serde::Serialize) -> Response {
    let mut response = (StatusCode::CREATED, Json(body)).into_response();
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// A thread.
#[utoipa::path(
    get, path = "/api/threads/{id}", tag = "threads",
    params(("id" = String, Path, description = "The thread.")),
    responses(
        (status = 200, body = Thread),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 404, description = "thread_not_found: none, deleted, or none for the caller", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn get_thread(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Thread>> {
    let reader = Reader::of(&caller)?;
    let id = access::id(&id, no_thread)?;
    Ok(Json(view(&state, &reader, id).await?))
}

/// Edit a thread: its author, or a moderator. What is left out stays.
#[utoipa::path(
    put, path = "/api/threads/{id}", tag = "threads",
    params(("id" = String, Path, description = "The thread.")), request_body = ThreadEdit,
    responses(
        (status = 200, body = Thread),
        (status = 400, description = "malformed_json", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else's; thread_locked", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 409, description = "thread_deleted", body = Problem),
        (status = 422, description = "invalid_body, invalid_title, invalid_tags, too_complex", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn edit_thread(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Json(change): Json<ThreadEdit>,
) -> ApiResult<Json<Thread>> {
    let reader = access::acting(&state, &caller, Limit::Edits).await?;
    let id = access::id(&id, no_thread)?;
    Ok(Json(edit(&state, &reader, id, change).await?))
}

/// Delete a thread: its author, or a moderator. A moderator may restore it.
#[utoipa::path(
    delete, path = "/api/threads/{id}", tag = "threads",
    params(("id" = String, Path, description = "The thread.")),
    responses(
        (status = 204, description = "Deleted."),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else's", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn delete_thread(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let reader = access::acting(&state, &caller, Limit::Actions).await?;
    delete(&state, &reader, access::id(&id, no_thread)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a thread held before it was edited, the latest first: whoever may read the thread.
#[utoipa::path(
    get, path = "/api/threads/{id}/history", tag = "threads",
    params(("id" = String, Path, description = "The thread."), PageQuery),
    responses(
        (status = 200, body = Vec<Revision>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn thread_history(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Page<Revision>> {
    let reader = Reader::of(&caller)?;
    let id: Uuid = access::id(&id, no_thread)?;
    let limit = page::limit(query.limit.as_deref())?;
    let thread = access::thread(&state, &reader, id).await?;
    history(&state, Target(thread.id), query.after.as_deref(), limit).await
}
