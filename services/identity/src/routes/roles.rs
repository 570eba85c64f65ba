//! Roles and who has them.

use axum::{extract::State, http::StatusCode};
use folkmoot_common::{
    auth::Caller,
    http::{ApiResult, Json, Page, Path, Problem, Query, page},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::App;
use crate::{
    model::UserRow,
    policy, revoke,
    store::{RoleRow, Standing},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(holders))
        .routes(routes!(grant, revoke_role))
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
struct Role {
    /// Its name, as it is in tokens and as categories ask for it.
    #[schema(example = "staff")]
    name: String,
    /// What it is for.
    description: String,
    /// Whether the platform itself asks for it.
    built_in: bool,
}

impl From<RoleRow> for Role {
    fn from(row: RoleRow) -> Self {
        Self {
            name: row.name,
            description: row.description,
            built_in: row.built_in,
        }
    }
}

/// Somebody's roles.
#[derive(Debug, Serialize, ToSchema)]
struct UserRoles {
    /// The account's id.
    user_id: Uuid,
    /// Its name.
    username: String,
    /// All of its roles.
    #[schema(example = json!(["member", "staff"]))]
    roles: Vec<String>,
}

impl From<UserRow> for UserRoles {
    fn from(user: UserRow) -> Self {
        Self {
            user_id: user.id,
            roles: user.role_names(),
            username: user.username,
        }
    }
}

/// Every role; there are at most 100. For moderators and admins.
#[utoipa::path(
    get, path = "/api/users/roles", tag = "roles", security(("bearer" = [])), operation_id = "list_roles",
    responses(
        (status = 200, body = Vec<Role>),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden, banned", body = Problem),
    )
)]
async fn list(State(app): State<App>, caller: Caller) -> ApiResult<Json<Vec<Role>>> {
    app.staff(&caller).await?;
    let roles = app.store.roles().await?;
    Ok(Json(roles.into_iter().map(Role::from).collect()))
}

/// A role that shall be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRole {
    /// 2 to 32 of `a-z 0-9 -`, beginning with a letter.
    #[schema(example = "staff")]
    name: String,
    /// What it is for: at most 200 characters.
    #[serde(default)]
    description: String,
}

/// Makes a role. For admins.
#[utoipa::path(
    post, path = "/api/users/roles", tag = "roles", security(("bearer" = [])), operation_id = "create_role",
    request_body = NewRole,
    responses(
        (status = 201, body = Role),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden, banned", body = Problem),
        (status = 409, description = "role_exists, too_many_roles", body = Problem),
        (status = 422, description = "invalid_role, invalid_description, invalid_body", body = Problem),
    )
)]
async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(new): Json<NewRole>,
) -> ApiResult<(StatusCode, Json<Role>)> {
    app.admin(&caller).await?;
    policy::new_role(&new.name, &new.description)?;
    let role = app.store.create_role(&new.name, &new.description).await?;
    Ok((StatusCode::CREATED, Json(role.into())))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HoldersQuery {
    /// Most accounts to list, 1 to 200 [default: 50].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// The last account of the page before; the `Link` header holds it.
    after: Option<Uuid>,
}

/// Who has a role. For moderators and admins.
#[utoipa::path(
    get, path = "/api/users/roles/{role}", tag = "roles", security(("bearer" = [])), operation_id = "list_role_holders",
    params(("role" = String, Path, description = "A role"), HoldersQuery),
    responses(
        (status = 200, body = Vec<UserRoles>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_query", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden, banned", body = Problem),
    )
)]
async fn holders(
    State(app): State<App>,
    caller: Caller,
    Path(role): Path<String>,
    Query(query): Query<HoldersQuery>,
) -> ApiResult<Page<UserRoles>> {
    app.staff(&caller).await?;
    let limit = page::limit(query.limit.as_deref())?;
    let after = query.after.unwrap_or(Uuid::nil());
    let users = app.store.with_role(&role, after, limit + 1).await?;
    let page = Page::new(users, limit, |last| {
        format!(
            "limit={limit}&{}",
            page::query_pair("after", &last.id.to_string())
        )
    });
    Ok(page.map(UserRoles::from))
}

/// Gives a role to an account. For admins. Its access tokens count no more: the next refresh has one with the role.
#[utoipa::path(
    put, path = "/api/users/{id}/roles/{role}", tag = "roles", security(("bearer" = [])), operation_id = "grant_role",
    params(("id" = Uuid, Path, description = "An account"), ("role" = String, Path, description = "A role")),
    responses(
        (status = 200, body = UserRoles),
        (status = 400, description = "invalid_path", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden, banned", body = Problem),
        (status = 404, description = "user_not_found, role_not_found", body = Problem),
        (status = 409, description = "too_many_roles", body = Problem),
    )
)]
async fn grant(
    state: State<App>,
    caller: Caller,
    path: Path<(Uuid, String)>,
) -> ApiResult<Json<UserRoles>> {
    set(state, caller, path, Standing::Granted).await
}

/// Takes a role from an account. For admins. Somebody stays admin.
#[utoipa::path(
    delete, path = "/api/users/{id}/roles/{role}", tag = "roles", security(("bearer" = [])), operation_id = "revoke_role",
    params(("id" = Uuid, Path, description = "An account"), ("role" = String, Path, description = "A role")),
    responses(
        (status = 200, body = UserRoles),
        (status = 400, description = "invalid_path", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden, banned", body = Problem),
        (status = 404, description = "user_not_found, role_not_found", body = Problem),
        (status = 409, description = "last_admin, role_is_fixed", body = Problem),
    )
)]
async fn revoke_role(
    state: State<App>,
    caller: Caller,
    path: Path<(Uuid, String)>,
) -> ApiResult<Json<UserRoles>> {
    set(state, caller, path, Standing::Revoked).await
}

async fn set(
    State(app): State<App>,
    caller: Caller,
    Path((user_id, role)): Path<(Uuid, String)>,
    standing: Standing,
) -> ApiResult<Json<UserRoles>> {
    let admin = app.admin(&caller).await?;
    let by = Some(admin.user_id);
    let (user, changed) = app.store.set_role(user_id, &role, standing, by).await?;
    if changed {
        revoke::user(&app.ctx, user_id).await;
    }
    Ok(Json(user.into()))
}
