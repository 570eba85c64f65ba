//! The service through its router, on the memory store.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use chrono::{DateTime, TimeDelta};
use folkmoot_common::{
    Context,
    auth::keys::KeyStore,
    clock::{Clock as _, ManualClock},
    config::parse_args,
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

struct Presence {
    router: Router,
    clock: Arc<ManualClock>,
    _folder: TempDir,
}

struct Answer {
    status: StatusCode,
    link: Option<String>,
    body: Value,
}

impl Presence {
    async fn start(args: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut common = vec!["--data-dir", folder.path().to_str().unwrap()];
        common.extend(args);
        let clock = Arc::new(ManualClock::new(
            DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
        ));
        KeyStore::open(folder.path().join("keys"), clock.clone()).unwrap();
        let settings = parse_args(&common).unwrap();
        let ctx = Context::with_clock(settings, CancellationToken::new(), clock.clone())
            .await
            .unwrap();
        let service = crate::start(&ctx, &parse_args(&[]).unwrap()).await.unwrap();
        Self {
            router: service.router,
            clock,
            _folder: folder,
        }
    }

    async fn open() -> Self {
        Self::start(&["--auth", "open"]).await
    }

    async fn call(&self, method: Method, path: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            link: parts
                .headers
                .get(header::LINK)
                .map(|link| link.to_str().unwrap().to_owned()),
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.call(Method::GET, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }

    async fn post(&self, path: &str) -> Value {
        let answer = self.call(Method::POST, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }

    fn wait(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|user| user["user_id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn somebody_is_online_for_thirty_seconds_after_a_heartbeat() {
    let presence = Presence::open().await;
    let beat = presence.post("/presence/ann/heartbeat?username=Ann").await;
    let expected = json!({"user_id": "ann", "username": "Ann", "status": "online", "last_seen": presence.clock.now()});
    assert_eq!(beat, expected);
    presence.wait(29);
    assert_eq!(presence.get("/presence/ann").await, expected);
    assert_eq!(presence.get("/presence").await, json!([expected]));
    presence.wait(1);
    assert_eq!(
        presence.get("/presence/ann").await,
        json!({"user_id": "ann", "status": "offline"})
    );
    assert_eq!(presence.get("/presence").await, json!([]));
}

#[tokio::test]
async fn a_heartbeat_starts_the_thirty_seconds_again_and_a_delete_ends_them() {
    let presence = Presence::open().await;
    presence.post("/presence/ann/heartbeat").await;
    presence.wait(20);
    presence
        .post("/presence/ann/heartbeat?username=Annie")
        .await;
    presence.wait(20);
    assert_eq!(presence.get("/presence/ann").await["username"], "Annie");
    for _ in 0..2 {
        let left = presence.call(Method::DELETE, "/presence/ann").await;
        assert_eq!(
            (left.status, left.body),
            (
                StatusCode::OK,
                json!({"user_id": "ann", "status": "offline"})
            )
        );
    }
    assert_eq!(presence.get("/presence").await, json!([]));
}

#[tokio::test]
async fn typing_is_of_one_room_and_ends_after_five_seconds() {
    let presence = Presence::open().await;
    presence
        .post("/presence/ann/typing?room_id=general&username=Ann")
        .await;
    presence
        .post("/presence/bob/typing?room_id=general&username=Bob")
        .await;
    presence.post("/presence/eve/typing?room_id=other").await;
    let typists = presence.get("/presence/rooms/general/typing").await;
    assert_eq!(
        typists,
        json!([{"user_id": "ann", "username": "Ann"}, {"user_id": "bob", "username": "Bob"}])
    );
    presence
        .call(Method::DELETE, "/presence/ann/typing?room_id=general")
        .await;
    assert_eq!(
        ids(&presence.get("/presence/rooms/general/typing").await),
        ["bob"]
    );
    presence.wait(5);
    assert_eq!(
        presence.get("/presence/rooms/general/typing").await,
        json!([])
    );
    assert_eq!(
        presence.get("/presence").await,
        json!([]),
        "who types is not thereby online"
    );
}

#[tokio::test]
async fn everybody_is_listed_once_over_the_pages() {
    let presence = Presence::open().await;
    for user in 0..450 {
        presence
            .post(&format!("/presence/user{user:03}/heartbeat"))
            .await;
    }
    let (mut path, mut seen) = ("/presence".to_owned(), Vec::new());
    loop {
        let page = presence.call(Method::GET, &path).await;
        seen.extend(ids(&page.body).into_iter().map(str::to_owned));
        let Some(link) = page.link else { break };
        let query = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
        path = format!("/presence{query}");
    }
    let everybody: Vec<_> = (0..450).map(|user| format!("user{user:03}")).collect();
    assert_eq!(seen, everybody);
    assert_eq!(
        presence
            .get("/presence?limit=7")
            .await
            .as_array()
            .unwrap()
            .len(),
        7
    );
}

#[tokio::test]
async fn what_may_not_be_a_name_or_a_limit_is_refused() {
    let presence = Presence::open().await;
    let long = "x".repeat(10_000);
    for (method, path, code) in [
        (
            Method::POST,
            "/presence/a%2Fb/heartbeat".to_owned(),
            "invalid_id",
        ),
        (
            Method::POST,
            "/presence/..%2F/heartbeat".to_owned(),
            "invalid_id",
        ),
        (
            Method::POST,
            "/presence/%2e%2e/heartbeat".to_owned(),
            "invalid_id",
        ),
        (
            Method::POST,
            "/presence/a%0Ab/heartbeat".to_owned(),
            "invalid_id",
        ),
        (
            Method::POST,
            format!("/presence/{long}/heartbeat"),
            "invalid_id",
        ),
        (
            Method::POST,
            "/presence/%ff/heartbeat".to_owned(),
            "invalid_path",
        ),
        (
            Method::POST,
            "/presence/ann/heartbeat?username=a%00b".to_owned(),
            "invalid_username",
        ),
        (
            Method::POST,
            "/presence/ann/heartbeat?username=%E2%80%AEnna".to_owned(),
            "invalid_username",
        ),
        (
            Method::POST,
            format!("/presence/ann/heartbeat?username={long}"),
            "invalid_username",
        ),
        (
            Method::POST,
            "/presence/ann/typing".to_owned(),
            "invalid_query",
        ),
        (
            Method::POST,
            "/presence/ann/typing?room_id=".to_owned(),
            "invalid_id",
        ),
        (
            Method::POST,
            "/presence/ann/typing?room_id=a%7Db".to_owned(),
            "invalid_id",
        ),
        (Method::DELETE, "/presence/a%20b".to_owned(), "invalid_id"),
        (Method::GET, "/presence/a%20b".to_owned(), "invalid_id"),
        (
            Method::GET,
            "/presence/rooms/a%2Fb/typing".to_owned(),
            "invalid_id",
        ),
        (
            Method::GET,
            "/presence?limit=-1".to_owned(),
            "invalid_limit",
        ),
        (
            Method::GET,
            "/presence?limit=1e9".to_owned(),
            "invalid_limit",
        ),
        (
            Method::GET,
            "/presence?limit=1000000000".to_owned(),
            "invalid_limit",
        ),
        (Method::GET, "/presence?after=%00".to_owned(), "invalid_id"),
    ] {
        let answer = presence.call(method, &path).await;
        assert_eq!(answer.body["code"], code, "{path}");
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(
        presence.get("/presence").await,
        json!([]),
        "nothing of it is kept"
    );
}

#[tokio::test]
async fn too_many_heartbeats_of_one_user_are_refused_and_nobody_elses() {
    let presence = Presence::open().await;
    for _ in 0..60 {
        presence.post("/presence/ann/heartbeat").await;
    }
    let refused = presence.call(Method::POST, "/presence/ann/heartbeat").await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (StatusCode::TOO_MANY_REQUESTS, &json!("rate_limited"))
    );
    presence.post("/presence/bob/heartbeat").await;
    presence.wait(1);
    presence.post("/presence/ann/heartbeat").await;
}

#[tokio::test]
async fn without_a_token_nothing_is_told_or_taken_unless_the_mode_is_open() {
    let presence = Presence::start(&[]).await;
    for (method, path) in [
        (Method::POST, "/presence/ann/heartbeat?username=Ann"),
        (Method::GET, "/presence"),
        (Method::GET, "/presence/ann"),
        (Method::DELETE, "/presence/ann"),
        (Method::POST, "/presence/ann/typing?room_id=general"),
        (Method::DELETE, "/presence/ann/typing?room_id=general"),
        (Method::GET, "/presence/rooms/general/typing"),
    ] {
        let answer = presence.call(method, path).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (StatusCode::UNAUTHORIZED, &json!("unauthorized")),
            "{path}"
        );
    }
    assert_eq!(
        presence.get("/health").await,
        json!({"status": "ok", "service": "presence"})
    );
}
