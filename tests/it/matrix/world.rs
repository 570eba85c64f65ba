//! The people and things of the table.

use folkmoot_tests::{
    app::{Member, PASSWORD, Site, TestApp, send},
    wait,
};
use reqwest::{Method, multipart};
use serde_json::{Value, json};

use super::table::Thing;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

/// Everybody in the table, with tokens that say what they may do.
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) member: Member,
    pub(super) author: Member,
    pub(super) moderator: Member,
    pub(super) admin: Member,
    pub(super) stranger: Member,
    /// An account that everybody may follow, block or ban.
    other: Member,
    count: std::cell::Cell<u32>,
}

impl World {
    pub(super) async fn new() -> Self {
        let app = TestApp::embedded()
            .set("THREADS_PER_HOUR", "0")
            .set("COMMENTS_PER_MINUTE", "0")
            .set("EDITS_PER_MINUTE", "0")
            .set("LIKES_PER_MINUTE", "0")
            .set("ACTIONS_PER_MINUTE", "0")
            .start()
            .await;
        let admin = app.admin().await;
        for role in ["staff", "guest"] {
            let new = json!({"name": role, "description": ""});
            admin.post("/api/users/roles", &new).await.expect(201);
        }
        Self {
            stranger: app.register("stranger").await,
            other: app.register("other").await,
            member: person(&app, &admin, "reader", &["staff"]).await,
            author: person(&app, &admin, "author", &["staff"]).await,
            moderator: person(&app, &admin, "warden", &["staff", "moderator"]).await,
            admin,
            app,
            count: std::cell::Cell::new(0),
        }
    }

    fn fresh(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("thing-{}", self.count.get())
    }

    /// Somebody with the author's things who has been banned since.
    pub(super) async fn ban(&self, name: &str) -> Member {
        let banned = person(&self.app, &self.admin, name, &["staff"]).await;
        let path = format!("/api/users/{}/ban", banned.user_id);
        send(
            self.admin
                .request(Method::POST, &path)
                .json(&json!({"reason": "spam"})),
        )
        .await
        .expect(200);
        banned
    }

    /// Makes the thing that a row is about, and fills its route and body.
    pub(super) async fn fill(&self, thing: Thing, route: &str, body: &str) -> (String, String) {
        let values = self.make(thing).await;
        let fresh = self.fresh();
        let fill = |text: &str| {
            let text = values.iter().fold(text.to_owned(), |text, (name, value)| {
                text.replace(&format!("{{{name}}}"), value)
            });
            text.replace("{fresh}", &fresh)
        };
        (fill(route), fill(body))
    }

