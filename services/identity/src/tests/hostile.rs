//! Bodies that are no bodies, and texts that mean something elsewhere.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::{Identity, PASSWORD};

fn raw(path: &str, content_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path)
        .header("content-type", content_type)
        .body(body.into())
        .expect("a request")
}

#[tokio::test]
async fn what_is_no_text_is_refused_where_a_text_is_due() {
    let identity = Identity::start().await;
    identity.register("ann").await;
    let strange = [
        json!({"$ne": ""}),
        json!(["ann"]),
        json!(1),
        json!(true),
        json!({"": {"": {}}}),
    ];
    for value in strange {
        for (path, body) in [
            (
                "/api/auth/login",
                json!({"identifier": value, "password": PASSWORD}),
            ),
            (
                "/api/auth/login",
                json!({"identifier": "ann", "password": value}),
            ),
            (
                "/api/auth/register",
                json!({"email": value, "username": "bob", "password": PASSWORD}),
            ),
            (
                "/api/auth/register",
                json!({"email": "b@example.org", "username": value, "password": PASSWORD}),
            ),
            (
                "/api/auth/register",
                json!({"email": "b@example.org", "username": "bob", "password": value}),
            ),
            ("/api/auth/refresh", json!({"refresh_token": value})),
            ("/api/auth/logout", json!({"refresh_token": value})),
        ] {
            let answer = identity.post(path, body.clone()).await;
            assert_eq!(answer.problem(), (422, "invalid_body"), "{path} {body}");
        }
    }
    assert_eq!(
        identity
            .post("/api/auth/login", json!({"password": PASSWORD}))
            .await
            .problem(),
        (422, "invalid_body")
    );
    assert_eq!(
        identity
            .post("/api/auth/login", Value::Null)
            .await
            .problem(),
        (422, "invalid_body")
    );
    assert_eq!(identity.login("bob", PASSWORD).await.status, 401);
}

#[tokio::test]
async fn broken_bodies_are_refused_by_kind() {
    let identity = Identity::start().await;
    let deep = "[".repeat(10_000);
    let huge = format!(
        r#"{{"identifier":"{}","password":"x"}}"#,
        "x".repeat(20_000)
    );
    let twice = r#"{"identifier":"ann","identifier":"bob","password":"correct horse"}"#;
    for (content_type, body, problem) in [
        ("application/json", "{", (400, "malformed_json")),
        ("application/json", "\0\u{ff}", (400, "malformed_json")),
        ("application/json", deep.as_str(), (422, "invalid_body")),
        ("application/json", huge.as_str(), (413, "too_large")),
        ("application/json", twice, (422, "invalid_body")),
        (
            "text/plain",
            r#"{"identifier":"ann","password":"x"}"#,
            (415, "unsupported_media_type"),
        ),
        (
            "application/x-www-form-urlencoded",
            "identifier=ann&password=x",
            (415, "unsupported_media_type"),
        ),
    ] {
        let answer = identity
            .send(raw("/api/auth/login", content_type, body.to_owned()))
            .await;
        assert_eq!(
            answer.problem(),
            problem,
            "{content_type} {}",
            &body[..body.len().min(40)]
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let invalid_utf8 = raw(
        "/api/auth/login",
        "application/json",
        &b"{\"identifier\":\"\xff\",\"password\":\"x\"}"[..],
    );
    assert_eq!(identity.send(invalid_utf8).await.status, 400);
}

#[tokio::test]
async fn texts_that_mean_something_to_sql_or_html_are_only_texts() {
    let identity = Identity::start().await;
    identity.register("ann").await;
    for text in [
        "' or '1'='1",
        "ann'--",
        "\" or 1=1",
        "%",
        "_nn",
        "*",
        "ann\0",
        "{{7*7}}",
        "<script>",
        "аnn",
        "ａｎｎ",
        "\u{202e}nna",
        "aNn\u{200b}",
    ] {
        assert_eq!(
            identity.login(text, PASSWORD).await.problem(),
            (401, "invalid_credentials"),
            "{text:?}"
        );
        let body = json!({"email": "x@example.org", "username": text, "password": PASSWORD});
        let answer = identity.post("/api/auth/register", body).await;
        assert_eq!(
            answer.problem(),
            if text == "_nn" {
                (201, "")
            } else {
                (422, "invalid_username")
            },
            "{text:?}"
        );
    }
}

#[tokio::test]
async fn passwords_of_any_script_work_and_endless_ones_cost_nothing() {
    let identity = Identity::start().await;
    let odd = "  Пароль\0🐙\u{202e}ü  ";
    let body = json!({"email": "ann@example.org", "username": "ann", "password": odd});
    assert_eq!(identity.post("/api/auth/register", body).await.status, 201);
    assert_eq!(identity.login("ann", odd).await.status, 200);
    // The bytes count, not what they look like, and none is cut off.
    for near in [
        odd.trim(),
        "  Пароль",
        &odd.to_uppercase(),
        &format!("{odd}x"),
    ] {
        assert_eq!(identity.login("ann", near).await.status, 401, "{near:?}");
    }
    let before = identity.app.passwords.hashed();
    for account in ["ann", "nobody"] {
        assert_eq!(
            identity.login(account, &"x".repeat(257)).await.problem(),
            (401, "invalid_credentials")
        );
    }
    let body = json!({"email": "b@example.org", "username": "bob", "password": "x".repeat(257)});
    assert_eq!(
        identity.post("/api/auth/register", body).await.problem(),
        (422, "invalid_password")
    );
    assert_eq!(identity.app.passwords.hashed(), before);
}

#[tokio::test]
async fn identity_headers_from_outside_mean_nothing() {
    let identity = Identity::start().await;
    let registered = identity.register("ann").await;
    let id = registered.body["user"]["id"].as_str().unwrap();
    for path in ["/api/auth/me", "/api/auth/validate"] {
        let request = Request::get(path)
            .header("x-user-id", id)
            .header("x-username", "ann")
            .header("x-roles", "admin");
        assert_eq!(
            identity
                .send(request.body(Body::empty()).unwrap())
                .await
                .status,
            401,
            "{path}"
        );
        // A token in an address would be in logs: only sockets may have it there.
        let in_query = format!("{path}?token={}", registered.text("access_token"));
        assert_eq!(identity.get(&in_query, None).await.status, 401, "{path}");
        // A refresh token is no access token.
        assert_eq!(
            identity
                .get(path, Some(registered.text("refresh_token")))
                .await
                .status,
            401,
            "{path}"
        );
    }
}
