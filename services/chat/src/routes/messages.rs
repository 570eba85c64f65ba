//! A room's history.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Page, Path, Problem, Query, page},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{AppState, model::Message, policy};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// 1 to 200; 50 if left out.
    limit: Option<String>,
    /// Messages before this `seq`: the way up through the history.
    before: Option<String>,
    /// Messages after this `seq`: what was missed.
    after: Option<String>,
}

/// Messages of a room, the oldest first: the latest ones, or those before or after a `seq`.
#[utoipa::path(get, path = "/rooms/{room_id}/messages", operation_id = "list_messages", tag = "messages", params(("room_id" = String, Path), Params), responses(
    (status = 200, body = [Message], headers(("link", description = "The next page, if there is one."))),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "The room does not exist.", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(AppState(chat)): State<AppState>,
    caller: Caller,
    Path(room_id): Path<String>,
    Query(params): Query<Params>,
) -> ApiResult<Page<Message>> {
    caller.member()?;
    policy::check_room_id(&room_id)?;
    let limit = page::limit(params.limit.as_deref())?;
    let (before, after) = (
        seq("before", params.before.as_deref())?,
        seq("after", params.after.as_deref())?,
    );
    let messages = match (before, after) {
        (Some(_), Some(_)) => {
            return Err(ApiError::bad_request(
                "invalid_query",
                "before and after exclude each other",
            ));
        }
        (_, Some(after)) => {
            let found = chat
                .store
                .messages_after(&room_id, after, limit + 1)
                .await?;
            Page::new(found, limit, |last| {
                format!("after={}&limit={limit}", last.seq)
            })
        }
        (before, None) => {
            let found = chat
                .store
                .messages_before(&room_id, before.unwrap_or(i64::MAX), limit + 1)
                .await?;
            Page::backwards(found, limit, |first| {
                format!("before={}&limit={limit}", first.seq)
            })
        }
    };
    if messages.is_empty() && chat.store.room(&room_id).await?.is_none() {
        return Err(ApiError::not_found(
            "room_not_found",
            "there is no such room",
        ));
    }
    Ok(messages)
}

fn seq(name: &str, text: Option<&str>) -> ApiResult<Option<i64>> {
    let Some(text) = text else { return Ok(None) };
    let seq = text.parse().ok().filter(|seq: &i64| *seq >= 0);
    seq.map(Some)
        .ok_or_else(|| ApiError::bad_request("invalid_seq", format!("{name} must be a seq")))
}
