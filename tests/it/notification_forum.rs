//! Notifications of threads, comments, likes and follows, told as discussion and identity tell them, on both kinds of
//! backends.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use folkmoot_common::{config::parse_args, server};
use folkmoot_tests::{
    app::{Member, Site, Socket, Stores},
    on_both_backends,
    seeded::Seeded,
    wait,
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::feed::teller::{GENERAL, Teller};

const PRIVATE: Uuid = Uuid::from_u128(0xb0a4d);

/// The service in this process, with who tells it.
struct Notified {
    teller: Teller,
    site: Site,
    _stop: tokio_util::sync::DropGuard,
}

impl Notified {
    async fn start(stores: &Stores) -> Self {
        let teller = Teller::start(stores).await;
        let settings = parse_args(&[]).unwrap();
        let service = folkmoot_notification::start(&teller.ctx, &settings)
            .await
            .unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let site = Site::at(listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let grace = std::time::Duration::from_secs(1);
        tokio::spawn(server::serve(listener, service.router, stop.clone(), grace));
        site.wait_for("/health").await;
        wait::until("the tables are there", async || {
            let ok = site.get("/health").await.expect(200)["status"] == "ok";
            let any = stores.member(&site, "any");
            (ok && any.get("/notifications").await.status.is_success()).then_some(())
        })
        .await;
        Self {
            teller,
            site,
            _stop: stop.drop_guard(),
        }
    }

    fn member(&self, name: &str) -> Member {
        self.teller.stores.member(&self.site, name)
    }

    async fn registered(&self, member: &Member, roles: &[&str]) {
        let data = json!({
            "user_id": member.user_id, "username": member.username, "roles": roles, "registered_at": self.teller.now(),
        });
        self.teller.tell("identity.user.registered", &data).await;
    }

    async fn roles(&self, member: &Member, roles: &[&str]) {
        let data = json!({
            "user_id": member.user_id, "roles": roles, "changed_by": null, "changed_at": self.teller.now(),
        });
        self.teller.tell("identity.roles.changed", &data).await;
    }

    /// Waits until somebody is shown these titles, newest first, and their number is right.
    async fn shows(&self, member: &Member, titles: &[&str]) {
        let what = format!("{} is shown {titles:?}", member.username);
        let mut last = Value::Null;
        let shown = wait::try_until(wait::LIMIT, async || {
            last = all(member).await;
            (self::titles(&last) == titles).then_some(())
        });
        assert!(
            shown.await.is_some(),
            "{what}, but: {:?}",
            self::titles(&last)
        );
        let unread = last
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["is_read"] == false);
        let counts = member.get("/notifications/unread-count").await.expect(200);
        assert_eq!(counts["unread_count"], unread.count(), "{what}");
    }
}

async fn all(member: &Member) -> Value {
    member.get("/notifications?limit=200").await.expect(200)
}

fn titles(list: &Value) -> Vec<&str> {
    let all = list.as_array().unwrap().iter();
    all.map(|one| one["title"].as_str().unwrap()).collect()
}

async fn put(member: &Member, path: &str, body: &Value) {
    let request = member.request(Method::PUT, path).json(body);
    folkmoot_tests::app::send(request).await.expect(200);
}

/// A comment that answers `parent` and names `mentions`.
fn answer(comment: Value, parent: Option<&Member>, mentions: &[&str]) -> Value {
    let mut comment = comment;
    if let Some(parent) = parent {
        comment["parent_id"] = json!(Uuid::from_u128(7));
        comment["parent_author_id"] = json!(parent.user_id);
    }
    comment["mentions"] = json!(mentions);
    comment
}

on_both_backends! {
    async fn what_happens_in_a_forum_is_told(backends: Backends) {
        let app = Notified::start(&Stores::new(backends).await).await;
        let [ann, bob, cleo] = ["ann", "bob", "cleo"].map(|name| app.member(name));
        for member in [&ann, &bob] {
            app.registered(member, &["member"]).await;
        }
        let mut page = ann.notifications().await;
        assert_eq!(page.expect("unread_count").await["unread_count"], 0);
        app.teller.relate("follow.created", &bob, &ann).await;
        app.shows(&ann, &["bob follows you"]).await;
        let frame = page.expect("notification").await;
        assert_eq!((&frame["kind"], &frame["notification"]["actor_name"]), (&json!("follow"), &json!("bob")));
        assert_eq!(page.expect("unread_count").await["unread_count"], 1);

        let thread = app.teller.open(&ann, "Stones").await;
        app.shows(&bob, &["ann posted “Stones”"]).await;
        let comment = answer(app.teller.commented(&thread, &bob, "hello"), Some(&ann), &["cleo", "bob"]);
        let event = app.teller.event("discussion.comment.created", &comment);
        app.teller.tell_all(std::slice::from_ref(&event)).await;
        app.shows(&ann, &["bob replied to your comment in “Stones”", "bob follows you"]).await;
        let told = page.expect("notification").await;
        assert_eq!((&told["kind"], &told["notification"]["body"]), (&json!("comment.replied"), &json!("hello")));
        // Nobody has heard of cleo before she shows her token.
        app.shows(&cleo, &["bob mentioned you in “Stones”"]).await;

        for name in ["u1", "u2", "u3"] {
            app.teller.tell("discussion.thread.liked", &app.teller.liked(&thread, name)).await;
        }
        app.shows(&ann, &[
            "u3 and 2 others liked your thread “Stones”", "bob replied to your comment in “Stones”", "bob follows you",
        ]).await;
        let unliked = json!({"thread_id": thread.thread_id, "comment_id": null, "user_id": "u3", "unliked_at": app.teller.now()});
        app.teller.tell("discussion.unliked", &unliked).await;
        app.shows(&ann, &[
            "u2 and u1 liked your thread “Stones”", "bob replied to your comment in “Stones”", "bob follows you",
        ]).await;

        let read = ann.get("/notifications?mark_read=true&kind=thread.liked").await.expect(200);
        assert_eq!(read.as_array().unwrap().len(), 1);
        let unread = ann.get("/notifications?unread=true").await.expect(200);
        assert_eq!(titles(&unread), ["bob replied to your comment in “Stones”", "bob follows you"]);

        put(&ann, "/notifications/preferences", &json!([{"kind": "thread.commented", "in_app": false}])).await;
        app.teller.tell("discussion.comment.created", &app.teller.commented(&thread, &bob, "not wanted")).await;
        let gone = json!({
            "comment_id": comment["comment_id"], "thread_id": thread.thread_id, "author_id": bob.user_id,
            "deleted_at": app.teller.now(),
        });
        app.teller.tell("discussion.comment.deleted", &gone).await;
        app.shows(&ann, &["u2 and u1 liked your thread “Stones”", "bob follows you"]).await;
        app.shows(&cleo, &[]).await;
    }

    // Flarum CVE-2023-22488: access that is revoked between event and delivery, and afterwards.
    async fn a_private_thread_is_not_told_of_to_outsiders_nor_to_who_is_one_now(backends: Backends) {
        let app = Notified::start(&Stores::new(backends).await).await;
        let [ann, bob, sue] = ["ann", "bob", "sue"].map(|name| app.member(name));
        for member in [&ann, &sue] {
            app.registered(member, &["member"]).await;
            app.roles(member, &["member", "staff"]).await;
        }
        app.registered(&bob, &["member"]).await;
        for follower in [&bob, &sue] {
            app.teller.relate("follow.created", follower, &ann).await;
        }
        app.teller.category(PRIVATE, Some("staff")).await;
        let (mut bobs, mut sues) = (bob.notifications().await, sue_socket(&app, &sue).await);
        let mut thread = app.teller.thread(&ann, "xylograph");
        (thread.category_id, thread.read_role) = (PRIVATE, Some("staff".to_owned()));
        app.teller.tell("discussion.thread.created", &thread).await;
        let comment = answer(app.teller.commented(&thread, &ann, "xylograph"), Some(&bob), &["bob", "sue"]);
        app.teller.tell("discussion.comment.created", &comment).await;
        let staff = app.teller.stores.issuer().token(&sue.user_id, "sue", &["member", "staff"]);
        let sue = app.site.member(&sue.user_id, "sue", &staff);
        wait::until("sue is told of both", async || (all(&sue).await.as_array()?.len() == 2).then_some(())).await;
        let seen: Vec<_> = [sues.expect("notification").await, sues.expect("notification").await]
            .iter().map(|frame| frame["kind"].as_str().unwrap().to_owned()).collect();
        assert!(seen.contains(&"post".to_owned()) && seen.contains(&"mention".to_owned()), "{seen:?}");
        let id = all(&sue).await[0]["id"].as_str().unwrap().to_owned();

        app.roles(&sue, &["member"]).await;
        let later = app.teller.commented(&thread, &ann, "xylograph again");
        app.teller.tell("discussion.comment.created", &answer(later, Some(&sue), &["sue"])).await;
        let sue = app.site.member(&sue.user_id, "sue", &app.teller.stores.issuer().token(&sue.user_id, "sue", &["member"]));
        let path = format!("/notifications/{}", sue.user_id);
        wait::until("sue is an outsider", async || (sue.get(&path).await.expect(200) == json!([])).then_some(())).await;
        for (method, path) in [
            (Method::PATCH, format!("/notifications/{id}/read")), (Method::DELETE, format!("/notifications/{id}")),
        ] {
            folkmoot_tests::app::send(sue.request(method, &path)).await.expect_problem(404, "notification_not_found");
        }
        // What comes last shows that the rest was handled.
        app.teller.relate("follow.created", &ann, &bob).await;
        app.teller.relate("follow.created", &ann, &sue).await;
        app.shows(&bob, &["ann follows you"]).await;
        app.shows(&sue, &["ann follows you"]).await;
        bobs.expect("notification").await;
        for (who, socket) in [(&bob, &mut bobs), (&sue, &mut sues)] {
            let counts = who.get("/notifications/unread-count").await.expect(200);
            assert_eq!(counts["kinds"], json!({"follow": 1}));
            let rest = socket.frames_until_now().await;
            assert!(!json!(rest).to_string().contains("xylograph"), "{}: {rest:?}", who.username);
        }
    }

    async fn who_is_gone_leaves_nothing_but_what_they_did_without_a_name(backends: Backends) {
        let app = Notified::start(&Stores::new(backends).await).await;
        let [ann, bob] = ["ann", "bob"].map(|name| app.member(name));
        for member in [&ann, &bob] {
            app.registered(member, &["member"]).await;
        }
        let thread = app.teller.open(&ann, "Stones").await;
        app.teller.tell("discussion.comment.created", &app.teller.commented(&thread, &bob, "hello")).await;
        app.teller.tell("discussion.thread.liked", &app.teller.liked(&thread, &bob.user_id)).await;
        app.teller.relate("follow.created", &ann, &bob).await;
        app.teller.relate("mute.created", &bob, &ann).await;
        wait::until("all is told", async || (all(&ann).await.as_array()?.len() == 2).then_some(())).await;
        let gone = json!({"user_id": bob.user_id, "deleted_at": app.teller.now()});
        app.teller.tell("identity.user.deleted", &gone).await;
        app.shows(&ann, &["deleted liked your thread “Stones”", "deleted commented on your thread “Stones”"]).await;
        assert!(!all(&ann).await.to_string().contains("bob"));
        app.shows(&bob, &[]).await;
    }

    async fn in_whatever_order_all_of_it_comes_it_ends_the_same(backends: Backends) {
        let mut random = Seeded::new();
        let app = Notified::start(&Stores::new(backends).await).await;
        let [ann, bob] = ["ann", "bob"].map(|name| app.member(name));
        let teller = &app.teller;
        // Who is named is known: else they are told that it is their thread.
        assert_eq!(all(&ann).await, json!([]));
        let registered = |member: &Member| {
            let data = json!({
                "user_id": member.user_id, "username": member.username, "roles": ["member"], "registered_at": teller.now(),
            });
            teller.event("identity.user.registered", &data)
        };
        let mut events = vec![registered(&ann), registered(&bob)];
        let mut thread = teller.thread(&ann, "First");
        events.push(teller.event("discussion.thread.created", &thread));
        let mut expected = Vec::new();
        for n in 0..12 {
            let comment = answer(teller.commented(&thread, &bob, &n.to_string()), None, if n % 3 == 0 { &["ann"] } else { &[] });
            events.push(teller.event("discussion.comment.created", &comment));
            let user = format!("u{n:02}");
            events.push(teller.event("discussion.thread.liked", &teller.liked(&thread, &user)));
            if n % 4 == 0 {
                let gone = json!({"comment_id": comment["comment_id"], "thread_id": thread.thread_id, "author_id": bob.user_id, "deleted_at": teller.now()});
                events.push(teller.event("discussion.comment.deleted", &gone));
                let unliked = json!({"thread_id": thread.thread_id, "comment_id": null, "user_id": user, "unliked_at": teller.now()});
                events.push(teller.event("discussion.unliked", &unliked));
            } else {
                expected.push((if n % 3 == 0 { "mention" } else { "thread.commented" }.to_owned(), n.to_string()));
            }
        }
        thread.changed_at = teller.now();
        thread.title = "Last".to_owned();
        events.push(teller.event("discussion.thread.updated", &thread));
        let opened = json!({"category_id": GENERAL, "read_role": null, "changed_at": teller.now()});
        events.push(teller.event("discussion.category.changed", &opened));
        random.shuffle(&mut events);
        for mut event in events {
            // An outbox is emptied in the order of the ids.
            event.id = teller.ctx.ids.next();
            teller.tell_all(&[event]).await;
        }
        app.teller.relate("follow.created", &bob, &ann).await;
        wait::until("the last is told", async || {
            let list = all(&ann).await;
            list.as_array()?.iter().any(|one| one["kind"] == "follow").then_some(())
        }).await;
        expected.sort();
        let list = all(&ann).await;
        let mut found: Vec<_> = list.as_array().unwrap().iter().filter(|one| !one["comment_id"].is_null())
            .map(|one| (one["kind"].as_str().unwrap().to_owned(), one["body"].as_str().unwrap().to_owned())).collect();
        found.sort();
        assert_eq!(found, expected);
        let likes: Vec<_> = list.as_array().unwrap().iter().filter(|one| one["kind"] == "thread.liked").collect();
        assert_eq!((likes.len(), &likes[0]["actor_count"]), (1, &json!(9)));
        assert_eq!(likes[0]["title"], "u11 and 8 others liked your thread “Last”");
    }
}

/// One large author among small ones. Followers are put where their events would, and PostgreSQL plans for any author, as it
/// soon does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_reaches_ten_thousand_followers_once_and_none_is_looked_for_among_all() {
    const FOLLOW: &str = "insert into relations (user_id, target_id, kind, is_active, changed_at) \
        select 'f' || lpad(n::text, 5, '0'), followed, 'follow', true, '2026-01-01' \
        from generate_series(1, 10000) n, lateral (values ($1), ('a' || n), ('b' || n)) of_each (followed)";
    const COUNT: &str =
        "select count(*), count(distinct user_id) from notifications where notif_type = 'post'";
    const BLOCKS: &str = "select sum(idx_blks_hit + idx_blks_read)::bigint from pg_statio_user_indexes \
        where schemaname = 'notification' and relname = 'relations'";
    let stores = Stores::real().await;
    let options: sqlx::postgres::PgConnectOptions =
        stores.database.as_deref().unwrap().parse().unwrap();
    let plan = "do $$ begin execute format( \
        'alter database %I set plan_cache_mode = force_generic_plan', current_database()); end $$";
    let pool = sqlx::PgPool::connect_with(options.options([("search_path", "notification")]))
        .await
        .unwrap();
    sqlx::raw_sql(plan).execute(&pool).await.unwrap();
    let app = Notified::start(&stores).await;
    let (ann, last) = (app.member("ann"), app.member("zoe"));
    app.teller.relate("follow.created", &last, &ann).await;
    app.shows(&ann, &["zoe follows you"]).await;
    sqlx::query(FOLLOW)
        .bind(&ann.user_id)
        .execute(&pool)
        .await
        .unwrap();
    sqlx::raw_sql("vacuum analyze")
        .execute(&pool)
        .await
        .unwrap();
    let start = std::time::Instant::now();
    app.teller.open(&ann, "Stones").await;
    wait::until("all are told", async || {
        let told: (i64, i64) = sqlx::query_as(COUNT).fetch_one(&pool).await.unwrap();
        (told == (10_001, 10_001)).then_some(())
    })
    .await;
    println!("10,001 followers of one post: {:?}", start.elapsed());
    app.shows(&last, &["ann posted “Stones”"]).await;
    // To put them there and to look up three relations of each: walking through all for each takes millions.
    let blocks = wait::until("PostgreSQL has counted", async || {
        let blocks: i64 = sqlx::query_scalar(BLOCKS).fetch_one(&pool).await.unwrap();
        (blocks > 0).then_some(blocks)
    });
    let blocks = blocks.await;
    assert!(blocks < 1_000_000, "{blocks} blocks of indexes were read");
}

/// sue's page, opened while she is staff.
async fn sue_socket(app: &Notified, sue: &Member) -> Socket {
    let token = app
        .teller
        .stores
        .issuer()
        .token(&sue.user_id, "sue", &["member", "staff"]);
    app.site
        .member(&sue.user_id, "sue", &token)
        .notifications()
        .await
}
