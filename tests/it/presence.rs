//! Presence: the document's contract, several replicas, and a Redis that is away.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::time::{Duration, Instant};

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    Stop,
    app::{Backends, Member, Stores, TestApp, send},
    backends::Redis,
    on_both_backends, wait,
};
use reqwest::Method;
use serde_json::{Value, json};

const PRESENCE: &[ServiceName] = &[ServiceName::Presence];

/// Tokens can only be believed where keys are: identity makes them, which does not run here.
fn with_keys(stores: Stores) -> Stores {
    drop(stores.issuer());
    stores
}

async fn open(backends: Backends) -> TestApp {
    TestApp::on(backends)
        .services(PRESENCE)
        .open()
        .start()
        .await
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|user| user["user_id"].as_str().unwrap())
        .collect()
}

async fn beat(member: &Member, prefix: &str) -> Value {
    member
        .post_empty(&format!("{prefix}/presence/{}/heartbeat", member.user_id))
        .await
        .expect(200)
}

on_both_backends! {
    async fn a_client_written_from_the_document_works(backends: Backends) {
        let app = open(backends).await;
        let post = async |path: &str| send(app.request(Method::POST, path)).await.expect(200);
        let delete = async |path: &str| send(app.request(Method::DELETE, path)).await.expect(200);
        post("/presence/alice/heartbeat?username=alice").await;
        post("/presence/bob/heartbeat?username=bob").await;

        let online = app.get("/presence").await.expect(200);
        assert_eq!(ids(&online), ["alice", "bob"]);
        let alice = app.get("/presence/alice").await.expect(200);
        assert_eq!((&alice["username"], &alice["status"]), (&json!("alice"), &json!("online")));
        assert_eq!(app.get("/presence/nobody").await.expect(200)["status"], "offline");

        post("/presence/alice/typing?room_id=general&username=alice").await;
        let typing = app.get("/presence/rooms/general/typing").await.expect(200);
        assert_eq!(typing, json!([{"user_id": "alice", "username": "alice"}]));
        delete("/presence/alice/typing?room_id=general").await;
        assert_eq!(app.get("/presence/rooms/general/typing").await.expect(200), json!([]));

        delete("/presence/alice").await;
        assert_eq!(app.get("/presence/alice").await.expect(200)["status"], "offline");
        assert_eq!(ids(&app.get("/presence").await.expect(200)), ["bob"]);
        assert_eq!(app.get("/health").await.expect(200)["status"], "ok");
    }

    async fn whoever_is_silent_is_offline(backends: Backends) {
        let app = TestApp::on(backends).services(PRESENCE).open();
        let app = app.set("PRESENCE_TTL_SECONDS", "2").set("TYPING_TTL_SECONDS", "1").start().await;
        send(app.request(Method::POST, "/presence/ann/heartbeat")).await.expect(200);
        send(app.request(Method::POST, "/presence/ann/typing?room_id=general")).await.expect(200);
        for path in ["/presence/rooms/general/typing", "/presence"] {
            wait::until("they ran out", async || (app.get(path).await.expect(200) == json!([])).then_some(())).await;
        }
    }

    async fn a_token_acts_for_its_owner_only(backends: Backends) {
        let stores = with_keys(Stores::new(backends).await);
        let app = TestApp::on(backends).services(PRESENCE).stores(&stores).start().await;
        let (ann, bob) = (app.member("Ann"), app.member("Bob"));
        let online = beat(&ann, "").await;
        assert_eq!((&online["username"], &online["status"]), (&json!("Ann"), &json!("online")));
        let path = format!("/presence/{}", ann.user_id);
        for (method, path) in [
            (Method::POST, format!("{path}/heartbeat?username=Bob")),
            (Method::DELETE, path.clone()),
            (Method::POST, format!("{path}/typing?room_id=general")),
            (Method::DELETE, format!("{path}/typing?room_id=general")),
        ] {
            send(bob.request(method.clone(), &path)).await.expect_problem(403, "forbidden");
            send(app.request(method, &path)).await.expect_problem(401, "unauthorized");
        }
        let renamed = send(ann.request(Method::POST, &format!("{path}/heartbeat?username=Bob"))).await;
        assert_eq!(renamed.expect(200)["username"], "Ann", "the token says the name");
        assert_eq!(bob.get(&path).await.expect(200)["status"], "online", "anybody may look");
        app.get("/presence").await.expect_problem(401, "unauthorized");
    }

    async fn two_members_see_each_other_behind_the_edge(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let (ann, bob) = (app.register("ann").await, app.register("bob").await);
        beat(&ann, "/api").await;
        beat(&bob, "/api").await;
        let page = ann.get("/api/presence?limit=1").await;
        let first = page.expect(200);
        let next = ann.get(&format!("/api/presence{}", page.next_page().unwrap())).await;
        let (both, second) = ([&ann.user_id, &bob.user_id], next.expect(200));
        let mut seen = [ids(&first)[0], ids(&second)[0]];
        seen.sort_unstable();
        assert_eq!(seen.map(str::to_owned).as_slice(), both.map(Clone::clone).as_slice());
        assert_eq!(next.next_page(), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_share_who_is_online_and_the_limits() {
    let stores = Stores::real().await;
    let replica = || {
        TestApp::real()
            .services(PRESENCE)
            .stores(&stores)
            .open()
            .set("PRESENCE_WRITES_PER_MINUTE", "20")
    };
    let (one, two) = (replica().start().await, replica().start().await);
    let path = "/presence/ann/heartbeat";
    send(one.request(Method::POST, path)).await.expect(200);
    assert_eq!(
        two.get("/presence/ann").await.expect(200)["status"],
        "online"
    );
    let mut refused = 0;
    for replica in [&one, &two].into_iter().cycle().take(20) {
        refused += u32::from(send(replica.request(Method::POST, path)).await.status == 429);
    }
    // 10 at once, and 1 more every 3 seconds that this took.
    assert!((5..=11).contains(&refused), "{refused}");
    send(two.request(Method::DELETE, "/presence/ann"))
        .await
        .expect(200);
    assert_eq!(
        one.get("/presence/ann").await.expect(200)["status"],
        "offline"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_the_service_says_so_at_once_and_comes_back() {
    let redis = Redis::start().await;
    let stores = Stores {
        redis: Some(redis.url()),
        ..Stores::embedded()
    };
    let app = TestApp::real()
        .services(PRESENCE)
        .stores(&stores)
        .open()
        .start()
        .await;
    let beat = || send(app.request(Method::POST, "/presence/ann/heartbeat"));
    beat().await.expect(200);
    redis.stop(Stop::Kill).await;
    let started = Instant::now();
    for _ in 0..10 {
        let answer = beat().await;
        answer.expect_problem(503, "unavailable");
        assert!(answer.header("retry-after").is_some());
    }
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(app.get("/health").await.expect(200)["status"], "degraded");
    assert_eq!(app.admin.get("/readyz").await.status, 503);
    assert_eq!(app.admin.get("/livez").await.status, 200);
    redis.start_again().await;
    wait::until("heartbeats count again", async || {
        (beat().await.status == 200).then_some(())
    })
    .await;
    assert_eq!(ids(&app.get("/presence").await.expect(200)), ["ann"]);
    app.admin.wait_for("/readyz").await;
}
