//! `/api/categories`.

use axum::{extract::State, http::StatusCode, response::Response};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Page, Path, Problem, Query, page},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{create, delete, edit, shown};
use crate::{
    AppState,
    access::{self, Limit},
    model::{Category, CategoryEdit, NewCategory},
    policy::Reader,
    threads::routes::{PageQuery, created},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_categories, create_category))
        .routes(routes!(get_category, edit_category, delete_category))
}

/// Categories that the caller may read, in their order.
#[utoipa::path(
    get, path = "/api/categories", tag = "categories", params(PageQuery),
    responses(
        (status = 200, body = Vec<Category>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn list_categories(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Page<Category>> {
    let reader = Reader::of(&caller)?;
    let limit = page::limit(query.limit.as_deref())?;
    let after = match query.after.as_deref() {
        None => (i32::MIN, ""),
        Some(text) => cursor(text).ok_or_else(|| {
            ApiError::bad_request(
                "invalid_cursor",
                "after must be from a Link header of this list",
            )
        })?,
    };
    let rows = state.store.categories(&reader, after, limit + 1).await?;
    let rows = rows.into_iter().map(|row| shown(&reader, row)).collect();
    Ok(Page::new(rows, limit, |last: &Category| {
        let after = format!("{}.{}", last.position, last.slug);
        format!("limit={limit}&{}", page::query_pair("after", &after))
    }))
}

fn cursor(text: &str) -> Option<(i32, &str)> {
    let (position, slug) = text.split_once('.')?;
    Some((position.parse().ok()?, slug))
}

/// Make a category: admins.
#[utoipa::path(
    post, path = "/api/categories", tag = "categories", request_body = NewCategory,
    responses(
        (status = 201, body = Category, headers(("Location" = String, description = "the category"))),
        (status = 400, description = "malformed_json", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: admins only", body = Problem),
        (status = 409, description = "slug_taken", body = Problem),
        (status = 422, description = "invalid_body, invalid_category", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn create_category(
    State(state): State<AppState>,
    caller: Caller,
    Json(new): Json<NewCategory>,
) -> ApiResult<Response> {
    let reader = access::acting(&state, &caller, Limit::Actions).await?;
    let category = create(&state, &reader, new).await?;
    Ok(created(
        &format!("/api/categories/{}", category.slug),
        category,
    ))
}

/// A category.
#[utoipa::path(
    get, path = "/api/categories/{slug}", tag = "categories",
    params(("slug" = String, Path, description = "The category.")),
    responses(
        (status = 200, body = Category),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 404, description = "category_not_found: none, or none for the caller", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn get_category(
    State(state): State<AppState>,
    caller: Caller,
    Path(slug): Path<String>,
) -> ApiResult<Json<Category>> {
    let reader = Reader::of(&caller)?;
    let row = access::category(&state, &reader, &slug).await?;
    Ok(Json(shown(&reader, row)))
}

/// Change a category: admins. What is left out stays; a role that is null is needed no more.
#[utoipa::path(
    put, path = "/api/categories/{slug}", tag = "categories",
    params(("slug" = String, Path, description = "The category.")), request_body = CategoryEdit,
    responses(
        (status = 200, body = Category),
        (status = 400, description = "malformed_json", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: admins only", body = Problem),
        (status = 404, description = "category_not_found", body = Problem),
        (status = 409, description = "slug_taken, default_category", body = Problem),
        (status = 422, description = "invalid_body, invalid_category", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn edit_category(
    State(state): State<AppState>,
    caller: Caller,
    Path(slug): Path<String>,
    Json(change): Json<CategoryEdit>,
) -> ApiResult<Json<Category>> {
    let reader = access::acting(&state, &caller, Limit::Actions).await?;
    Ok(Json(edit(&state, &reader, &slug, change).await?))
}

/// Delete a category that holds no thread: admins.
#[utoipa::path(
    delete, path = "/api/categories/{slug}", tag = "categories",
    params(("slug" = String, Path, description = "The category.")),
    responses(
        (status = 204, description = "Deleted."),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: admins only", body = Problem),
        (status = 404, description = "category_not_found", body = Problem),
        (status = 409, description = "category_not_empty, default_category", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn delete_category(
    State(state): State<AppState>,
    caller: Caller,
    Path(slug): Path<String>,
) -> ApiResult<StatusCode> {
    let reader = access::acting(&state, &caller, Limit::Actions).await?;
    delete(&state, &reader, &slug).await?;
    Ok(StatusCode::NO_CONTENT)
}
