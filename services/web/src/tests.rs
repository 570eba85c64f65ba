use axum::{body::Body, response::Response};
use http::{Method, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;

const BUILT: Assets = Assets::Sample(&[
    ("index.html", "<html>the pages</html>"),
    ("favicon.svg", "<svg/>"),
    ("assets/index-Ab3_x-9Z.js", "run()"),
    ("assets/index-Ab3_x-9Z.js.gz", "compressed"),
]);
const NOTHING: Assets = Assets::Sample(&[]);

async fn ask(assets: Assets, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    pages(assets)
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

async fn fetch(path: &str) -> Response {
    ask(BUILT, Method::GET, path, &[]).await
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

async fn body(response: Response) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn addresses_of_the_application_get_its_first_page() {
    for path in [
        "/",
        "/login",
        "/rooms/general",
        "/rooms/v1.2",
        "/rooms/a%20b",
        "/u/ann.b",
        "/threads/019a/comments/019b",
        "/some/where",
    ] {
        let response = fetch(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(
            header(&response, "content-type"),
            "text/html; charset=utf-8",
            "{path}"
        );
        assert_eq!(header(&response, "cache-control"), "no-cache", "{path}");
        assert_eq!(body(response).await, "<html>the pages</html>", "{path}");
    }
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever() {
    let response = fetch("/assets/index-Ab3_x-9Z.js").await;
    assert_eq!(
        header(&response, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(
        header(&response, "content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(body(response).await, "run()");
    assert_eq!(
        header(&fetch("/favicon.svg").await, "cache-control"),
        "no-cache"
    );
}

#[tokio::test]
async fn a_missing_file_is_not_found() {
    for path in [
        "/assets/old-12345678.js",
        "/assets/x",
        "/robots.txt",
        "/a/b.map",
        "/.env",
    ] {
        let response = fetch(path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(header(&response, "cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn an_unknown_address_of_the_api_is_a_problem() {
    for path in ["/api/nothing", "/api", "/ws/x"] {
        let response = fetch(path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(
            header(&response, "content-type"),
            "application/problem+json",
            "{path}"
        );
        assert!(
            body(response).await.contains(r#""code":"not_found""#),
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    for path in [
        "/",
        "/assets/index-Ab3_x-9Z.js",
        "/assets/none.js",
        "/api/none",
    ] {
        let response = fetch(path).await;
        let policy = header(&response, "content-security-policy");
        assert!(policy.contains("script-src 'self';"), "{path}: {policy}");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert_eq!(
            header(&response, "x-content-type-options"),
            "nosniff",
            "{path}"
        );
        assert_eq!(
            header(&response, "referrer-policy"),
            "same-origin",
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let etag = header(&fetch("/").await, "etag").to_owned();
    assert!(etag.starts_with('"') && etag.len() == 34, "{etag}");
    for known in [
        etag.clone(),
        format!("W/{etag}"),
        format!("\"x\", {etag}"),
        "*".to_owned(),
    ] {
        let response = ask(BUILT, Method::GET, "/", &[("if-none-match", &known)]).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!(header(&response, "etag"), etag, "{known}");
        assert_eq!(body(response).await, "", "{known}");
    }
    let other = ask(BUILT, Method::GET, "/", &[("if-none-match", "\"other\"")]).await;
    assert_eq!(other.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_compressed_form_is_sent_to_those_who_take_it() {
    let path = "/assets/index-Ab3_x-9Z.js";
    for (accept, is_gzip) in [
        ("gzip, deflate, br", true),
        ("br;q=1.0, GZIP;q=0.8", true),
        ("gzip;q=0", false),
        ("br", false),
        ("", false),
    ] {
        let response = ask(BUILT, Method::GET, path, &[("accept-encoding", accept)]).await;
        assert_eq!(
            header(&response, "content-encoding") == "gzip",
            is_gzip,
            "{accept}"
        );
        assert_eq!(header(&response, "vary"), "accept-encoding", "{accept}");
        assert_eq!(
            header(&response, "content-type"),
            "text/javascript; charset=utf-8"
        );
        let expected = if is_gzip { "compressed" } else { "run()" };
        assert_eq!(body(response).await, expected, "{accept}");
    }
}

#[tokio::test]
async fn only_reading_is_allowed() {
    let response = ask(BUILT, Method::HEAD, "/", &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(body(response).await, "");
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let response = ask(BUILT, method, "/rooms/general", &[]).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(header(&response, "allow"), "GET,HEAD");
    }
}

#[tokio::test]
async fn nothing_outside_of_the_folder_is_served() {
    for path in [
        "/../Cargo.toml",
        "/assets/../../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/..%5cCargo.toml",
        "//etc/passwd",
        "/%2fetc%2fhosts.txt",
    ] {
        for assets in [BUILT, Assets::Embedded] {
            let text = body(ask(assets, Method::GET, path, &[]).await).await;
            assert!(
                !text.contains("[package]") && !text.contains("root:"),
                "{path}: {text}"
            );
        }
    }
}

#[tokio::test]
async fn says_so_when_the_pages_are_not_built() {
    let response = ask(NOTHING, Method::GET, "/", &[]).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(body(response).await.contains("npm run build"));
}
