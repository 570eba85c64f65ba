//! Notifications: the document's contract, sockets, mentions from chat, and several replicas.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::collections::BTreeSet;

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::{Member, Socket, Stores, TestApp, send},
    on_both_backends,
    seeded::Seeded,
    wait,
};
use reqwest::Method;
use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest as _;
use uuid::Uuid;

const NOTIFICATION: &[ServiceName] = &[ServiceName::Notification];

/// Tokens can only be believed where keys are: identity makes them, which does not run here.
fn with_keys(stores: Stores) -> Stores {
    drop(stores.issuer());
    stores
}

async fn list(member: &Member, prefix: &str) -> Value {
    member
        .get(&format!("{prefix}/notifications/{}", member.user_id))
        .await
        .expect(200)
}

fn titles(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one["title"].as_str().unwrap())
        .collect()
}

fn has(frame: &Value, fields: &[&str]) {
    let names: BTreeSet<_> = frame
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    for field in fields {
        assert!(names.contains(field), "{field} is missing in {frame}");
    }
}

async fn unread(socket: &mut Socket) -> i64 {
    socket.expect("unread_count").await["unread_count"]
        .as_i64()
        .unwrap()
}

async fn post(member: &Member, user_id: &str, title: &str) -> Value {
    member
        .post(
            "/notifications",
            &json!({"user_id": user_id, "title": title}),
        )
        .await
        .expect(201)
}

