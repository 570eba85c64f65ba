//! `GET /api/search`.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use folkmoot_common::{
    auth::Caller,
    http::{
        ApiError, ApiResult, ClientIp, Page, Problem, Query,
        page::{limit, query_pair},
    },
    kv::Quota,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    plain::plain,
    snippet::Snippet,
    store::{Filter, Found, Place},
    terms::Terms,
};
use crate::{
    AppState,
    model::{Author, CategoryRef},
    policy::Reader,
    store::rows,
};

/// Searches of one member, or of one address without a token.
const QUOTA: Quota = Quota::per_minute(120);

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// Words, `"phrases"` and `-words` that may not be there; at most 200 characters and 16 words.
    q: String,
    /// `threads` (titles and texts), unless told, or `comments`.
    #[serde(rename = "in")]
    #[param(value_type = Option<String>)]
    place: Option<String>,
    /// Only in this category, by its slug.
    category: Option<String>,
    /// Only in threads with this tag.
    tag: Option<String>,
    /// Only what this user wrote, by id.
    author: Option<String>,
    /// Most results of a page, 1 to 200; 50 unless told.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// Only what is older than this one; the `Link` header of a page has it.
    after: Option<String>,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchResult {
    /// `thread` or `comment`.
    #[schema(value_type = String, example = "thread")]
    r#type: &'static str,
    /// The thread.
    thread_id: Uuid,
    /// The comment, if it is one.
    comment_id: Option<Uuid>,
    /// The thread's title.
    title: String,
    #[serde(flatten)]
    snippet: Snippet,
    /// Where it is.
    category: CategoryRef,
    /// Who wrote it.
    author: Author,
    /// When.
    created_at: DateTime<Utc>,
}

/// Search threads or comments, newest first.
///
/// Only what the caller may read is found. An excerpt is plain text; `marks` are its ranges that matched.
#[utoipa::path(
    get, path = "/api/search", tag = "search", params(SearchQuery), security((), ("bearer" = [])),
    responses(
        (status = 200, description = "A page of results.", body = [SearchResult],
            headers(("Link" = String, description = "The next page, if there is one."))),
        (status = 400, description = "invalid_search, invalid_query, invalid_limit, invalid_cursor", body = Problem),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 429, description = "rate_limited", body = Problem),
        (status = 503, description = "unavailable", body = Problem),
    )
)]
pub(super) async fn search(
    State(state): State<AppState>,
    caller: Caller,
    ClientIp(address): ClientIp,
    Query(query): Query<SearchQuery>,
) -> ApiResult<Response> {
    let reader = Reader::of(&caller)?;
    let terms = Terms::parse(&query.q)?;
    let place = place(query.place.as_deref())?;
    let limit = limit(query.limit.as_deref())?;
    let filter = filter(&query)?;
    let who = match reader.user_id() {
        "" => address.to_string(),
        user_id => user_id.to_owned(),
    };
    let decision = state
        .ctx
        .kv
        .throttle(&format!("discussion:search:{who}"), QUOTA)
        .await;
    if !decision.allowed {
        return Err(ApiError::rate_limited(&decision));
    }
    let found = state
        .store
        .search(&reader, place, &terms, &filter, limit + 1)
        .await?;
    let next = |last: &Found| next(&query, limit, last.id);
    let page = Page::new(found, limit, next).map(|found| result(found, place, &terms));
    Ok(page.into_response())
}

fn place(text: Option<&str>) -> ApiResult<Place> {
    match text {
        None | Some("threads") => Ok(Place::Threads),
        Some("comments") => Ok(Place::Comments),
        Some(_) => Err(ApiError::bad_request(
            "invalid_query",
            "in must be threads or comments",
        )),
    }
}

fn filter(query: &SearchQuery) -> ApiResult<Filter> {
    let wrong = || ApiError::bad_request("invalid_cursor", "after must be the id of a result");
    let before = query.after.as_deref().map(Uuid::try_parse).transpose();
    // What is left empty in a form narrows nothing.
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    Ok(Filter {
        category: text(&query.category),
        author: text(&query.author),
        tag: text(&query.tag),
        before: before.map_err(|_| wrong())?,
    })
}

fn next(query: &SearchQuery, limit: u32, last: Uuid) -> String {
    let mut pairs = vec![query_pair("q", &query.q)];
    let more = [
        ("in", &query.place),
        ("category", &query.category),
        ("tag", &query.tag),
        ("author", &query.author),
    ];
    for (name, value) in more {
        pairs.extend(value.as_deref().map(|value| query_pair(name, value)));
    }
    pairs.push(format!("limit={limit}&after={last}"));
    pairs.join("&")
}

fn result(found: Found, place: Place, terms: &Terms) -> SearchResult {
    let (r#type, comment_id) = match place {
        Place::Threads => ("thread", None),
        Place::Comments => ("comment", Some(found.id)),
    };
    SearchResult {
        r#type,
        thread_id: found.thread_id,
        comment_id,
        snippet: Snippet::around(&plain(&found.body_html), terms.wanted()),
        title: found.title,
        category: CategoryRef {
            id: found.category_id,
            slug: found.category_slug,
            name: found.category_name,
        },
        author: rows::author(
            &found.author_id,
            found.username.as_deref(),
            found.avatar_url.as_deref(),
            found.author_deleted_at.is_some(),
        ),
        created_at: found.created_at,
    }
}
