//! Those who tell: an outbox of the test's own in the place of discussion's and identity's, and a feed that listens.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{
    Context, ServiceName,
    auth::token::Claims,
    bus::{Event, Outbox},
    config::parse_args,
    db::{Db, Migrations, sqlx},
    events::discussion::ThreadChanged,
    in_transaction, server,
};
use folkmoot_tests::{
    app::{Member, Site, Stores},
    wait,
};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A category that everybody may read, unless a test says otherwise.
pub(crate) const GENERAL: Uuid = Uuid::from_u128(1);

const OUTBOX: Migrations = Migrations::new(&[(
    "0001_init",
    "create table outbox (id blob primary key, replica blob not null, payload text not null, created_at text not null);",
    "create table outbox (id uuid primary key, replica uuid not null, payload text not null, created_at timestamptz not null);",
)]);

/// Tells events as other services do.
pub(crate) struct Teller {
    pub(crate) ctx: Context,
    pub(crate) stores: Stores,
    db: Db,
    outbox: Outbox,
    stop: CancellationToken,
    /// Each event is a millisecond later than the one before.
    later: AtomicI64,
}

impl Teller {
    /// On stores where a feed listens in another process.
    pub(crate) async fn start(stores: &Stores) -> Self {
        let teller = Self::new(stores).await;
        teller.ctx.bus.start();
        teller
    }

    async fn new(stores: &Stores) -> Self {
        server::install_crypto();
        let stop = CancellationToken::new();
        let mut arguments = vec![
            format!("--data-dir={}", stores.data_dir().display()),
            format!("--instance={}", stores.instance),
        ];
        let urls = [
            ("database-url", &stores.database),
            ("redis-url", &stores.redis),
            ("nats-url", &stores.nats),
        ];
        let urls = urls
            .into_iter()
            .filter_map(|(name, url)| Some((name, url.as_ref()?)));
        arguments.extend(urls.map(|(name, url)| format!("--{name}={url}")));
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let mut settings: folkmoot_common::config::Settings = parse_args(&arguments).unwrap();
        settings.database_url = settings.database_url.filter(|_| stores.database.is_some());
        settings.redis_url = settings.redis_url.filter(|_| stores.redis.is_some());
        settings.nats_url = settings.nats_url.filter(|_| stores.nats.is_some());
        drop(stores.issuer());
        let ctx = Context::new(settings, stop.clone()).await.unwrap();
        let db = Db::open(&ctx, ServiceName::Discussion, OUTBOX)
            .await
            .unwrap();
        wait::until("the outbox is there", async || {
            let count = folkmoot_common::with_reader!(&db, db => {
                sqlx::query("select id from outbox").fetch_all(db).await.map(|_| ())
            });
            count.ok()
        })
        .await;
        Self {
            outbox: Outbox::start(&ctx, &db),
            ctx,
            stores: stores.clone(),
            db,
            stop,
            later: AtomicI64::new(0),
        }
    }

