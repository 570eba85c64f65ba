//! How far members have read.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    db::sqlx,
    http::{ApiError, ApiResult, Json, Path, Problem},
    in_transaction,
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    access::{self, Limit, no_thread},
    model::{MarkRead, ReadPosition},
    store::Store,
};

const NEWEST: &str = "select id from comments where thread_id = $1 order by id desc limit 1";
const IS_IN: &str = "select id from comments where thread_id = $1 and id = $2";
// Two pages of a member may tell in any order: the later comment counts. Nothing is kept of an account that is gone.
const SAVE: &str = "insert into read_positions (user_id, thread_id, comment_id, read_at) select $1, $2, $3, $4 \
    where not exists (select 1 from members where user_id = $1 and deleted_at is not null) \
    on conflict (user_id, thread_id) do update set comment_id = excluded.comment_id, read_at = excluded.read_at \
    where read_positions.comment_id is null or read_positions.comment_id < excluded.comment_id";
const POSITION: &str = "select comment_id, read_at, (select count(*) from (select 1 from comments c \
    where c.thread_id = r.thread_id and c.id > coalesce(r.comment_id, r.thread_id) and c.deleted_at is null \
    and c.author_id <> $1 limit 100) newer) as unread_count \
    from read_positions r where r.user_id = $1 and r.thread_id = $2";

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(mark_read))
}

/// Say how far one has read a thread. An earlier comment than before changes nothing.
#[utoipa::path(
    put, path = "/api/threads/{id}/read", tag = "threads",
    params(("id" = String, Path, description = "The thread.")),
    request_body(content = Option<MarkRead>),
    responses(
        (status = 200, body = ReadPosition),
        (status = 400, description = "malformed_json", body = Problem),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 404, description = "thread_not_found", body = Problem),
        (status = 422, description = "invalid_body, invalid_comment", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn mark_read(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    body: Option<Json<MarkRead>>,
) -> ApiResult<Json<ReadPosition>> {
    let reader = access::acting(&state, &caller, Limit::Actions).await?;
    let thread = access::thread(&state, &reader, access::id(&id, no_thread)?).await?;
    let asked = body.and_then(|Json(body)| body.comment_id);
    let position = state
        .store
        .mark_read(reader.user_id(), thread.id, asked)
        .await?;
    let no_comment = || {
        let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
        ApiError::new(
            status,
            "invalid_comment",
            "comment_id is no comment of this thread",
        )
    };
    position.map(Json).ok_or_else(no_comment)
}

impl Store {
    /// None if `comment` is none of the thread's; the newest of all without it.
    async fn mark_read(
        &self,
        user_id: &str,
        thread_id: Uuid,
        comment: Option<Uuid>,
    ) -> sqlx::Result<Option<ReadPosition>> {
        let now = self.ctx.clock.now();
        let position = in_transaction!(&self.db, tx => {
            let query = match comment {
                None => sqlx::query_scalar(NEWEST).bind(thread_id),
                Some(comment) => sqlx::query_scalar(IS_IN).bind(thread_id).bind(comment),
            };
            let seen: Option<Uuid> = query.fetch_optional(&mut *tx).await?;
            if comment.is_some() && seen.is_none() {
                return Ok(None);
            }
            let save = sqlx::query(SAVE).bind(user_id).bind(thread_id).bind(seen).bind(now);
            save.execute(&mut *tx).await?;
            sqlx::query_as(POSITION).bind(user_id).bind(thread_id).fetch_optional(&mut *tx).await?
        });
        // Of an account that is gone nothing was kept.
        let (comment_id, read_at, unread_count) = position.unwrap_or((None, now, 0));
        Ok(Some(ReadPosition {
            comment_id,
            read_at,
            unread_count,
        }))
    }
}
