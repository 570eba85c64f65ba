//! The web application: serves the pages that `npm run build` made, from inside the executable.
//!
//! The pages are one application with addresses of its own (`/rooms/general`), so a path that is
//! no file answers with its first page. A path that looks like a file or like the API does not.

mod assets;

use assets::{Asset, Assets};
use axum::{
    Router,
    body::Body,
    extract::Path,
    middleware::map_response,
    response::Response,
    routing::{MethodRouter, get},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
        ETAG, HeaderName, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
    },
};

/// What the pages may load and where they may be shown. Styles are allowed inline because the
/// component library sets its colours so; scripts never are.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; font-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const SECURITY_HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

/// The name of the first page.
const INDEX: &str = "index.html";

/// Shown when the executable was built before the pages were.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <title>Folkmoot</title><h1>The pages are not built</h1>\
    <p>This executable holds no web application. Build it and start again:</p>\
    <pre>cd services/web &amp;&amp; npm ci &amp;&amp; npm run build</pre>\
    <p>The API works without it.</p></html>";

/// The routes of the web application, for everything that no other service answers.
pub fn router() -> Router {
    pages(Assets::Embedded)
}

fn pages(assets: Assets) -> Router {
    Router::new()
        .route("/", root(assets))
        .route("/{*path}", any_path(assets))
        .layer(map_response(add_security_headers))
}

fn root(assets: Assets) -> MethodRouter {
    get(async move |headers: HeaderMap| first_page(assets, &headers))
}

fn any_path(assets: Assets) -> MethodRouter {
    get(async move |Path(path): Path<String>, headers: HeaderMap| answer(assets, &path, &headers))
}

/// The file of that name, the first page, or 404.
fn answer(assets: Assets, path: &str, headers: &HeaderMap) -> Response {
    match find(assets, path, headers) {
        Some(asset) => send(asset, headers),
        None if is_api(path) => problem_not_found(),
        None if is_file_name(path) => text(StatusCode::NOT_FOUND, "text/plain", "Not found\n"),
        None => first_page(assets, headers),
    }
}

fn first_page(assets: Assets, headers: &HeaderMap) -> Response {
    find(assets, INDEX, headers).map_or_else(
        || text(StatusCode::SERVICE_UNAVAILABLE, "text/html", NOT_BUILT),
        |asset| send(asset, headers),
    )
}

/// The compressed form, when there is one and the client takes it.
fn find(assets: Assets, path: &str, headers: &HeaderMap) -> Option<Asset> {
    let gzip = accepts_gzip(headers)
        .then(|| assets.compressed(path))
        .flatten();
    gzip.or_else(|| assets.plain(path))
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok());
    accepted.unwrap_or_default().split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0")
    })
}

/// Addresses of the API that no service knows must not answer with a page.
fn is_api(path: &str) -> bool {
    matches!(path.split('/').next(), Some("api" | "ws"))
}

/// A room's id and a member's name may hold a dot; any other address with one in its last part means a file.
fn is_file_name(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    path.starts_with("assets/")
        || (last.contains('.') && !path.starts_with("rooms/") && !path.starts_with("u/"))
}

fn send(asset: Asset, headers: &HeaderMap) -> Response {
    let mut response = if is_current(headers, &asset.etag) {
        status(StatusCode::NOT_MODIFIED, Body::empty())
    } else {
        status(StatusCode::OK, Body::from(asset.bytes))
    };
    let sent = response.headers_mut();
    sent.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    sent.insert(CACHE_CONTROL, HeaderValue::from_static(asset.caching));
    sent.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&asset.etag) {
        sent.insert(ETAG, etag);
    }
    if asset.is_gzip {
        sent.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// The client has this very content already.
fn is_current(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    known
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .any(|tag| {
            // A proxy that compresses by itself makes a strong tag weak.
            tag == "*" || tag.trim_start_matches("W/") == etag
        })
}

fn problem_not_found() -> Response {
    let body = r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"There is no such address in the API.","code":"not_found"}"#;
    text(StatusCode::NOT_FOUND, "application/problem+json", body)
}

fn text(code: StatusCode, content_type: &'static str, body: &'static str) -> Response {
    let mut response = status(code, Body::from(body));
    let sent = response.headers_mut();
    sent.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    sent.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn status(code: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = code;
    response
}

async fn add_security_headers(mut response: Response) -> Response {
    for (name, value) in SECURITY_HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests;
