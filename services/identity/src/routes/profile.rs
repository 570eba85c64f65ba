//! Profiles: how somebody is shown.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Problem},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::App;
use crate::people::{
    model::Profile,
    profile::{ProfileBody, Put},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create, read, replace, remove))
}

/// Makes the caller's profile.
#[utoipa::path(
    post, path = "/api/profile", tag = "profiles", security(("bearer" = [])),
    operation_id = "create_profile", request_body = ProfileBody,
    responses(
        (status = 201, body = Profile),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 409, description = "profile_exists", body = Problem),
        (status = 422, description = "invalid_body, invalid_display_name, invalid_bio, invalid_website, invalid_location, invalid_avatar", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<ProfileBody>,
) -> ApiResult<Response> {
    put(&app, &caller, body, Put::New).await
}

/// The caller's profile.
#[utoipa::path(
    get, path = "/api/profile", tag = "profiles", security(("bearer" = [])),
    operation_id = "read_profile",
    responses(
        (status = 200, body = Profile),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "profile_not_found", body = Problem),
    )
)]
async fn read(State(app): State<App>, caller: Caller) -> ApiResult<Json<Profile>> {
    let user_id = app.account_id(&caller).await?;
    app.profile(user_id).await.map(Json)
}

/// Makes the caller's profile, or replaces all of it: what is left out is shown no more.
#[utoipa::path(
    put, path = "/api/profile", tag = "profiles", security(("bearer" = [])),
    operation_id = "replace_profile", request_body = ProfileBody,
    responses(
        (status = 200, body = Profile),
        (status = 201, description = "There was none.", body = Profile),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 422, description = "invalid_body, invalid_display_name, invalid_bio, invalid_website, invalid_location, invalid_avatar", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
async fn replace(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<ProfileBody>,
) -> ApiResult<Response> {
    put(&app, &caller, body, Put::Any).await
}

/// Removes the caller's profile. The account stays.
#[utoipa::path(
    delete, path = "/api/profile", tag = "profiles", security(("bearer" = [])),
    operation_id = "delete_profile",
    responses(
        (status = 204),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "profile_not_found", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
    )
)]
async fn remove(State(app): State<App>, caller: Caller) -> ApiResult<StatusCode> {
    let user_id = app.account_id(&caller).await?;
    app.count_change(user_id).await?;
    match app.store.delete_profile(user_id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_profile()),
    }
}

async fn put(app: &App, caller: &Caller, body: ProfileBody, put: Put) -> ApiResult<Response> {
    let user_id = app.account_id(caller).await?;
    app.count_change(user_id).await?;
    let fields = body.checked()?;
    let status = match app.store.put_profile(user_id, &fields, put).await? {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    Ok((status, Json(app.profile(user_id).await?)).into_response())
}

impl App {
    async fn profile(&self, user_id: Uuid) -> ApiResult<Profile> {
        let found = self.store.profile(user_id).await?;
        found.map(Profile::from).ok_or_else(no_profile)
    }
}

fn no_profile() -> ApiError {
    ApiError::not_found("profile_not_found", "there is no profile")
}