    /// A moment that no other event has.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let later = self.later.fetch_add(1, Ordering::SeqCst);
        self.ctx.clock.now() + TimeDelta::milliseconds(later)
    }

    pub(crate) fn event(&self, r#type: &str, data: &impl Serialize) -> Event {
        Event::new(&self.ctx, ServiceName::Discussion, r#type, data).unwrap()
    }

    /// Tells events in one transaction.
    pub(crate) async fn tell_all(&self, events: &[Event]) {
        self.enqueue(events).await.unwrap();
        self.outbox.wake();
    }

    async fn enqueue(&self, events: &[Event]) -> sqlx::Result<()> {
        in_transaction!(&self.db, tx => {
            for event in events {
                self.outbox.enqueue(&mut *tx, event).await?;
            }
        });
        Ok(())
    }

    pub(crate) async fn tell(&self, r#type: &str, data: &impl Serialize) {
        self.tell_all(&[self.event(r#type, data)]).await;
    }

    pub(crate) fn thread(&self, author: &Member, title: &str) -> ThreadChanged {
        let now = self.now();
        ThreadChanged {
            thread_id: self.ctx.ids.next(),
            category_id: GENERAL,
            read_role: None,
            author_id: author.user_id.clone(),
            author_name: author.username.clone(),
            title: title.to_owned(),
            excerpt: format!("about {title}"),
            tags: Vec::new(),
            mentions: BTreeSet::new(),
            created_at: now,
            changed_at: now,
        }
    }

    pub(crate) async fn open(&self, author: &Member, title: &str) -> ThreadChanged {
        let thread = self.thread(author, title);
        self.tell("discussion.thread.created", &thread).await;
        thread
    }

    pub(crate) async fn change(&self, thread: &mut ThreadChanged) {
        thread.changed_at = self.now();
        self.tell("discussion.thread.updated", thread).await;
    }

    pub(crate) async fn delete(&self, thread: &ThreadChanged) {
        let data = json!({
            "thread_id": thread.thread_id, "author_id": thread.author_id, "deleted_at": self.now(),
        });
        self.tell("discussion.thread.deleted", &data).await;
    }

    pub(crate) fn liked(&self, thread: &ThreadChanged, user: &str) -> Value {
        json!({
            "thread_id": thread.thread_id, "comment_id": null, "category_id": thread.category_id,
            "read_role": thread.read_role, "thread_title": thread.title, "author_id": thread.author_id,
            "user_id": user, "username": user, "liked_at": self.now(),
        })
    }

    pub(crate) fn commented(
        &self,
        thread: &ThreadChanged,
        author: &Member,
        excerpt: &str,
    ) -> Value {
        let now = self.now();
        json!({
            "comment_id": self.ctx.ids.next(), "thread_id": thread.thread_id, "category_id": thread.category_id,
            "read_role": thread.read_role, "thread_title": thread.title, "thread_author_id": thread.author_id,
            "parent_id": null, "parent_author_id": null, "author_id": author.user_id, "author_name": author.username,
            "excerpt": excerpt, "created_at": now, "changed_at": now,
        })
    }

    /// `what` is for example `follow.created`.
    pub(crate) async fn relate(&self, what: &str, user: &Member, target: &Member) {
        let data = json!({
            "user_id": user.user_id, "username": user.username, "target_id": target.user_id, "changed_at": self.now(),
        });
        self.tell(&format!("identity.{what}"), &data).await;
    }

    pub(crate) async fn category(&self, id: Uuid, read_role: Option<&str>) {
        let data = json!({"category_id": id, "read_role": read_role, "changed_at": self.now()});
        self.tell("discussion.category.changed", &data).await;
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A feed in this process, with who tells it.
pub(crate) struct Feed {
    pub(crate) teller: Teller,
    pub(crate) site: Site,
}

impl Feed {
    pub(crate) async fn start(stores: &Stores, own: &[&str]) -> Self {
        let teller = Teller::new(stores).await;
        let settings = parse_args(own).unwrap();
        let service = folkmoot_feed::start(&teller.ctx, &settings).await.unwrap();
        teller.ctx.bus.start();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let site = Site::at(listener.local_addr().unwrap());
        let grace = std::time::Duration::from_secs(1);
        tokio::spawn(server::serve(
            listener,
            service.router,
            teller.stop.clone(),
            grace,
        ));
        site.wait_for("/api/activity-stream").await;
        Self { teller, site }
    }

    pub(crate) fn member(&self, name: &str) -> Member {
        self.member_with(name, &["member"])
    }

    pub(crate) fn member_with(&self, name: &str, roles: &[&str]) -> Member {
        self.teller
            .stores
            .member_with_roles(&self.site, name, roles)
    }

    /// A token that is the claims' but for what the test changes.
    pub(crate) fn signed(&self, member: &Member, change: impl FnOnce(&mut Claims)) -> Member {
        let issuer = self.teller.stores.issuer();
        let mut claims = issuer.claims(&member.user_id, &member.username, &["member"]);
        change(&mut claims);
        let token = issuer.sign(&claims);
        self.site.member(&member.user_id, &member.username, &token)
    }

    pub(crate) async fn titles(&self, path: &str) -> Vec<String> {
        titles(&self.site.get(path).await.expect(200))
    }
}

pub(crate) fn titles(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["title"].as_str().unwrap().to_owned())
        .collect()
}

pub(crate) async fn home(member: &Member) -> Vec<String> {
    titles(&member.get("/api/feed?limit=200").await.expect(200))
}

/// All of a home feed, page by page.
pub(crate) async fn whole_home(member: &Member, limit: u32) -> Vec<String> {
    let mut found = Vec::new();
    let mut query = format!("?limit={limit}");
    loop {
        let answer = member.get(&format!("/api/feed{query}")).await;
        found.extend(titles(&answer.expect(200)));
        let Some(next) = answer.next_page() else {
            return found;
        };
        query = next.to_owned();
    }
}
