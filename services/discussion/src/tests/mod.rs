//! The service through its router and its consumers, on SQLite and the memory stores. `tests/it/discussion` has what needs
//! other services or runs on PostgreSQL too.

mod attachments;
mod audit;
mod authorisation;
mod bodies;
mod comments;
mod events;
mod members;
mod threads;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
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
    db::sqlx,
    with_reader,
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::{AppState, members as directory, routes};

/// A running service with a clock of the test's. Nothing is told and nothing is folded but when the test says so.
pub(crate) struct Discussion {
    pub(crate) state: AppState,
    pub(crate) clock: Arc<ManualClock>,
    router: Router,
    keys: KeyStore,
    _folder: TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// Status and stable code.
    pub(crate) fn problem(&self) -> (u16, &str) {
        (
            self.status.as_u16(),
            self.body["code"].as_str().unwrap_or_default(),
        )
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// The query of the next page.
    pub(crate) fn next(&self) -> Option<String> {
        let link = self.headers.get(header::LINK)?.to_str().unwrap();
        let query = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
        Some(query.to_owned())
    }
}

/// Somebody, or nobody.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub(crate) token: Option<String>,
}

impl Discussion {
    pub(crate) async fn start() -> Self {
        Self::with(
            &[],
            &[
                "--threads-per-hour",
                "0",
                "--comments-per-minute",
                "0",
                "--edits-per-minute",
                "0",
                "--likes-per-minute",
                "0",
                "--actions-per-minute",
                "0",
            ],
        )
        .await
    }

    pub(crate) async fn with(shared: &[&str], own: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().to_str().unwrap().to_owned();
        let shared = [&["--data-dir", &data_dir], shared].concat();
        let clock = Arc::new(ManualClock::new(
            DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
        ));
        let keys = KeyStore::open(folder.path().join("keys"), clock.clone()).unwrap();
        let mut settings: folkmoot_common::config::Settings = parse_args(&shared).unwrap();
        // Servers that the environment of the tests names are not theirs.
        (settings.database_url, settings.redis_url, settings.nats_url) = (None, None, None);
        let ctx = Context::with_clock(settings, CancellationToken::new(), clock.clone())
            .await
            .unwrap();
        let state = crate::open(&ctx, &parse_args(own).unwrap()).await.unwrap();
        let (router, _) = routes::router(state.clone());
        Self {
            state,
            clock,
            router,
            keys,
            _folder: folder,
        }
    }

    /// Somebody with roles, whom no event has told of.
    pub(crate) fn person(&self, name: &str, roles: &[&str]) -> Person {
        let now = self.clock.now().timestamp();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: format!("id-{name}"),
            name: name.to_owned(),
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
            sid: None,
            jti: None,
            iat: now,
            nbf: None,
            exp: now + 900_000,
        };
        Person {
            token: Some(self.keys.sign(&claims).unwrap()),
        }
    }

    pub(crate) fn member(&self, name: &str) -> Person {
        self.person(name, &["member"])
    }

    pub(crate) async fn call(
        &self,
        who: &Person,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(path);
        if let Some(token) = &who.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = match body {
            None => request.body(Body::empty()),
            Some(body) => {
                let body = body.to_string();
                request
                    .header(header::CONTENT_TYPE, "application/json")
                    .header(header::CONTENT_LENGTH, body.len())
                    .body(Body::from(body))
            }
        };
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    pub(crate) async fn get(&self, who: &Person, path: &str) -> Answer {
        self.call(who, "GET", path, None).await
    }

    pub(crate) async fn post(&self, who: &Person, path: &str, body: Value) -> Answer {
        self.call(who, "POST", path, Some(body)).await
    }

    pub(crate) async fn put(&self, who: &Person, path: &str, body: Value) -> Answer {
        self.call(who, "PUT", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, who: &Person, path: &str) -> Answer {
        self.call(who, "DELETE", path, None).await
    }

    /// Opens a thread in `general`; gives its id.
    pub(crate) async fn thread(&self, who: &Person, title: &str) -> String {
        self.thread_in(who, title, "general").await
    }

    pub(crate) async fn thread_in(&self, who: &Person, title: &str, category: &str) -> String {
        self.tick();
        let new = json!({"title": title, "body": "Some words.", "category": category});
        let thread = self.post(who, "/api/threads", new).await.expect(201);
        thread["id"].as_str().unwrap().to_owned()
    }

    /// Writes a comment; gives its id.
    pub(crate) async fn comment(
        &self,
        who: &Person,
        thread: &str,
        body: &str,
        parent: Option<&str>,
    ) -> String {
        self.tick();
        let mut new = json!({"body": body});
        if let Some(parent) = parent {
            new["parent_id"] = json!(parent);
        }
        let comment = self
            .post(who, &format!("/api/threads/{thread}/comments"), new)
            .await;
        comment.expect(201)["id"].as_str().unwrap().to_owned()
    }

    /// Makes a category; gives its slug.
    pub(crate) async fn category(
        &self,
        slug: &str,
        read_role: Option<&str>,
        post_role: Option<&str>,
    ) -> String {
        let admin = self.person("root", &["admin"]);
        let new =
            json!({"slug": slug, "name": slug, "read_role": read_role, "post_role": post_role});
        self.post(&admin, "/api/categories", new).await.expect(201);
        slug.to_owned()
    }

    /// Time passes, so that what comes next is later.
    pub(crate) fn tick(&self) {
        self.clock.advance(TimeDelta::milliseconds(1));
    }

    pub(crate) async fn fold(&self) -> usize {
        self.state.store.fold_counters().await.unwrap()
    }

    /// All events that are waiting to be told, the oldest first.
    pub(crate) async fn events(&self) -> Vec<Event> {
        let payloads: Vec<String> = with_reader!(&self.state.store.db, db => {
            sqlx::query_scalar("select payload from outbox order by id").fetch_all(db).await
        })
        .unwrap();
        payloads
            .iter()
            .map(|payload| serde_json::from_str(payload).unwrap())
            .collect()
    }

    /// An event of now; handing it over again is a second delivery.
    pub(crate) fn event(&self, r#type: &str, data: Value) -> Event {
        Event {
            specversion: "1.0".to_owned(),
            id: self.state.ctx.ids.next(),
            source: "test".to_owned(),
            r#type: r#type.to_owned(),
            time: self.clock.now(),
            data,
        }
    }

    pub(crate) async fn hear(&self, r#type: &str, data: Value) {
        let event = self.event(r#type, data);
        directory::handle(&self.state, &event).await.unwrap();
        directory::handle(&self.state, &event).await.unwrap();
    }
}

pub(crate) fn nobody() -> Person {
    Person::default()
}

/// A field of each.
pub(crate) fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one[field].as_str().unwrap_or_default())
        .collect()
}
