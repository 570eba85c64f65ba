//! Which tags are in use.

use axum::extract::State;
use folkmoot_common::{
    auth::Caller,
    db::sqlx,
    http::{ApiResult, Json, Problem, Query, page},
    row, with_reader,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{AppState, model::TagCount, policy::Reader, store::Store, visible};

// Of the newest threads alone: counting all of them would take longer with every thread.
const TAGS: &str = concat!(
    "select y.tag, count(*) as thread_count from (select t.id from threads t join categories g on g.id = t.category_id \
     where t.deleted_at is null and ",
    visible!("$1"),
    " order by t.id desc limit $2) newest join thread_tags y on y.thread_id = newest.id \
     group by y.tag order by thread_count desc, y.tag limit $3"
);
/// Threads that are looked at.
const NEWEST: i64 = 2_000;

row! {
    struct Row {
        tag: String,
        thread_count: i64,
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TagQuery {
    /// Most tags to list, 1 to 200 [default: 50].
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
}

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_tags))
}

/// The tags of the 2 000 newest threads that the caller may read, the most used first.
#[utoipa::path(
    get, path = "/api/tags", tag = "threads", params(TagQuery),
    responses(
        (status = 200, body = Vec<TagCount>),
        (status = 400, description = "invalid_limit", body = Problem),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
async fn list_tags(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<TagQuery>,
) -> ApiResult<Json<Vec<TagCount>>> {
    let reader = Reader::of(&caller)?;
    let limit = page::limit(query.limit.as_deref())?;
    let rows = state.store.used_tags(&reader, limit).await?;
    let tags = rows.into_iter().map(|row| TagCount {
        tag: row.tag,
        thread_count: row.thread_count,
    });
    Ok(Json(tags.collect()))
}

impl Store {
    async fn used_tags(&self, reader: &Reader, limit: u32) -> sqlx::Result<Vec<Row>> {
        with_reader!(&self.db, db => {
            let query = sqlx::query_as(TAGS).bind(reader.roles_key().into_owned());
            query.bind(NEWEST).bind(i64::from(limit)).fetch_all(db).await
        })
    }
}
