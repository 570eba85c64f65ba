//! Moving a thread to another category.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiResult, Json, Path, Problem},
};

use super::{
    model::Destination,
    moderation::moderated,
    verbs::{Verb, apply},
};
use crate::{AppState, access, model::Thread, policy};

/// Move a thread to another category, which the moderator sees and may write in.
///
/// Who may read it changes with it, at once and everywhere.
#[utoipa::path(
    post, path = "/api/threads/{id}/move", tag = "moderation", request_body = Destination,
    params(("id" = String, Path, description = "The thread.")),
    responses(
        (status = 200, body = Thread),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 403, description = "forbidden: for moderators, or not to this category", body = Problem),
        (status = 404, description = "thread_not_found, category_not_found", body = Problem),
        (status = 409, description = "thread_deleted", body = Problem),
        (status = 422, description = "invalid_body", body = Problem),
    )
)]
pub(super) async fn move_thread(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Json(destination): Json<Destination>,
) -> ApiResult<Json<Thread>> {
    let (moderator, thread) = moderated(&state, &caller, &id).await?;
    let category = access::category(&state, &moderator, &destination.category).await?;
    policy::check_post(&moderator, &category)?;
    let verb = Verb::Move(category);
    Ok(Json(apply(&state, &moderator, thread, verb).await?))
}
