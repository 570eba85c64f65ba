//! The documents at their addresses.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, Path, Problem},
};

use super::{
    document::{self, Channel, Item},
    store::ItemRow,
};
use crate::{
    AppState, access,
    policy::Reader,
    store::{CategoryRow, rows},
};

/// The two kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Atom,
    Rss,
}

impl Format {
    fn file(self) -> &'static str {
        match self {
            Self::Atom => "feed.atom",
            Self::Rss => "feed.rss",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Rss => "application/rss+xml; charset=utf-8",
        }
    }
}

/// The newest threads that everybody may read, as Atom.
#[utoipa::path(
    get, path = "/api/threads/feed.atom", tag = "syndication", security((), ("bearer" = [])),
    responses(
        (status = 200, description = "The document.", content_type = "application/atom+xml", body = String,
            headers(("ETag" = String), ("Last-Modified" = String))),
        (status = 304, description = "The caller has it."),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
    )
)]
pub(super) async fn threads_atom(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
) -> ApiResult<Response> {
    answer(&state, &caller, &headers, None, Format::Atom).await
}

/// The newest threads that everybody may read, as RSS.
#[utoipa::path(
    get, path = "/api/threads/feed.rss", tag = "syndication", security((), ("bearer" = [])),
    responses(
        (status = 200, description = "The document.", content_type = "application/rss+xml", body = String,
            headers(("ETag" = String), ("Last-Modified" = String))),
        (status = 304, description = "The caller has it."),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
    )
)]
pub(super) async fn threads_rss(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
) -> ApiResult<Response> {
    answer(&state, &caller, &headers, None, Format::Rss).await
}

/// The newest threads of a category that everybody may read, as Atom.
#[utoipa::path(
    get, path = "/api/categories/{slug}/feed.atom", tag = "syndication", security((), ("bearer" = [])),
    params(("slug" = String, Path, description = "The category.")),
    responses(
        (status = 200, description = "The document.", content_type = "application/atom+xml", body = String,
            headers(("ETag" = String), ("Last-Modified" = String))),
        (status = 304, description = "The caller has it."),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 404, description = "category_not_found: also one that needs a role, whoever asks", body = Problem),
    )
)]
pub(super) async fn category_atom(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    Path(slug): Path<String>,
) -> ApiResult<Response> {
    answer(&state, &caller, &headers, Some(&slug), Format::Atom).await
}

/// The newest threads of a category that everybody may read, as RSS.
#[utoipa::path(
    get, path = "/api/categories/{slug}/feed.rss", tag = "syndication", security((), ("bearer" = [])),
    params(("slug" = String, Path, description = "The category.")),
    responses(
        (status = 200, description = "The document.", content_type = "application/rss+xml", body = String,
            headers(("ETag" = String), ("Last-Modified" = String))),
        (status = 304, description = "The caller has it."),
        (status = 401, description = "unauthorized: reading is for members", body = Problem),
        (status = 404, description = "category_not_found: also one that needs a role, whoever asks", body = Problem),
    )
)]
pub(super) async fn category_rss(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    Path(slug): Path<String>,
) -> ApiResult<Response> {
    answer(&state, &caller, &headers, Some(&slug), Format::Rss).await
}

async fn answer(
    state: &AppState,
    caller: &Caller,
    asked: &HeaderMap,
    slug: Option<&str>,
    format: Format,
) -> ApiResult<Response> {
    caller.reader()?;
    // Whoever asks: what is in the document may be passed on.
    let everybody = Reader::default();
    let category = match slug {
        Some(slug) => Some(access::category(state, &everybody, slug).await?),
        None => None,
    };
    let id = category.as_ref().map(|category| category.id);
    let mut threads = state.store.newest(&everybody, id).await?;
    let stored = threads
        .iter_mut()
        .map(|row| (&mut row.body_html, &row.body, row.rendered_by));
    state.renderer.refresh(stored).await?;
    let channel = channel(state, category.as_ref(), threads, format).await?;
    let document = match format {
        Format::Atom => document::atom(&channel),
        Format::Rss => document::rss(&channel),
    };
    respond(asked, document, channel.updated, format)
}

async fn channel(
    state: &AppState,
    category: Option<&CategoryRow>,
    threads: Vec<ItemRow>,
    format: Format,
) -> ApiResult<Channel> {
    let public_url = state.ctx.settings.public_url.as_ref();
    let site = public_url
        .map_or("", |url| url.as_str())
        .trim_end_matches('/');
    let ids: Vec<_> = threads.iter().map(|thread| thread.id).collect();
    let mut tags = state.store.tags(&ids).await?;
    let items: Vec<Item> = threads
        .into_iter()
        .map(|thread| {
            let tags = tags.remove(&thread.id).unwrap_or_default();
            item(thread, tags, site)
        })
        .collect();
    let (id, title, page, folder) = match category {
        None => (
            format!("urn:folkmoot:{}:threads", state.ctx.settings.instance),
            "All threads".to_owned(),
            format!("{site}/threads"),
            "threads".to_owned(),
        ),
        Some(category) => (
            category.id.urn().to_string(),
            category.name.clone(),
            format!("{site}/threads?category={}", category.slug),
            format!("categories/{}", category.slug),
        ),
    };
    Ok(Channel {
        id,
        title,
        page,
        address: format!("{site}/api/{folder}/{}", format.file()),
        base: (!site.is_empty()).then(|| format!("{site}/")),
        updated: items
            .iter()
            .map(|item| item.updated)
            .max()
            .unwrap_or_default(),
        items,
    })
}

fn item(row: ItemRow, tags: Vec<String>, site: &str) -> Item {
    let is_gone = row.author_deleted_at.is_some();
    Item {
        id: row.id,
        page: format!("{site}/threads/{}", row.id),
        author: rows::author(&row.author_id, row.username.as_deref(), None, is_gone).username,
        title: row.title,
        html: row.body_html,
        tags,
        published: row.created_at,
        updated: row.edited_at.unwrap_or(row.created_at),
    }
}

fn respond(
    asked: &HeaderMap,
    document: String,
    updated: DateTime<Utc>,
    format: Format,
) -> ApiResult<Response> {
    let mut hasher = DefaultHasher::new();
    document.hash(&mut hasher);
    let etag = format!("\"{:016x}\"", hasher.finish());
    let modified = updated.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let is_known = is_known(asked, &etag, &modified);
    let mut headers = HeaderMap::new();
    let mut insert = |name: HeaderName, value: &str| {
        let value = HeaderValue::try_from(value).map_err(ApiError::internal)?;
        headers.insert(name, value);
        ApiResult::Ok(())
    };
    insert(header::ETAG, &etag)?;
    insert(header::LAST_MODIFIED, &modified)?;
    insert(header::CACHE_CONTROL, "no-cache")?;
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    insert(header::CONTENT_TYPE, format.media_type())?;
    // Should a browser ever show it as a page.
    insert(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; sandbox",
    )?;
    Ok((headers, document).into_response())
}

/// By the ETag, or else by the time. It has to be the same and not only later: what was deleted takes its time with it.
fn is_known(asked: &HeaderMap, etag: &str, modified: &str) -> bool {
    let text = |name| {
        asked
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    match text(header::IF_NONE_MATCH) {
        Some(list) => list
            .split(',')
            .map(|item| item.trim().trim_start_matches("W/"))
            .any(|item| item == "*" || item == etag),
        None => text(header::IF_MODIFIED_SINCE) == Some(modified),
    }
}
