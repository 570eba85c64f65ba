//! How much there is in the streams.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    http::{ApiResult, Json, Problem},
};

use crate::{
    AppState,
    model::Stats,
    policy::Reader,
    store::Filter,
    views::{RECENT, USER},
};

/// How much is in the streams, of what the caller may see.
#[utoipa::path(
    get, path = "/api/activity-stream/stats", tag = "feed",
    responses(
        (status = 200, body = Stats),
        (status = 401, description = "unauthorized", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(crate) async fn stats(State(state): State<AppState>, caller: Caller) -> ApiResult<Json<Stats>> {
    let reader = Reader::of(&caller)?;
    let ids = state.views.stream_ids(&reader).await?;
    let newest = match ids.first() {
        Some(_) => state
            .store
            .entries(Filter::All, &ids, &reader, 1)
            .await?
            .pop(),
        None => None,
    };
    let user_feed_size = if reader.is_anonymous() {
        None
    } else {
        let own = state.views.user_ids(reader.user_id(), &reader, USER);
        Some(own.await?.len())
    };
    Ok(Json(Stats {
        global_feed_size: ids.len(),
        global_feed_max: RECENT,
        user_feed_size,
        user_feed_max: USER,
        newest_at: newest.map(|entry| entry.created_at),
    }))
}
