//! A forum for the tests of discussions: the one service, and people with tokens.

use folkmoot_common::{ServiceName, objects::Objects};
use folkmoot_tests::app::{Answer, Backends, Member, Site, Socket, Stores, TestApp, send};
use reqwest::{Method, multipart};
use serde_json::{Value, json};

/// The role that the private category of [`Forum::with_private`] needs.
pub(super) const STAFF: &str = "staff";
/// Its slug.
pub(super) const PRIVATE: &str = "staff-room";
/// A picture by its first bytes.
pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

pub(super) struct Forum {
    pub(super) app: TestApp,
    pub(super) admin: Member,
    pub(super) moderator: Member,
}

impl Forum {
    pub(super) async fn start(backends: Backends) -> Self {
        Self::on(Stores::new(backends).await, &[]).await
    }

    pub(super) async fn on(stores: Stores, settings: &[(&str, &str)]) -> Self {
        // Tokens can only be believed where keys are: identity makes them, which does not run here.
        drop(stores.issuer());
        let mut builder = TestApp::embedded()
            .stores(&stores)
            .services(&[ServiceName::Discussion])
            .set("THREADS_PER_HOUR", "0")
            .set("COMMENTS_PER_MINUTE", "0")
            .set("EDITS_PER_MINUTE", "0")
            .set("LIKES_PER_MINUTE", "0")
            .set("ACTIONS_PER_MINUTE", "0");
        for (name, value) in settings {
            builder = builder.set(name, value);
        }
        let app = builder.start().await;
        let admin = stores.member_with_roles(app.site(), "ada", &["member", "admin"]);
        let moderator = stores.member_with_roles(app.site(), "mod", &["member", "moderator"]);
        Self {
            app,
            admin,
            moderator,
        }
    }

    /// One with a category that only [`STAFF`] reads.
    pub(super) async fn with_private(backends: Backends) -> Self {
        let forum = Self::start(backends).await;
        forum.category(PRIVATE, Some(STAFF)).await;
        forum
    }

    pub(super) fn site(&self) -> &Site {
        self.app.site()
    }

    pub(super) fn member(&self, username: &str) -> Member {
        self.app.member(username)
    }

    pub(super) fn staff(&self, username: &str) -> Member {
        self.with_roles(username, &["member", STAFF])
    }

    pub(super) fn with_roles(&self, username: &str, roles: &[&str]) -> Member {
        self.app
            .stores
            .member_with_roles(self.site(), username, roles)
    }

    pub(super) async fn category(&self, slug: &str, read_role: Option<&str>) -> Value {
        let new = json!({"slug": slug, "name": slug, "read_role": read_role});
        self.admin.post("/api/categories", &new).await.expect(201)
    }

    pub(super) async fn objects(&self) -> usize {
        use futures_util::TryStreamExt as _;
        let objects = self.object_store().await;
        let keys: Vec<String> = objects.list("attachments").try_collect().await.unwrap();
        keys.len()
    }

    async fn object_store(&self) -> Objects {
        let stores = &self.app.stores;
        let words = stores
            .variables()
            .into_iter()
            .map(|(name, value)| format!("--{}={value}", name.to_lowercase().replace('_', "-")))
            .collect::<Vec<_>>();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut settings: folkmoot_common::config::Settings =
            folkmoot_common::config::parse_args(&words).unwrap();
        settings.object_store_url = settings
            .object_store_url
            .take()
            .filter(|_| stores.bucket.is_some());
        Objects::open(&settings, &folkmoot_common::health::Health::default())
            .await
            .unwrap()
    }
}

pub(super) async fn thread(by: &Member, title: &str, body: &str) -> Value {
    thread_in(by, title, body, "general").await
}

pub(super) async fn thread_in(by: &Member, title: &str, body: &str, category: &str) -> Value {
    let new = json!({"title": title, "body": body, "category": category, "tags": ["stones"]});
    by.post("/api/threads", &new).await.expect(201)
}

pub(super) async fn comment(by: &Member, thread: &Value, body: &str) -> Value {
    let path = format!("/api/threads/{}/comments", id(thread));
    by.post(&path, &json!({"body": body})).await.expect(201)
}

pub(super) fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

pub(super) async fn put(by: &Member, path: &str, body: &Value) -> Answer {
    send(by.request(Method::PUT, path).json(body)).await
}

pub(super) async fn put_empty(by: &Member, path: &str) -> Answer {
    send(by.request(Method::PUT, path)).await
}

/// A form of texts and of files: field, name, content.
pub(super) fn form(texts: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> multipart::Form {
    let mut form = multipart::Form::new();
    for (name, value) in texts {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    for (field, filename, content) in files {
        let part = multipart::Part::bytes(content.to_vec())
            .file_name((*filename).to_owned())
            .mime_str("text/html")
            .unwrap();
        form = form.part((*field).to_owned(), part);
    }
    form
}

pub(super) async fn post_form(by: &Member, path: &str, form: multipart::Form) -> Answer {
    send(by.request(Method::POST, path).multipart(form)).await
}

pub(super) async fn socket(by: &Member, thread: &Value) -> Socket {
    let mut socket = Socket::open(&socket_url(by, id(thread))).await.unwrap();
    socket.expect("joined").await;
    socket
}

/// The address of a thread's socket for somebody, or for nobody without a token.
pub(super) fn socket_url(by: &Member, thread_id: &str) -> String {
    let request = by.request(Method::GET, &format!("/ws/threads/{thread_id}"));
    let url = request
        .build()
        .unwrap()
        .url()
        .to_string()
        .replacen("http", "ws", 1);
    match &by.token {
        Some(token) => format!("{url}?token={token}"),
        None => url,
    }
}

/// All items of a list, page by page.
pub(super) async fn all(by: &Member, first: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut path = first.to_owned();
    let base = first.split('?').next().unwrap().to_owned();
    loop {
        let answer = by.get(&path).await;
        let page = answer.expect(200);
        items.extend(page.as_array().unwrap().iter().cloned());
        match answer.next_page() {
            Some(next) => path = format!("{base}{next}"),
            None => return items,
        }
        assert!(items.len() < 10_000, "{first} has no end");
    }
}
