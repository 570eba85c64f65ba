//! Finding people.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{
        ApiError, ApiResult, Json, Page, Path, Problem, Query,
        page::{self, query_pair},
    },
    kv::Quota,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::App;
use crate::people::{
    model::{Listed, ListedRow, Person},
    no_such_user,
    profile::{PersonKey, is_name_part},
};

/// Changes of one account to its profile and its relations.
const CHANGES: Quota = Quota::per_minute(60).burst(60);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(search))
        .routes(routes!(find))
        .routes(routes!(find_me))
}

/// Whose name begins how.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// The beginning of the name, in any case, with or without @.
    #[serde(default)]
    name: String,
    /// Most people to list, 1 to 200 [default: 50].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// The last name of the page before; its `Link` header has it.
    after: Option<String>,
}

/// People whose names begin like this, by name: for completing a mention. Who blocks the caller is left out.
#[utoipa::path(
    get, path = "/api/users", tag = "people", security(("bearer" = [])), params(SearchQuery),
    operation_id = "search_users",
    responses(
        (status = 200, body = Vec<Listed>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
    )
)]
async fn search(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> ApiResult<Page<Listed>> {
    let principal = caller.member()?;
    let me = principal.and_then(|principal| Uuid::try_parse(&principal.user_id).ok());
    let limit = page::limit(query.limit.as_deref())?;
    let after = query.after.unwrap_or_default();
    if !after.is_empty() && !is_name_part(&after) {
        return Err(ApiError::bad_request(
            "invalid_cursor",
            "after must be a name",
        ));
    }
    let prefix = query.name.trim_start_matches('@').to_ascii_lowercase();
    let rows = match prefix.is_empty() || is_name_part(&prefix) {
        true => {
            let me = me.unwrap_or(Uuid::nil());
            let after = after.to_ascii_lowercase();
            app.store.search(&prefix, &after, me, limit + 1).await?
        }
        // Nobody is called so.
        false => Vec::new(),
    };
    let next = |last: &ListedRow| {
        let (name, after) = (
            query_pair("name", &prefix),
            query_pair("after", &last.username),
        );
        format!("{name}&limit={limit}&{after}")
    };
    Ok(Page::new(rows, limit, next).map(Listed::from))
}

/// Somebody, as others see them.
#[utoipa::path(
    get, path = "/api/users/{id}", tag = "people", security((), ("bearer" = [])),
    operation_id = "find_user",
    params(("id" = String, Path, description = "The account: its id, or @ and its name")),
    responses(
        (status = 200, body = Person),
        (status = 401, description = "unauthorized: where nothing is public", body = Problem),
        (status = 404, description = "user_not_found", body = Problem),
    )
)]
async fn find(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Person>> {
    let me = app.reader_id(&caller)?;
    let key = PersonKey::parse(&id, me).ok_or_else(no_such_user)?;
    let found = app.store.person(&key).await?.ok_or_else(no_such_user)?;
    let relationship = match me.filter(|me| *me != found.id) {
        Some(me) => Some(app.store.relationship(me, found.id).await?),
        None => None,
    };
    Ok(Json(Person::new(found, relationship)))
}

/// The caller, as others see them.
#[utoipa::path(
    get, path = "/api/users/me", tag = "people", security(("bearer" = [])),
    operation_id = "find_me",
    responses(
        (status = 200, body = Person),
        (status = 401, description = "unauthorized", body = Problem),
    )
)]
async fn find_me(State(app): State<App>, caller: Caller) -> ApiResult<Json<Person>> {
    let me = app.account_id(&caller).await?;
    let found = app.store.person(&PersonKey::Id(me)).await?;
    Ok(Json(Person::new(found.ok_or_else(no_such_user)?, None)))
}

impl App {
    /// The caller's account, whose session goes on.
    ///
    /// # Errors
    /// 401 without a token, a session or an account.
    pub(super) async fn account_id(&self, caller: &Caller) -> ApiResult<Uuid> {
        Ok(self.actor(caller).await?.user.id)
    }

    /// Whoever reads what may be public.
    ///
    /// # Errors
    /// 401 if nothing is public and there is no token.
    pub(super) fn reader_id(&self, caller: &Caller) -> ApiResult<Option<Uuid>> {
        let reader = caller.reader()?;
        Ok(reader.and_then(|principal| Uuid::try_parse(&principal.user_id).ok()))
    }

    /// Counts a change of `user_id`.
    ///
    /// # Errors
    /// 429 if there are too many.
    pub(super) async fn count_change(&self, user_id: Uuid) -> ApiResult<()> {
        let key = format!("identity:people:{user_id}");
        let decision = self.ctx.kv.throttle(&key, CHANGES).await;
        match decision.allowed {
            true => Ok(()),
            false => Err(ApiError::rate_limited(&decision)),
        }
    }
}
