//! Sockets that are asked to move to other replicas, and who may ask them.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::{Answer, AppBuilder, Received, Site, Socket, Stores, TestApp, send},
    wait,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::faults::client::{Client, Progress};

const TOKEN: &str = "a-token-of-the-tests";
const CLIENTS: usize = 10;
const MESSAGES: usize = 200;

fn chat(stores: &Stores) -> AppBuilder {
    // Identity does not run here: its keys are made first.
    let _ = stores.issuer();
    TestApp::real()
        .stores(stores)
        .services(&[ServiceName::Chat])
        .set("ADMIN_TOKEN", TOKEN)
}

async fn ask(admin: &Site, body: &str, authorization: &str) -> Answer {
    let request = admin
        .request(Method::POST, "/sockets/move")
        .header("authorization", authorization)
        .header("content-type", "application/json")
        .body(body.to_owned());
    send(request).await
}

/// Asks so many; returns how many are asked.
async fn move_some(admin: &Site, count: usize) -> u64 {
    let body = json!({"count": count}).to_string();
    let answer = ask(admin, &body, &format!("Bearer {TOKEN}")).await;
    answer.expect(202)["moving"].as_u64().expect("a number")
}

async fn sockets(admin: &Site) -> u64 {
    let report = admin.get("/sockets").await.expect(200);
    assert_eq!(report["draining"], false);
    assert!(report["queued_bytes"].is_u64(), "{report}");
    report["sockets"].as_u64().expect("a number")
}

async fn wait_for_sockets(admin: &Site, expected: u64) {
    let what = format!("there are {expected} sockets");
    wait::until(&what, async || {
        (sockets(admin).await == expected).then_some(())
    })
    .await;
}

/// A socket that is open, not only opening.
async fn inside(app: &TestApp, username: &str) -> Socket {
    let mut socket = app.member(username).chat("general").await;
    socket.frames_until_now().await;
    socket
}

/// Waits for the hint and the close that follows it.
async fn moved(mut socket: Socket) {
    let hint = socket.expect("reconnect").await;
    assert!(
        hint["after_ms"]
            .as_u64()
            .is_some_and(|after| after <= 5_000),
        "{hint}"
    );
    assert_eq!(socket.receive().await, Received::Closed(Some(3002)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_are_moved_and_nothing_is_lost_doubled_or_out_of_order() {
    let stores = Stores::real().await;
    let (one, two) = tokio::join!(chat(&stores).start(), chat(&stores).start());
    let progress = Arc::<Progress>::default();
    let mut clients = tokio::task::JoinSet::new();
    for n in 0..CLIENTS {
        let member = one.member(&format!("sender-{n}"));
        let sites = vec![one.site().clone(), two.site().clone()];
        let (each, pause) = (MESSAGES / CLIENTS, Duration::from_millis(300));
        let client = Client::new(member, "general", sites, 0, each, pause, &progress);
        clients.spawn(client.run(MESSAGES as u64));
    }
    wait_for_sockets(&one.admin, CLIENTS as u64).await;
    assert_eq!(move_some(&one.admin, 6).await, 6);
    wait_for_sockets(&two.admin, 6).await;
    wait_for_sockets(&one.admin, 4).await;
    // Back, and all of the others, at once.
    let (back, over) = tokio::join!(move_some(&two.admin, 100), move_some(&one.admin, 100));
    assert!(back >= 6 && over >= 4, "{back} {over}");
    wait_for_sockets(&two.admin, 4).await;
    assert!(
        progress.acknowledged.load(Ordering::SeqCst) < MESSAGES,
        "they still talk"
    );

    let mut promised = BTreeMap::new();
    let all = async {
        while let Some(client) = clients.join_next().await {
            let client = client.expect("a client whose promises were kept");
            assert_eq!(client.last_seq, MESSAGES as u64);
            promised.extend(client.acknowledged);
        }
    };
    wait::within("everybody receives everything", all).await;
    let mut seqs: Vec<_> = promised.into_values().collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=MESSAGES as u64).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_socket_is_asked_twice_and_none_is_asked_too_much() {
    let app = chat(&Stores::embedded()).start().await;
    assert_eq!(move_some(&app.admin, 5).await, 0);
    let mut there = Vec::new();
    for n in 0..3 {
        there.push(inside(&app, &format!("m{n}")).await);
    }
    wait_for_sockets(&app.admin, 3).await;
    let (first, second) = tokio::join!(move_some(&app.admin, 2), move_some(&app.admin, 2));
    assert_eq!(first + second, 3);
    assert_eq!(move_some(&app.admin, 100_000).await, 0);
    for socket in there {
        moved(socket).await;
    }
    wait_for_sockets(&app.admin, 0).await;
    let _next = inside(&app, "next").await;
    assert_eq!(move_some(&app.admin, 1).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_of_notifications_are_moved_too() {
    let app = TestApp::embedded().set("ADMIN_TOKEN", TOKEN).start().await;
    let ann = app.member("ann");
    let (chatting, mut notified) = (inside(&app, "bob").await, ann.notifications().await);
    notified.frames_until_now().await;
    assert_eq!(sockets(&app.admin).await, 2);
    assert_eq!(move_some(&app.admin, 9).await, 2);
    moved(chatting).await;
    moved(notified).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_has_the_token_may_ask_and_only_for_what_makes_sense() {
    let app = chat(&Stores::embedded()).start().await;
    let (admin, good) = (&app.admin, format!("Bearer {TOKEN}"));
    let _there = inside(&app, "ann").await;
    let body = r#"{"count":1}"#;
    for wrong in [
        "",
        "Bearer",
        "Bearer ",
        TOKEN,
        &format!("Basic {TOKEN}"),
        &format!("Bearer {TOKEN}x"),
        &format!("Bearer  {TOKEN}"),
        &good[..good.len() - 1],
        "Bearer a-token-of-the-testS",
    ] {
        ask(admin, body, wrong)
            .await
            .expect_problem(401, "unauthorized");
    }
    // A token of a member is none of an administrator.
    let member = app.member("bob").token.expect("a token");
    ask(admin, body, &format!("Bearer {member}"))
        .await
        .expect_problem(401, "unauthorized");
    for (body, status, code) in [
        (r#"{"count":0}"#, 400, "invalid_count"),
        (r#"{"count":100001}"#, 400, "invalid_count"),
        (r#"{"count":-1}"#, 422, "invalid_body"),
        (r#"{"count":1.5}"#, 422, "invalid_body"),
        (r#"{"count":1,"more":1}"#, 422, "invalid_body"),
        (r#"{}"#, 422, "invalid_body"),
        ("[", 400, "malformed_json"),
        (&" ".repeat(2_000), 413, "too_large"),
    ] {
        ask(admin, body, &good).await.expect_problem(status, code);
    }
    assert_eq!(sockets(admin).await, 1, "nobody was asked");
    // It is not on the public port, whoever asks.
    assert_eq!(ask(app.site(), body, &good).await.status, 404);
    assert_eq!(app.get("/sockets").await.status, 404);
    let lower = ask(admin, body, &format!("bearer {TOKEN}")).await;
    assert_eq!(lower.expect(202), json!({"moving": 1}));

    let without = TestApp::embedded()
        .open()
        .services(&[ServiceName::Chat])
        .start()
        .await;
    ask(&without.admin, body, &good)
        .await
        .expect_problem(404, "not_found");
    let none: Value = without.admin.get("/sockets").await.expect(200);
    assert_eq!(
        none,
        json!({"sockets": 0, "draining": false, "queued_bytes": 0})
    );
}
