//! `/api/posts`.

use axum::{
    extract::{FromRequest as _, Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use folkmoot_common::{
    auth::Caller,
    http::{
        ApiError, ApiResult, Json, Page, Path, Problem, Query,
        page::{limit, query_pair},
    },
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::{NewPost, Post, PostEdit, PostForm};
use crate::{
    AppState,
    access::{self, Limit, no_thread},
    attachments::{Submission, is_form, receive},
    model::ThreadEdit,
    policy::Reader,
    threads::{self, routes::created},
};

/// Which posts to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Only those of this user, by id.
    author: Option<String>,
    /// Only those with this tag.
    tag: Option<String>,
    /// Most posts of a page, 1 to 200; 50 unless told.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// Only those older than this one; the `Link` header of a page has it.
    after: Option<String>,
}

/// Posts that the caller may read, newest first.
#[utoipa::path(
    get, path = "/api/posts", tag = "posts", operation_id = "list_posts", params(ListQuery), security((), ("bearer" = [])),
    responses(
        (status = 200, description = "A page of posts.", body = [Post],
            headers(("Link" = String, description = "The next page, if there is one."))),
        (status = 400, description = "invalid_query, invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> ApiResult<Response> {
    let reader = Reader::of(&caller)?;
    let limit = limit(query.limit.as_deref())?;
    let wrong = |_| ApiError::bad_request("invalid_cursor", "after must be the id of a post");
    let before = query.after.as_deref().map(Uuid::try_parse);
    let before = before.transpose().map_err(wrong)?;
    let (author, tag) = (text(&query.author), text(&query.tag));
    let rows = state
        .store
        .posts(&reader, author, tag, before, limit + 1)
        .await?;
    let next = |last: &Post| {
        let mut pairs = Vec::new();
        let names = [("author", &query.author), ("tag", &query.tag)];
        for (name, value) in names {
            pairs.extend(value.as_deref().map(|value| query_pair(name, value)));
        }
        pairs.push(format!("limit={limit}&after={}", last.id));
        pairs.join("&")
    };
    let threads = threads::complete(&state, &reader, rows).await?;
    let posts = threads.into_iter().map(Post::from).collect();
    Ok(Page::new(posts, limit, next).into_response())
}

fn text(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

/// Write a post, as JSON or as a form with media.
#[utoipa::path(
    post, path = "/api/posts", tag = "posts", operation_id = "create_post",
    request_body(content((NewPost = "application/json"), (PostForm = "multipart/form-data"))),
    responses(
        (status = 201, body = Post, headers(("Location" = String, description = "the post"))),
        (status = 400, description = "malformed_json, malformed_form, incomplete_body, too_many_files", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: the category needs a role", body = Problem),
        (status = 404, description = "category_not_found", body = Problem),
        (status = 408, description = "upload_timeout", body = Problem),
        (status = 413, description = "too_large", body = Problem),
        (status = 415, description = "unsupported_media_type, unsupported_file", body = Problem),
        (status = 422, description = "invalid_body, invalid_title, invalid_tags, too_complex", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    request: Request,
) -> ApiResult<Response> {
    let reader = access::acting(&state, &caller, Limit::Threads).await?;
    let thread = if is_form(request.headers()) {
        let (own, who) = (state.clone(), reader.clone());
        let finish = move |form: Submission| async move {
            let (new, files) = NewPost::of_form(form)?;
            let thread = new.into_thread(&files)?;
            threads::create_with_files(&own, &who, thread, &files).await
        };
        let id = receive(&state, &reader, request, finish).await?;
        threads::view(&state, &reader, id).await?
    } else {
        let Json(new) = Json::<NewPost>::from_request(request, &state).await?;
        threads::create(&state, &reader, new.into_thread(&[])?).await?
    };
    let post = Post::from(thread);
    Ok(created(&format!("/api/posts/{}", post.id), post))
}

/// A post.
#[utoipa::path(
    get, path = "/api/posts/{id}", tag = "posts", operation_id = "get_post", security((), ("bearer" = [])),
    params(("id" = String, Path, description = "The post.")),
    responses(
        (status = 200, body = Post),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
    )
)]
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Post>> {
    let reader = Reader::of(&caller)?;
    let thread = threads::view(&state, &reader, access::id(&id, no_thread)?).await?;
    Ok(Json(thread.into()))
}

/// Edit a post: its author, or a moderator. What is left out stays.
#[utoipa::path(
    put, path = "/api/posts/{id}", tag = "posts", operation_id = "edit_post", request_body = PostEdit,
    params(("id" = String, Path, description = "The post.")),
    responses(
        (status = 200, body = Post),
        (status = 400, description = "malformed_json", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else's; thread_locked", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 409, description = "thread_deleted", body = Problem),
        (status = 422, description = "invalid_body, invalid_title, invalid_tags, too_complex", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
pub(super) async fn edit(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Json(edit): Json<PostEdit>,
) -> ApiResult<Json<Post>> {
    let reader = access::acting(&state, &caller, Limit::Edits).await?;
    let edit = ThreadEdit {
        title: edit.title,
        body: edit.content,
        tags: edit.tags,
    };
    let id = access::id(&id, no_thread)?;
    let thread = threads::edit(&state, &reader, id, edit).await?;
    Ok(Json(thread.into()))
}

/// Delete a post: its author, or a moderator.
#[utoipa::path(
    delete, path = "/api/posts/{id}", tag = "posts", operation_id = "delete_post",
    params(("id" = String, Path, description = "The post.")),
    responses(
        (status = 204, description = "Deleted."),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: somebody else's", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let reader = access::acting(&state, &caller, Limit::Actions).await?;
    threads::delete(&state, &reader, access::id(&id, no_thread)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
