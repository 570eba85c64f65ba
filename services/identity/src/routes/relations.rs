//! Follow, block and mute.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Json, Page, Path, Problem, Query, page},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::App;
use crate::people::{
    model::{Listed, ListedRow},
    no_such_user,
    profile::PersonKey,
    relation::{End, Kind, Relationship, check_target},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(follow, unfollow))
        .routes(routes!(follow_by_post, unfollow_by_delete))
        .routes(routes!(block, unblock))
        .routes(routes!(mute, unmute))
        .routes(routes!(followers))
        .routes(routes!(following))
        .routes(routes!(blocks))
        .routes(routes!(mutes))
}

/// The part of a list that is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Most people to list, 1 to 200 [default: 50].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub(super) limit: Option<String>,
    /// Where the page before ended; its `Link` header has it.
    #[param(value_type = Option<Uuid>)]
    pub(super) after: Option<String>,
}

/// Describes a route that begins or ends a relation.
macro_rules! change {
    ($(#[$meta:meta])* $name:ident, $method:ident, $path:literal, $kind:ident, $change:ident) => {
        $(#[$meta])*
        #[utoipa::path(
            $method, path = $path, tag = "relations", security(("bearer" = [])),
            params(("id" = String, Path, description = "The account: its id, or @ and its name")),
            responses(
                (status = 200, body = Relationship),
                (status = 401, description = "unauthorized", body = Problem),
                (status = 403, description = "forbidden: the account does not want it", body = Problem),
                (status = 404, description = "user_not_found", body = Problem),
                (status = 409, description = "blocked: by the caller; too_many", body = Problem),
                (status = 422, description = "invalid_target: oneself", body = Problem),
                (status = 429, description = "rate_limited", body = Problem),
            )
        )]
        async fn $name(
            State(app): State<App>,
            caller: Caller,
            Path(id): Path<String>,
        ) -> ApiResult<Json<Relationship>> {
            let (me, other) = app.both(&caller, &id).await?;
            app.store.$change(Kind::$kind, me, other).await.map(Json)
        }
    };
}

change!(
    /// Follows somebody; again changes nothing.
    follow, put, "/api/users/{id}/follow", Follow, relate
);
change!(
    /// Follows somebody no more; again changes nothing.
    unfollow, delete, "/api/users/{id}/follow", Follow, unrelate
);
change!(
    /// The same as `PUT /api/users/{id}/follow`.
    follow_by_post, post, "/api/users/follow/{id}", Follow, relate
);
change!(
    /// The same as `DELETE /api/users/{id}/follow`.
    unfollow_by_delete, delete, "/api/users/follow/{id}", Follow, unrelate
);
change!(
    /// Blocks somebody: neither hears of the other, follows between the two end, and new ones are refused.
    block, put, "/api/users/{id}/block", Block, relate
);
change!(
    /// Blocks somebody no more. Follows that had ended do not come back.
    unblock, delete, "/api/users/{id}/block", Block, unrelate
);
change!(
    /// Mutes somebody, who does not learn of it.
    mute, put, "/api/users/{id}/mute", Mute, relate
);
change!(
    /// Mutes somebody no more.
    unmute, delete, "/api/users/{id}/mute", Mute, unrelate
);

/// Who follows somebody, the newest first.
#[utoipa::path(
    get, path = "/api/users/{id}/followers", tag = "relations", security((), ("bearer" = [])),
    params(("id" = String, Path, description = "The account: its id, or @ and its name"), PageQuery),
    responses(
        (status = 200, body = Vec<Listed>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized: where nothing is public", body = Problem),
        (status = 404, description = "user_not_found", body = Problem),
    )
)]
async fn followers(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Page<Listed>> {
    let of = app.listed_of(&caller, &id).await?;
    app.list(Kind::Follow, End::User, of, &query).await
}

/// Whom somebody follows, the newest first.
#[utoipa::path(
    get, path = "/api/users/{id}/following", tag = "relations", security((), ("bearer" = [])),
    params(("id" = String, Path, description = "The account: its id, or @ and its name"), PageQuery),
    responses(
        (status = 200, body = Vec<Listed>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized: where nothing is public", body = Problem),
        (status = 404, description = "user_not_found", body = Problem),
    )
)]
async fn following(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Page<Listed>> {
    let of = app.listed_of(&caller, &id).await?;
    app.list(Kind::Follow, End::Target, of, &query).await
}

/// Whom the caller blocks, the newest first.
#[utoipa::path(
    get, path = "/api/users/me/blocks", tag = "relations", security(("bearer" = [])), params(PageQuery),
    responses(
        (status = 200, body = Vec<Listed>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
    )
)]
async fn blocks(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Page<Listed>> {
    let me = app.account_id(&caller).await?;
    app.list(Kind::Block, End::Target, me, &query).await
}

/// Whom the caller mutes, the newest first.
#[utoipa::path(
    get, path = "/api/users/me/mutes", tag = "relations", security(("bearer" = [])), params(PageQuery),
    responses(
        (status = 200, body = Vec<Listed>, headers(("Link" = String, description = "the next page, if there is one"))),
        (status = 400, description = "invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
    )
)]
async fn mutes(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Page<Listed>> {
    let me = app.account_id(&caller).await?;
    app.list(Kind::Mute, End::Target, me, &query).await
}

impl App {
    /// The caller and whom they mean.
    async fn both(&self, caller: &Caller, id: &str) -> ApiResult<(Uuid, Uuid)> {
        let me = self.account_id(caller).await?;
        self.count_change(me).await?;
        let other = match PersonKey::parse(id, Some(me)) {
            Some(PersonKey::Id(id)) => id,
            Some(key) => self.store.person(&key).await?.ok_or_else(no_such_user)?.id,
            None => return Err(no_such_user()),
        };
        check_target(me, other)?;
        Ok((me, other))
    }

    /// Whose list is asked for.
    async fn listed_of(&self, caller: &Caller, id: &str) -> ApiResult<Uuid> {
        let me = self.reader_id(caller)?;
        let key = PersonKey::parse(id, me).ok_or_else(no_such_user)?;
        let found = self.store.person(&key).await?;
        Ok(found.ok_or_else(no_such_user)?.id)
    }

    async fn list(
        &self,
        kind: Kind,
        listed: End,
        of: Uuid,
        query: &PageQuery,
    ) -> ApiResult<Page<Listed>> {
        let limit = page::limit(query.limit.as_deref())?;
        let before = cursor(query.after.as_deref())?;
        let rows = self
            .store
            .related(kind, listed, of, before, limit + 1)
            .await?;
        let next = |last: &ListedRow| format!("limit={limit}&after={}", last.relation_id);
        Ok(Page::new(rows, limit, next).map(Listed::from))
    }
}

/// Reads `?after=`.
///
/// # Errors
/// 400 `invalid_cursor`.
pub(super) fn cursor(after: Option<&str>) -> ApiResult<Option<Uuid>> {
    let wrong =
        |_| ApiError::bad_request("invalid_cursor", "after must be what the page before said");
    after
        .map(|after| Uuid::try_parse(after).map_err(wrong))
        .transpose()
}