    async fn make(&self, thing: Thing) -> Vec<(&'static str, String)> {
        match thing {
            Thing::Nothing => Vec::new(),
            Thing::Thread => vec![("id", self.thread().await)],
            Thing::DeletedThread => {
                let thread = self.thread().await;
                self.author.delete(&format!("/api/threads/{thread}")).await;
                vec![("id", thread)]
            }
            Thing::Comment => vec![("id", self.comment().await)],
            Thing::DeletedComment => {
                let comment = self.comment().await;
                self.author
                    .delete(&format!("/api/comments/{comment}"))
                    .await;
                vec![("id", comment)]
            }
            Thing::Attachment => {
                let thread = self.thread().await;
                let path = format!("/api/threads/{thread}/attachments");
                let answer = send(
                    self.author
                        .request(Method::POST, &path)
                        .multipart(picture("files")),
                )
                .await;
                let attached = answer.json();
                assert!(answer.status.is_success(), "{attached}");
                let attachments = attached.get("attachments").unwrap_or(&attached);
                vec![
                    ("id", thread),
                    ("attachment_id", text(&attachments[0]["id"])),
                ]
            }
            Thing::Report => {
                let thread = self.thread().await;
                let path = format!("/api/threads/{thread}/report");
                let report = self.member.post(&path, &json!({"reason": "R"})).await;
                vec![("id", text(&report.json()["id"]))]
            }
            Thing::Category => {
                let slug = self.fresh();
                self.category(&slug).await;
                vec![("slug", slug)]
            }
            Thing::Account => vec![("id", self.app.register(&self.fresh()).await.user_id)],
            Thing::Banned => vec![("id", self.ban(&self.fresh()).await.user_id)],
            Thing::Author => vec![
                ("id", self.author.user_id.clone()),
                ("user_id", self.author.user_id.clone()),
            ],
            Thing::Role => vec![
                ("id", self.other.user_id.clone()),
                ("role", "guest".to_owned()),
            ],
            Thing::Session => {
                self.app.log_in("author").await;
                let sessions = self.author.get("/api/auth/sessions").await.expect(200);
                let other = sessions
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|session| session["current"] == false);
                vec![("id", text(&other.expect("another session")["id"]))]
            }
            Thing::Notification => {
                let new = json!({"user_id": self.author.user_id, "title": "T"});
                let made = self
                    .author
                    .post("/api/notifications", &new)
                    .await
                    .expect(201);
                vec![("id", text(&made["id"]))]
            }
            Thing::File => {
                let answer = send(
                    self.author
                        .request(Method::POST, "/api/files/upload")
                        .multipart(picture("file")),
                )
                .await;
                let file = answer.json();
                vec![(
                    "file_id",
                    text(file.get("id").or(file.get("file_id")).unwrap_or(&file)),
                )]
            }
            Thing::Room => {
                let room = self.fresh();
                self.author
                    .post("/api/chat/rooms", &json!({"id": room}))
                    .await
                    .expect(201);
                vec![("room_id", room)]
            }
            Thing::Export => vec![
                ("id", self.export().await),
                ("service", "identity".to_owned()),
            ],
        }
    }

    async fn category(&self, slug: &str) {
        let new = json!({"slug": slug, "name": slug, "read_role": "staff"});
        self.admin.post("/api/categories", &new).await.expect(201);
    }

    async fn thread(&self) -> String {
        if self.app.site().get("/api/categories/private").await.status == 404
            && self.admin.get("/api/categories/private").await.status == 404
        {
            self.category("private").await;
        }
        let new = json!({"title": "Private", "body": "Only for staff.", "category": "private"});
        text(&self.author.post("/api/threads", &new).await.expect(201)["id"])
    }

    async fn comment(&self) -> String {
        let path = format!("/api/threads/{}/comments", self.thread().await);
        text(
            &self
                .author
                .post(&path, &json!({"body": "A comment."}))
                .await
                .expect(201)["id"],
        )
    }

    /// The author's whole export; there is one at a time.
    async fn export(&self) -> String {
        let exports = self.author.get("/api/users/me/exports").await.expect(200);
        let id = match exports.as_array().and_then(|exports| exports.first()) {
            Some(export) => text(&export["id"]),
            None => text(&self.author.post_empty("/api/users/me/exports").await.json()["id"]),
        };
        let part = format!("/api/users/me/exports/{id}/identity");
        wait::until("identity's part is written", async || {
            (self.author.get(&part).await.status == 200).then_some(())
        })
        .await;
        id
    }
}

/// A form with a picture.
pub(super) fn picture(field: &'static str) -> multipart::Form {
    let part = multipart::Part::bytes(PNG).file_name("stone.png");
    multipart::Form::new().part(field, part)
}

async fn person(site: &Site, admin: &Member, name: &str, roles: &[&str]) -> Member {
    let member = site.register(name).await;
    for role in roles {
        let path = format!("/api/users/{}/roles/{role}", member.user_id);
        let answer = send(admin.request(Method::PUT, &path)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
    }
    // A token says what its bearer may do since it was made; one of the same second would be refused.
    wait::until("a token with the roles counts", async || {
        let body = json!({"identifier": name, "password": PASSWORD});
        site.post("/api/auth/login", &body).await.expect(200);
        let member = site.log_in(name).await;
        (member.get("/api/auth/me").await.status == 200).then_some(member)
    })
    .await
}

fn text(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => panic!("no text: {value}"),
    }
}
