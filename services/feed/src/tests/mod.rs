//! The service through its router and its consumer, on SQLite and the memory stores.

mod events;
mod home;
mod live;
mod private;
mod streams;

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{
    Context,
    auth::{
        Principal,
        keys::KeyStore,
        token::{AUDIENCE, Claims, ISSUER},
    },
    bus::Event,
    clock::{Clock as _, ManualClock},
    config::parse_args,
    events::discussion::ThreadChanged,
};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::{AppState, consumer, policy::Reader, routes};

/// A category that everybody may read, unless a test says otherwise.
const GENERAL: Uuid = Uuid::from_u128(1);

struct Feed {
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

/// Somebody with a token.
#[derive(Debug, Clone)]
struct Member {
    id: String,
    token: String,
    principal: Principal,
}

impl Feed {
    async fn start(own: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().to_str().unwrap();
        let clock = Arc::new(ManualClock::new(
            DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
        ));
        let keys = KeyStore::open(folder.path().join("keys"), clock.clone()).unwrap();
        let settings = parse_args(&["--data-dir", data_dir]).unwrap();
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

    /// Somebody with these roles, of whom identity has told.
    async fn member(&self, id: &str, roles: &[&str]) -> Member {
        let now = self.clock.now();
        self.tell(
            "identity.user.registered",
            &json!({"user_id": id, "username": id, "registered_at": now}),
        )
        .await;
        self.stranger(id, roles)
    }

    /// Somebody of whom identity has not told.
    fn stranger(&self, id: &str, roles: &[&str]) -> Member {
        let roles: Vec<String> = roles.iter().map(|&role| role.to_owned()).collect();
        let now = self.clock.now().timestamp();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: id.to_owned(),
            name: id.to_owned(),
            roles: roles.clone(),
            sid: None,
            jti: None,
            iat: now,
            nbf: None,
            exp: now + 900,
        };
        Member {
            id: id.to_owned(),
            token: self.keys.sign(&claims).unwrap(),
            principal: Principal {
                user_id: id.to_owned(),
                username: id.to_owned(),
                roles,
                session_id: None,
                issued_at: None,
                expires_at: None,
            },
        }
    }

    async fn call(&self, path: &str, member: Option<&Member>) -> Answer {
        let mut request = Request::builder().method(Method::GET).uri(path);
        if let Some(member) = member {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", member.token));
        }
        let request = request.body(Body::empty()).unwrap();
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

    async fn get(&self, path: &str, member: Option<&Member>) -> Value {
        let answer = self.call(path, member).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }

    async fn titles(&self, path: &str, member: Option<&Member>) -> Vec<String> {
        titles(&self.get(path, member).await)
    }

    async fn stream(&self, member: Option<&Member>) -> Vec<String> {
        self.titles("/api/activity-stream?limit=100", member).await
    }

    async fn home(&self, member: &Member) -> Vec<String> {
        self.titles("/api/feed?limit=200", Some(member)).await
    }

    /// All of a home feed, page by page.
    async fn whole_home(&self, member: &Member, limit: u32) -> Vec<String> {
        let mut found = Vec::new();
        let mut query = format!("?limit={limit}");
        loop {
            let answer = self.call(&format!("/api/feed{query}"), Some(member)).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            let page = titles(&answer.body);
            let is_full = page.len() == limit as usize;
            found.extend(page);
            let Some(link) = answer.link else {
                return found;
            };
            assert!(is_full, "only the last page may be short");
            query = link[1..link.find('>').unwrap()].to_owned();
        }
    }

    /// What the tables say, without any timeline.
    async fn true_home(&self, member: &Member) -> Vec<String> {
        let reader = Reader::new(Some(member.principal.clone()));
        let rows = self.state.store.home(&reader, None, 10_000).await.unwrap();
        rows.into_iter().map(|row| row.title).collect()
    }

    /// An event of now; handing it over again is a second delivery.
    fn event(&self, r#type: &str, data: &impl Serialize) -> Event {
        Event {
            specversion: "1.0".to_owned(),
            id: self.state.ctx.ids.next(),
            source: "test".to_owned(),
            r#type: r#type.to_owned(),
            time: self.clock.now(),
            data: serde_json::to_value(data).unwrap(),
        }
    }

    async fn handle(&self, event: &Event) {
        consumer::handle(&self.state, event).await.unwrap();
    }

    /// Tells something a moment later than all before.
    async fn tell(&self, r#type: &str, data: &impl Serialize) {
        self.handle(&self.event(r#type, data)).await;
        self.wait(TimeDelta::milliseconds(1));
    }

    fn wait(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    fn thread(&self, author: &str, title: &str) -> ThreadChanged {
        let now = self.clock.now();
        ThreadChanged {
            thread_id: self.state.ctx.ids.next(),
            category_id: GENERAL,
            read_role: None,
            author_id: author.to_owned(),
            author_name: author.to_owned(),
            title: title.to_owned(),
            excerpt: format!("about {title}"),
            tags: vec!["test".to_owned()],
            mentions: BTreeSet::new(),
            created_at: now,
            changed_at: now,
        }
    }

    async fn open(&self, author: &str, title: &str) -> ThreadChanged {
        let thread = self.thread(author, title);
        self.tell("discussion.thread.created", &thread).await;
        thread
    }

    async fn delete(&self, thread: &ThreadChanged) {
        let data = json!({
            "thread_id": thread.thread_id, "author_id": thread.author_id, "deleted_at": self.clock.now(),
        });
        self.tell("discussion.thread.deleted", &data).await;
    }

    async fn change(&self, thread: &mut ThreadChanged) {
        thread.changed_at = self.clock.now();
        self.tell("discussion.thread.updated", thread).await;
    }

    async fn category(&self, id: Uuid, read_role: Option<&str>) {
        let data =
            json!({"category_id": id, "read_role": read_role, "changed_at": self.clock.now()});
        self.tell("discussion.category.changed", &data).await;
    }

    /// `what` is for example `follow.created`.
    async fn relate(&self, what: &str, user: &str, target: &str) {
        let data = relation(user, target, self.clock.now());
        self.tell(&format!("identity.{what}"), &data).await;
    }

    /// Waits until what is being made in the background is made.
    async fn settle(&self) {
        let busy = || !self.state.views.is_idle();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while busy() {
            assert!(std::time::Instant::now() < deadline, "views are not made");
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    /// Reads until everything comes from timelines.
    async fn warm(&self, members: &[&Member]) {
        for member in members {
            for _ in 0..3 {
                self.home(member).await;
                self.stream(Some(member)).await;
                self.settle().await;
            }
        }
        self.stream(None).await;
        self.settle().await;
    }
}

fn relation(user: &str, target: &str, at: DateTime<Utc>) -> Value {
    json!({"user_id": user, "username": user, "target_id": target, "changed_at": at})
}

fn titles(list: &Value) -> Vec<String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one["title"].as_str().unwrap().to_owned())
        .collect()
}
