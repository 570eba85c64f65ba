//! A service's OpenAPI document at `/openapi.json`, and a page that shows it at `/docs/`.
//!
//! The page is Swagger UI, embedded. Every address in it is relative, because behind the edge a service's
//! root is elsewhere.

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use utoipa::openapi::{OpenApi, Server};
use utoipa_swagger_ui::Config;

use super::{ApiError, ApiResult};

/// What the page may load and do: its own files, and requests to where it came from.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The files of the page that are served; Swagger UI ships more variants of itself.
const FILES: [&str; 7] = [
    "index.html",
    "index.css",
    "swagger-initializer.js",
    "swagger-ui.css",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "favicon-32x32.png",
];

/// Routes for the document and its page.
pub fn docs_router(mut openapi: OpenApi) -> Router {
    // Relative to the document's own address: the service's root, whatever the edge's prefix.
    openapi
        .servers
        .get_or_insert_with(|| vec![Server::new("./")]);
    let document = Bytes::from(openapi.to_json().unwrap_or_default());
    let config = Config::from("../openapi.json")
        .use_base_layout()
        .validator_url("none")
        .try_it_out_enabled(true);
    let config = Arc::new(config);
    Router::new()
        .route("/openapi.json", get(|| async move { ([(header::CONTENT_TYPE, "application/json")], document) }))
        .route("/docs", get(|| async { (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, "docs/")]) }))
        .route("/docs/", get(|config: Extension<Arc<Config<'static>>>| async move { file("index.html", &config.0) }))
        .route("/docs/{file}", get(page_file))
        .layer(Extension(config))
}

async fn page_file(
    Path(name): Path<String>,
    config: Extension<Arc<Config<'static>>>,
) -> ApiResult<Response> {
    file(&name, &config.0)
}

fn file(name: &str, config: &Arc<Config<'static>>) -> ApiResult<Response> {
    let absent = || ApiError::not_found("not_found", "there is nothing at this address");
    let name = FILES
        .into_iter()
        .find(|known| *known == name)
        .ok_or_else(absent)?;
    let file = utoipa_swagger_ui::serve(name, config.clone())
        .map_err(ApiError::internal)?
        .ok_or_else(absent)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::try_from(file.content_type).map_err(ApiError::internal)?,
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if file.gzpipped {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok((headers, file.bytes.into_owned()).into_response())
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn answer(path: &str) -> (StatusCode, HeaderMap, Bytes) {
        let openapi = OpenApi::new(
            utoipa::openapi::Info::new("test", "1"),
            utoipa::openapi::Paths::new(),
        );
        let request = Request::builder()
            .uri(path)
            .body(Body::empty())
            .expect("a request");
        let response = docs_router(openapi)
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        (
            parts.status,
            parts.headers,
            body.collect().await.expect("a body").to_bytes(),
        )
    }

    #[tokio::test]
    async fn the_page_has_all_its_files_and_names_nobody_elses() {
        for name in FILES {
            let (status, headers, body) = answer(&format!("/docs/{name}")).await;
            assert_eq!(status, StatusCode::OK, "{name}");
            assert!(!body.is_empty(), "{name}");
            assert_eq!(headers[header::CONTENT_SECURITY_POLICY], POLICY, "{name}");
        }
        let (_, headers, _) = answer("/docs").await;
        assert_eq!(headers[header::LOCATION], "docs/");
        for absent in [
            "/docs/oauth2-redirect.html",
            "/docs/..%2fopenapi.json",
            "/docs/x",
        ] {
            assert_eq!(answer(absent).await.0, StatusCode::NOT_FOUND, "{absent}");
        }
    }

    #[tokio::test]
    async fn the_document_is_relative_to_where_the_service_is() {
        let (_, headers, body) = answer("/openapi.json").await;
        assert_eq!(headers[header::CONTENT_TYPE], "application/json");
        let document: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(document["servers"][0]["url"], "./");
    }
}
