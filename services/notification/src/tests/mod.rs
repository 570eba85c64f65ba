//! The service through its router and its consumer, on SQLite and the memory stores.

mod api;
mod fan_out;
mod forget;
mod forum;
mod groups;
mod mentions;
mod mine;
mod preferences;
mod visibility;
mod world;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header, request},
};
use chrono::{DateTime, TimeDelta};
use folkmoot_common::{
    Context,
    auth::{
        keys::KeyStore,
        token::{AUDIENCE, Claims, ISSUER},
    },
    bus::Event,
    clock::{Clock as _, ManualClock},
    config::parse_args,
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::{AppState, consumer, routes};

struct Notifications {
    state: AppState,
    router: Router,
    clock: Arc<ManualClock>,
    keys: KeyStore,
    _folder: TempDir,
}

struct Answer {
    status: StatusCode,
    link: Option<String>,
    body: Value,
}

impl Notifications {
    async fn start(mode: &str, own: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let common = [
            "--auth",
            mode,
            "--data-dir",
            folder.path().to_str().unwrap(),
        ];
        let clock = Arc::new(ManualClock::new(
            DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
        ));
        let keys = KeyStore::open(folder.path().join("keys"), clock.clone()).unwrap();
        let settings = parse_args(&common).unwrap();
        let ctx = Context::with_clock(settings, CancellationToken::new(), clock.clone())
            .await
            .unwrap();
        let state = crate::open(&ctx, &parse_args(own).unwrap()).await.unwrap();
        let (router, _) = routes::router(state.clone());
        Self {
            state,
            router,
            clock,
            keys,
            _folder: folder,
        }
    }

    async fn open() -> Self {
        Self::start("open", &[]).await
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
        self.send(method, path, body).await
    }

    async fn send(&self, method: Method, path: &str, body: Body) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json");
        self.answer(request, body).await
    }

    /// A call with a token of `user_id`, who goes by their id.
    async fn call_as(
        &self,
        (user_id, roles): (&str, &[&str]),
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let now = self.clock.now().timestamp();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user_id.to_owned(),
            name: user_id.to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            sid: None,
            jti: None,
            iat: now,
            nbf: None,
            exp: now + 900,
        };
        let token = format!("Bearer {}", self.keys.sign(&claims).unwrap());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, token);
        let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
        self.answer(request, body).await
    }

    async fn answer(&self, request: request::Builder, body: Body) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
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
        let answer = self.call(Method::GET, path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }

    async fn post(&self, user_id: &str, title: &str) -> Value {
        let new = json!({"user_id": user_id, "title": title});
        let answer = self.call(Method::POST, "/notifications", Some(new)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body
    }

    async fn titles(&self, path: &str) -> Vec<String> {
        let list = self.get(path).await;
        list.as_array()
            .unwrap()
            .iter()
            .map(|one| one["title"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn unread(&self, user_id: &str) -> i64 {
        self.get(&format!("/notifications/{user_id}/unread-count"))
            .await["unread_count"]
            .as_i64()
            .unwrap()
    }

    /// An event of now; handing it over again is a second delivery.
    fn event(&self, r#type: &str, data: Value) -> Event {
        Event {
            specversion: "1.0".to_owned(),
            id: self.state.ctx.ids.next(),
            source: "test".to_owned(),
            r#type: r#type.to_owned(),
            time: self.clock.now(),
            data,
        }
    }

    async fn handle(&self, event: &Event) {
        consumer::handle(&self.state, event).await.unwrap();
    }

    async fn registered(&self, user_id: &str, username: &str) {
        let data =
            json!({"user_id": user_id, "username": username, "registered_at": self.clock.now()});
        self.handle(&self.event("identity.user.registered", data))
            .await;
    }

    async fn seen(&self, user_id: &str, username: &str) {
        let data = json!({"user_id": user_id, "username": username, "seen_at": self.clock.now()});
        self.handle(&self.event("chat.participant.seen", data))
            .await;
    }

    fn mention(&self, author_id: &str, usernames: &[&str]) -> Event {
        let data = json!({
            "message_id": self.state.ctx.ids.next(),
            "room_id": "general",
            "room_name": "General",
            "author_id": author_id,
            "author_name": "Eve",
            "excerpt": "look at this",
            "usernames": usernames,
            "sent_at": self.clock.now(),
        });
        self.event("chat.message.mentioned", data)
    }

    fn wait(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }
}
