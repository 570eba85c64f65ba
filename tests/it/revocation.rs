//! Who is logged out everywhere, banned or gone is refused by every service of every replica, and their sockets close.

use folkmoot_tests::{
    app::{Backends, Member, PASSWORD, Site, Socket, Stores, TestApp, send},
    on_both_backends, wait,
};
use reqwest::Method;
use serde_json::json;

/// A request of each service that needs a token.
const REQUESTS: [&str; 7] = [
    "/api/auth/me",
    "/api/chat/rooms",
    "/api/presence",
    "/api/notifications",
    "/api/files/files",
    "/api/feed",
    // Open to all, but not with a token that counts no more.
    "/api/threads",
];

/// Closed because the session has ended, and because of a ban.
const ENDED: u16 = 3500;
const BANNED: u16 = 3503;

async fn sockets(member: &Member, thread: &str) -> Vec<(String, Socket)> {
    let id = &member.user_id;
    let mut sockets = Vec::new();
    for path in [
        format!("/ws/lobby/{id}"),
        "/ws/notifications".to_owned(),
        "/ws/feed".to_owned(),
        format!("/ws/threads/{thread}"),
    ] {
        let socket = member.socket(&path).await.expect("a socket");
        sockets.push((path, socket));
    }
    sockets
}

async fn thread(by: &Member) -> String {
    let new = json!({"title": "A thread", "body": "A text."});
    let thread = by.post("/api/threads", &new).await.expect(201);
    thread["id"].as_str().expect("an id").to_owned()
}

async fn refused_everywhere(member: &Member, site: &Site, status: u16) {
    let there = member.at(site);
    for path in REQUESTS {
        wait::until(&format!("{path} is answered with {status}"), async || {
            (there.get(path).await.status == status).then_some(())
        })
        .await;
    }
    for path in ["/ws/notifications", "/ws/feed"] {
        let refused = there.socket(path).await.expect_err("no socket");
        assert_eq!(refused.status(), Some(status), "{path}");
    }
}

async fn all_close(sockets: Vec<(String, Socket)>, code: u16) {
    for (path, mut socket) in sockets {
        let closed = wait::within(&format!("{path} is closed"), socket.close_code()).await;
        assert_eq!(closed, Some(code), "{path}");
    }
}

/// Two replicas, or one where there can be no second.
async fn replicas(backends: Backends, stores: &Stores) -> (TestApp, Option<TestApp>) {
    let here = TestApp::on(backends).stores(stores).start().await;
    let there = match backends {
        Backends::Embedded => None,
        Backends::Real => Some(TestApp::on(backends).stores(stores).start().await),
    };
    (here, there)
}

on_both_backends! {
    async fn log_out_everywhere_reaches_every_service_of_every_replica(backends: Backends) {
        let stores = Stores::new(backends).await;
        let (here, second) = replicas(backends, &stores).await;
        let there = second.as_ref().unwrap_or(&here);
        let (ann, bob) = (here.register("ann").await, here.register("bob").await);
        let phone = here.log_in("ann").await;
        let thread = thread(&bob).await;
        let mut opened = sockets(&ann.at(there.site()), &thread).await;
        opened.extend(sockets(&phone, &thread).await);

        let answer = ann.post_empty("/api/auth/logout-all").await;
        assert!(answer.status.is_success(), "{}", answer.text());
        for site in [here.site(), there.site()] {
            refused_everywhere(&ann, site, 401).await;
            refused_everywhere(&phone, site, 401).await;
            assert_eq!(bob.at(site).get("/api/auth/me").await.status, 200, "others go on");
        }
        all_close(opened, ENDED).await;
        let again = there.log_in("ann").await;
        assert_eq!(again.get("/api/chat/rooms").await.status, 200, "a new session counts at once");
        let refresh = json!({"refresh_token": ann.refresh_token});
        there.post("/api/auth/refresh", &refresh).await.expect(401);
    }

    async fn a_ban_closes_all_doors_until_it_is_lifted(backends: Backends) {
        let stores = Stores::new(backends).await;
        let (here, second) = replicas(backends, &stores).await;
        let there = second.as_ref().unwrap_or(&here);
        let (admin, ann) = (here.admin().await, here.register("ann").await);
        let thread = thread(&admin).await;
        let opened = sockets(&ann.at(there.site()), &thread).await;

        let ban = format!("/api/users/{}/ban", ann.user_id);
        let answer = admin.post(&ban, &json!({"reason": "spam"})).await;
        assert!(answer.status.is_success(), "{}", answer.text());
        for site in [here.site(), there.site()] {
            refused_everywhere(&ann, site, 403).await;
        }
        all_close(opened, BANNED).await;
        let credentials = json!({"identifier": "ann", "password": PASSWORD});
        there.post("/api/auth/login", &credentials).await.expect_problem(403, "banned");
        let wrong = json!({"identifier": "ann", "password": "another password"});
        there.post("/api/auth/login", &wrong).await.expect(401);

        send(admin.request(Method::DELETE, &ban)).await;
        let back = there.log_in("ann").await;
        wait::until("who is back is let in", async || {
            (back.get("/api/chat/rooms").await.status == 200).then_some(())
        })
        .await;
    }

    async fn nobody_is_left_of_a_deleted_account(backends: Backends) {
        let stores = Stores::new(backends).await;
        let (here, second) = replicas(backends, &stores).await;
        let there = second.as_ref().unwrap_or(&here);
        let (ann, bob) = (here.register("ann").await, here.register("bob").await);
        let thread = thread(&bob).await;
        let opened = sockets(&ann.at(there.site()), &thread).await;
        let gone = send(ann.request(Method::DELETE, "/api/users/me").json(&json!({"password": PASSWORD}))).await;
        assert!(gone.status.is_success(), "{}", gone.text());
        refused_everywhere(&ann, there.site(), 401).await;
        all_close(opened, ENDED).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flushed_redis_and_a_replica_that_starts_later_let_nobody_in_again() {
    let stores = Stores::real().await;
    let here = TestApp::real().stores(&stores).start().await;
    let ann = here.register("ann").await;
    ann.post_empty("/api/auth/logout-all").await;
    forget_revocations(&stores).await;
    let there = TestApp::real().stores(&stores).start().await;
    refused_everywhere(&ann, there.site(), 401).await;
}

/// What a flush does, without what other tests have in the same Redis.
async fn forget_revocations(stores: &Stores) {
    let url = stores.redis.as_deref().expect("a Redis");
    let client = redis::Client::open(url).expect("a URL of Redis");
    let mut connection = client
        .get_multiplexed_async_connection()
        .await
        .expect("a connection");
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg(format!("*{}*revocations*", stores.instance))
        .query_async(&mut connection)
        .await
        .expect("keys");
    assert!(!keys.is_empty(), "there is something to forget");
    let removed: usize = redis::cmd("DEL")
        .arg(&keys)
        .query_async(&mut connection)
        .await
        .expect("removed");
    assert_eq!(removed, keys.len());
}
