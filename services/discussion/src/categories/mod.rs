//! Categories: where threads are, and who may read and write them.

mod routes;
mod store;

use folkmoot_common::http::{ApiError, ApiResult};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    AppState, access,
    audit::Entry,
    events,
    model::{Category, CategoryEdit, NewCategory},
    policy::{self, Reader},
    store::{CategoryRow, DEFAULT_CATEGORY},
    validate,
};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    routes::router()
}

/// As its reader sees it.
fn shown(reader: &Reader, row: CategoryRow) -> Category {
    Category {
        may_post: policy::may_post(reader, &row),
        id: row.id,
        slug: row.slug,
        name: row.name,
        description: row.description,
        position: row.position,
        read_role: row.read_role,
        post_role: row.post_role,
        created_at: row.created_at,
    }
}

fn taken() -> ApiError {
    ApiError::conflict("slug_taken", "there is a category of that slug")
}

/// Makes a category.
///
/// # Errors
/// 403 for all but admins, 409 `slug_taken`, 422.
async fn create(state: &AppState, reader: &Reader, new: NewCategory) -> ApiResult<Category> {
    policy::check_admin(reader)?;
    let (id, now) = (state.ctx.ids.next(), state.ctx.clock.now());
    let row = CategoryRow {
        id,
        slug: new.slug,
        name: new.name,
        description: new.description,
        position: new.position,
        read_role: new.read_role,
        post_role: new.post_role,
        created_at: now,
    };
    check(&row)?;
    let event = events::category(&state.ctx, &row, now)?;
    let detail = json!({"slug": row.slug, "read_role": row.read_role, "post_role": row.post_role});
    let entry = Entry::new(
        reader.principal()?,
        "category.created",
        "category",
        id,
        detail,
    )
    .in_category(id);
    if !store::insert(state, &row, &entry, &event).await? {
        return Err(taken());
    }
    state.outbox.wake();
    Ok(shown(reader, row))
}

/// Changes a category; what is left out stays.
///
/// # Errors
/// 404, 403 for all but admins, 409 `slug_taken`, 422.
async fn edit(
    state: &AppState,
    reader: &Reader,
    slug: &str,
    edit: CategoryEdit,
) -> ApiResult<Category> {
    let before = access::category(state, reader, slug).await?;
    policy::check_admin(reader)?;
    let row = changed(before.clone(), edit);
    check(&row)?;
    if before.slug == DEFAULT_CATEGORY && row.slug != DEFAULT_CATEGORY {
        return Err(default_stays());
    }
    let now = state.ctx.clock.now();
    let event = events::category(&state.ctx, &row, now)?;
    let detail = json!({"slug": before.slug, "name": before.name, "read_role": before.read_role, "post_role": before.post_role});
    let entry = Entry::new(
        reader.principal()?,
        "category.changed",
        "category",
        row.id,
        detail,
    )
    .in_category(row.id);
    match store::update(state, &row, &entry, &event).await? {
        store::Updated::Yes => {}
        store::Updated::Gone => return Err(access::no_category()),
        store::Updated::Taken => return Err(taken()),
    }
    state.outbox.wake();
    Ok(shown(reader, row))
}

fn changed(mut row: CategoryRow, edit: CategoryEdit) -> CategoryRow {
    row.slug = edit.slug.unwrap_or(row.slug);
    row.name = edit.name.unwrap_or(row.name);
    row.description = edit.description.unwrap_or(row.description);
    row.position = edit.position.unwrap_or(row.position);
    row.read_role = edit.read_role.unwrap_or(row.read_role);
    row.post_role = edit.post_role.unwrap_or(row.post_role);
    row
}

fn default_stays() -> ApiError {
    ApiError::conflict("default_category", "threads that name no category go there")
}

/// Deletes a category in which there never was a thread, or in which none is left.
///
/// # Errors
/// 404, 403 for all but admins, 409 `default_category`, `category_not_empty`.
async fn delete(state: &AppState, reader: &Reader, slug: &str) -> ApiResult<()> {
    let row = access::category(state, reader, slug).await?;
    policy::check_admin(reader)?;
    if row.slug == DEFAULT_CATEGORY {
        return Err(default_stays());
    }
    let detail = json!({"slug": row.slug, "name": row.name});
    let entry = Entry::new(
        reader.principal()?,
        "category.deleted",
        "category",
        row.id,
        detail,
    )
    .in_category(row.id);
    match store::delete(state, row.id, &entry).await? {
        store::Deleted::Yes => Ok(()),
        store::Deleted::NotEmpty => Err(ApiError::conflict(
            "category_not_empty",
            "there are threads in it; move them first, deleted ones too",
        )),
    }
}

fn check(row: &CategoryRow) -> ApiResult<()> {
    validate::slug(&row.slug)?;
    validate::category_texts(&row.name, &row.description)?;
    validate::role(row.read_role.as_deref())?;
    validate::role(row.post_role.as_deref())
}