on_both_backends! {
    async fn a_client_written_from_the_document_works(backends: Backends) {
        let app = TestApp::on(backends).services(NOTIFICATION).open().start().await;
        let new = json!({
            "user_id": "alice", "title": "Hi", "body": "bob mentioned you", "notif_type": "mention", "room_id": "general",
        });
        let first = app.post("/notifications", &new).await.expect(201);
        has(&first, &["id", "user_id", "title", "body", "notif_type", "room_id", "is_read", "created_at"]);
        let second = app.post("/notifications", &new).await.expect(201);

        let count = async || app.get("/notifications/alice/unread-count").await.expect(200)["unread_count"].clone();
        assert_eq!(count().await, 2);
        let all = app.get("/notifications/alice?unread_only=false&limit=50").await.expect(200);
        assert_eq!(all, json!([second, first]), "newest first");
        assert_eq!(app.get("/notifications/alice?limit=1").await.expect(200), json!([second]));

        let (first, second) = (first["id"].as_str().unwrap(), second["id"].as_str().unwrap());
        send(app.request(Method::PATCH, &format!("/notifications/{first}/read"))).await.expect(200);
        assert_eq!(count().await, 1);
        let unread = app.get("/notifications/alice?unread_only=true").await.expect(200);
        assert_eq!((unread.as_array().unwrap().len(), &unread[0]["id"]), (1, &json!(second)));
        send(app.request(Method::PATCH, "/notifications/alice/read-all")).await.expect(200);
        assert_eq!(count().await, 0);
        for id in [first, second] {
            let deleted = send(app.request(Method::DELETE, &format!("/notifications/{id}"))).await;
            assert!(deleted.status.is_success());
        }
        assert_eq!(app.get("/notifications/alice").await.expect(200), json!([]));
        assert_eq!(app.get("/health").await.expect(200)["status"], "ok");
    }

    async fn a_token_shows_its_owners_notifications_only(backends: Backends) {
        let stores = with_keys(Stores::new(backends).await);
        let app = TestApp::on(backends).services(NOTIFICATION).stores(&stores).start().await;
        let (ann, bob) = (app.member("ann"), app.member("bob"));
        let notification = post(&ann, &ann.user_id, "to myself").await;
        let (id, path) = (notification["id"].as_str().unwrap(), format!("/notifications/{}", ann.user_id));
        for (method, path, code) in [
            (Method::GET, path.clone(), "user_not_found"),
            (Method::GET, format!("{path}/unread-count"), "user_not_found"),
            (Method::PATCH, format!("{path}/read-all"), "user_not_found"),
            (Method::PATCH, format!("/notifications/{id}/read"), "notification_not_found"),
            (Method::DELETE, format!("/notifications/{id}"), "notification_not_found"),
        ] {
            send(bob.request(method.clone(), &path)).await.expect_problem(404, code);
            send(app.request(method, &path)).await.expect_problem(401, "unauthorized");
        }
        assert_eq!(list(&ann, "").await, json!([notification]), "nothing of it had an effect");
        assert_eq!(list(&bob, "").await, json!([]));

        let new = json!({"user_id": ann.user_id, "title": "spam"});
        bob.post("/notifications", &new).await.expect_problem(403, "forbidden");
        app.post("/notifications", &new).await.expect_problem(401, "unauthorized");
        for role in ["service", "moderator", "admin"] {
            let sender = app.stores.member_with_roles(app.site(), "helper", &[role]);
            post(&sender, &ann.user_id, role).await;
        }
        assert_eq!(titles(&list(&ann, "").await), ["admin", "moderator", "service", "to myself"]);
    }

    async fn a_page_is_told_of_its_users_notifications_at_once(backends: Backends) {
        let stores = with_keys(Stores::new(backends).await);
        let app = TestApp::on(backends).services(NOTIFICATION).stores(&stores).start().await;
        let (ann, bob) = (app.member("ann"), app.member("bob"));
        post(&ann, &ann.user_id, "before").await;
        let mut pages = [ann.notifications().await, ann.notifications().await];
        let mut bobs = bob.notifications().await;
        for page in &mut pages {
            assert_eq!(unread(page).await, 1);
        }
        assert_eq!(unread(&mut bobs).await, 0);

        let notification = post(&ann, &ann.user_id, "now").await;
        let id = notification["id"].as_str().unwrap();
        for page in &mut pages {
            assert_eq!(page.next().await, json!({"type": "notification", "kind": "message", "notification": notification}));
            assert_eq!(unread(page).await, 2);
        }
        ann.patch(&format!("/notifications/{id}/read")).await.expect(200);
        for page in &mut pages {
            assert_eq!(unread(page).await, 1);
        }
        ann.delete(&format!("/notifications/{id}")).await.expect(204);
        ann.patch(&format!("/notifications/{}/read-all", ann.user_id)).await.expect(200);
        for page in &mut pages {
            assert_eq!((unread(page).await, unread(page).await), (1, 0));
        }
        assert!(bobs.frames_until_now().await.is_empty(), "bob is told nothing of it");
    }

    async fn a_socket_needs_a_token_and_one_of_our_pages(backends: Backends) {
        let stores = with_keys(Stores::new(backends).await);
        let app = TestApp::on(backends).services(NOTIFICATION).stores(&stores).start().await;
        let (ann, bob) = (app.member("ann"), app.member("bob"));
        let path = "/ws/notifications";
        let token = ann.token.clone().unwrap();
        let refused = async |query: &str| {
            let opened = Socket::open(app.socket_url(&format!("{path}?{query}"))).await;
            opened.err().and_then(|refused| refused.status())
        };
        assert_eq!(refused("").await, Some(401));
        assert_eq!(refused("token=x.y.z").await, Some(401));
        assert_eq!(refused(&format!("token={token}&user_id={}", bob.user_id)).await, Some(403));
        assert_eq!(refused(&format!("token={token}&user_id=a%2Fb")).await, Some(400));
        assert_eq!(refused(&format!("token={token}&user_id={}", ann.user_id)).await, None);
        ann.get(path).await.expect_problem(426, "upgrade_required");

        let request = |origin: &str| {
            let mut request = app.socket_url(&format!("{path}?token={token}")).into_client_request().unwrap();
            request.headers_mut().insert("origin", origin.parse().unwrap());
            request
        };
        let foreign = Socket::open(request("https://evil.example")).await;
        assert_eq!(foreign.err().and_then(|refused| refused.status()), Some(403));
        let own = Socket::open(request(&app.url(""))).await;
        assert!(own.is_ok(), "{own:?}");
    }

    async fn a_socket_answers_pings_and_survives_nonsense(backends: Backends) {
        let app = TestApp::on(backends).services(NOTIFICATION).open().start().await;
        let mut page = app.guest("ann").notifications().await;
        unread(&mut page).await;
        for nonsense in ["", "{", "[]", "{\"type\": \"message\"}", &"[".repeat(1_000)] {
            page.send_raw(nonsense.into()).await.unwrap();
            assert_eq!(page.expect("error").await["code"], "unknown_frame");
        }
        assert!(page.frames_until_now().await.is_empty());
        page.send_raw("x".repeat(2_000).into()).await.unwrap();
        assert_eq!(page.close_code().await, Some(1009));
        let mut page = app.guest("ann").notifications().await;
        page.send_raw(tungstenite::Message::binary(vec![0])).await.unwrap();
        assert_eq!(page.close_code().await, Some(1003));
    }

    async fn who_is_mentioned_in_chat_is_notified_once(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let (ann, bob, eve) = (app.register("Ann").await, app.register("bob").await, app.register("eve").await);
        let mut page = bob.notifications().await;
        assert_eq!(unread(&mut page).await, 0);
        let mut room = ann.chat("general").await;
        room.send_text("@bob, @BOB and @ann and @nobody-here: look (bob@eve.example)").await;
        let pushed = page.expect("notification").await;
        assert_eq!(unread(&mut page).await, 1);
        let notification = &pushed["notification"];
        assert_eq!(notification["title"], "@Ann mentioned you in #general");
        assert_eq!((&notification["notif_type"], &notification["room_id"]), (&json!("mention"), &json!("general")));
        assert_eq!(notification["body"], "@bob, @BOB and @ann and @nobody-here: look (bob@eve.example)");
        assert_eq!(list(&bob, "/api").await, json!([notification]));

        // By the time a second mention has arrived, nothing more can come of the first.
        room.send_text("@bob again").await;
        page.expect("notification").await;
        assert_eq!(unread(&mut page).await, 2);
        for member in [&ann, &eve] {
            assert_eq!(list(member, "/api").await, json!([]), "{}", member.username);
        }
    }

    async fn in_open_mode_a_mention_waits_for_whom_it_names(backends: Backends) {
        let app = TestApp::on(backends).open().start().await;
        let (alice, bob) = (app.guest("alice"), app.guest("bob"));
        let mut room = alice.chat("general").await;
        room.send_text("@bob are you there?").await;
        room.next_message().await;
        assert_eq!(list(&bob, "/api").await, json!([]));
        let _room = bob.chat("general").await;
        wait::until("bob is notified", async || (list(&bob, "/api").await.as_array()?.len() == 1).then_some(())).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_replica_takes_another_pushes() {
    let stores = with_keys(Stores::real().await);
    let replica = || TestApp::real().services(NOTIFICATION).stores(&stores);
    let (one, two) = (replica().start().await, replica().start().await);
    let ann = one.member("ann");
    let mut page = ann.at(two.site()).notifications().await;
    assert_eq!(unread(&mut page).await, 0);
    let notification = post(&ann, &ann.user_id, "hello").await;
    assert_eq!(
        page.next().await,
        json!({"type": "notification", "kind": "message", "notification": notification})
    );
    assert_eq!(unread(&mut page).await, 1);
    let id = notification["id"].as_str().unwrap();
    ann.patch(&format!("/notifications/{id}/read"))
        .await
        .expect(200);
    assert_eq!(unread(&mut page).await, 0);
}

/// Publishes events as another service would, under new message ids: JetStream does not recognise a repetition, so the
/// service must.
struct Publisher {
    jetstream: async_nats::jetstream::Context,
    instance: String,
    time: chrono::DateTime<chrono::Utc>,
}

impl Publisher {
    async fn on(stores: &Stores) -> Self {
        let client = async_nats::connect(stores.nats.clone().unwrap())
            .await
            .unwrap();
        Self {
            jetstream: async_nats::jetstream::new(client),
            instance: stores.instance.clone(),
            time: chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        }
    }

    fn event(&self, number: u128, r#type: &str, data: &Value) -> Value {
        let (id, time) = (Uuid::from_u128(number), self.time);
        json!({"specversion": "1.0", "id": id, "source": "test", "type": r#type, "time": time, "data": data})
    }

    fn registered(&self, number: u128, user_id: &str, username: &str) -> Value {
        let data = json!({"user_id": user_id, "username": username, "registered_at": self.time});
        self.event(number, "identity.user.registered", &data)
    }

    fn mention(&self, number: u128, usernames: &[String]) -> Value {
        let data = json!({
            "message_id": Uuid::nil(), "room_id": "general", "room_name": "general", "author_id": "bob",
            "author_name": "bob", "excerpt": number.to_string(), "usernames": usernames, "sent_at": self.time,
        });
        self.event(number, "chat.message.mentioned", &data)
    }

    async fn publish(&self, event: &Value) {
        let subject = format!(
            "{}.events.{}",
            self.instance,
            event["type"].as_str().unwrap()
        );
        let published = self
            .jetstream
            .publish(subject, event.to_string().into())
            .await
            .unwrap();
        wait::within("the event is stored", published.into_future())
            .await
            .unwrap();
    }

    /// Waits until the service has handled everything.
    async fn drained(&self) {
        let stream = self
            .jetstream
            .get_stream(format!("{}-events", self.instance))
            .await
            .unwrap();
        let mut consumer: async_nats::jetstream::consumer::PullConsumer =
            stream.get_consumer("notification").await.unwrap();
        wait::until("all events are acknowledged", async || {
            let info = consumer.info().await.ok()?;
            (info.num_pending == 0 && info.num_ack_pending == 0).then_some(())
        })
        .await;
    }
}

async fn bodies(member: &Member) -> Vec<String> {
    let all = member
        .get(&format!("/notifications/{}?limit=200", member.user_id))
        .await
        .expect(200);
    let bodies = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["body"].as_str().unwrap().to_owned());
    bodies.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_comes_again_to_any_replica_notifies_once() {
    let stores = with_keys(Stores::real().await);
    let replica = || TestApp::real().services(NOTIFICATION).stores(&stores);
    let (one, _two) = (replica().start().await, replica().start().await);
    let (ann, publisher) = (one.member("ann"), Publisher::on(&stores).await);
    for number in 1..=40 {
        let mention = publisher.mention(number, &["ann".to_owned()]);
        for _ in 0..3 {
            publisher.publish(&mention).await;
        }
        if number == 20 {
            publisher
                .publish(&publisher.registered(1_000, &ann.user_id, "ann"))
                .await;
        }
    }
    publisher.drained().await;
    let bodies = bodies(&ann).await;
    let distinct: BTreeSet<_> = bodies.iter().collect();
    assert_eq!((bodies.len(), distinct.len()), (40, 40));
}

/// The mention and the news of whom it names reach different replicas at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_whatever_order_events_come_everybody_is_notified_once() {
    let mut random = Seeded::new();
    let stores = with_keys(Stores::real().await);
    let replica = || TestApp::real().services(NOTIFICATION).stores(&stores);
    let (one, _two) = (replica().start().await, replica().start().await);
    let publisher = Publisher::on(&stores).await;
    let members: Vec<_> = (0..30).map(|n| one.member(&format!("user{n}"))).collect();
    let names: Vec<_> = members
        .iter()
        .map(|member| member.username.clone())
        .collect();
    let mentions = (1..=20_u128).map(|number| publisher.mention(number, &names));
    let registered = members.iter().zip(1_000..);
    let registered = registered
        .map(|(member, number)| publisher.registered(number, &member.user_id, &member.username));
    let mut events: Vec<_> = mentions
        .chain(registered)
        .flat_map(|event| [event.clone(), event])
        .collect();
    random.shuffle(&mut events);
    futures_util::future::join_all(events.iter().map(|event| publisher.publish(event))).await;
    publisher.drained().await;
    let expected: BTreeSet<_> = (1..=20).map(|number| number.to_string()).collect();
    for member in &members {
        let bodies = bodies(member).await;
        assert_eq!(bodies.len(), 20, "{}", member.username);
        assert_eq!(
            bodies.into_iter().collect::<BTreeSet<_>>(),
            expected,
            "{}",
            member.username
        );
    }
}

/// Without Redis what is posted is kept; only the push to pages of other replicas is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_notifications_are_kept() {
    let redis = folkmoot_tests::backends::Redis::start().await;
    let stores = with_keys(Stores {
        redis: Some(redis.url()),
        ..Stores::embedded()
    });
    let app = TestApp::real()
        .services(NOTIFICATION)
        .stores(&stores)
        .start()
        .await;
    let ann = app.member("ann");
    let mut page = ann.notifications().await;
    unread(&mut page).await;
    redis.stop(folkmoot_tests::Stop::Kill).await;
    post(&ann, &ann.user_id, "during the outage").await;
    assert_eq!(
        page.expect("notification").await["notification"]["title"],
        "during the outage"
    );
    assert_eq!(titles(&list(&ann, "").await), ["during the outage"]);
    redis.start_again().await;
    app.admin.wait_for("/readyz").await;
}
