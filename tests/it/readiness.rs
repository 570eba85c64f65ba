//! `/readyz`: what an orchestrator may leave out, and what it may not.

use std::collections::BTreeSet;

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    Stop,
    app::{Site, Stores, TestApp},
    backends::{Nats, Postgres, Redis},
    process::Folkmoot,
    wait,
};
use serde_json::{Value, json};

async fn readyz(admin: &Site, query: &str) -> (u16, Value) {
    let answer = admin.get(&format!("/readyz{query}")).await;
    (answer.status.as_u16(), answer.json())
}

/// The names of what does not work.
fn parts((status, answer): &(u16, Value)) -> BTreeSet<String> {
    let Some(problems) = answer["problems"].as_object() else {
        assert_eq!((*status, answer), (200, &json!({"status": "ok"})));
        return BTreeSet::new();
    };
    assert_eq!((*status, &answer["status"]), (503, &json!("unavailable")));
    for (part, reason) in problems {
        assert!(
            reason.as_str().is_some_and(|reason| !reason.is_empty()),
            "{part}: {reason}"
        );
    }
    problems.keys().cloned().collect()
}

async fn wait_for(admin: &Site, query: &str, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|&part| part.to_owned()).collect();
    let what = format!("/readyz{query} says {expected:?}");
    wait::until(&what, async || {
        (parts(&readyz(admin, query).await) == expected).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_that_do_not_work_are_named_and_can_be_excluded() {
    let (postgres, redis, nats) = tokio::join!(Postgres::start(), Redis::start(), Nats::start());
    let stores = Stores {
        database: Some(postgres.create_database().await),
        redis: Some(redis.url()),
        nats: Some(nats.url()),
        ..Stores::embedded()
    };
    let _ = stores.issuer();
    let app = TestApp::real()
        .stores(&stores)
        .services(&[ServiceName::Chat])
        .start()
        .await;
    let admin = &app.admin;
    wait_for(admin, "?exclude=nothing&verbose", &[]).await;

    redis.stop(Stop::Kill).await;
    wait_for(admin, "", &["redis", "pubsub"]).await;
    wait_for(admin, "?exclude=redis", &["pubsub"]).await;
    wait_for(
        admin,
        "?exclude=redis&exclude=pubsub&exclude=nothing&x=%ff&&=",
        &[],
    )
    .await;
    nats.stop(Stop::Kill).await;
    wait_for(admin, "?exclude=redis&exclude=pubsub", &["nats"]).await;
    postgres.stop(Stop::Kill).await;
    wait_for(admin, "", &["database", "nats", "redis", "pubsub"]).await;
    let (_, answer) = readyz(admin, "").await;
    let reason = answer["problems"]["database"].to_string();
    assert!(
        reason.contains("chat: ") && reason.contains("refused"),
        "{reason}"
    );
    let all = "?exclude=database&exclude=nats&exclude=redis&exclude=pubsub";
    wait_for(admin, all, &[]).await;

    tokio::join!(
        postgres.start_again(),
        redis.start_again(),
        nats.start_again()
    );
    wait_for(admin, "", &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_never_was_there_keeps_the_tables_away() {
    let postgres = Postgres::start().await;
    let stores = Stores {
        database: Some(postgres.create_database().await),
        ..Stores::embedded()
    };
    let _ = stores.issuer();
    postgres.stop(Stop::Kill).await;
    let file = Folkmoot::serve(&[ServiceName::File])
        .stores(&stores)
        .spawn();
    file.admin.wait_for("/livez").await;
    wait_for(&file.admin, "", &["database", "schema"]).await;
    // Who leaves the database out still gets no traffic before there are tables.
    wait_for(&file.admin, "?exclude=database", &["schema"]).await;
    postgres.start_again().await;
    wait_for(&file.admin, "", &[]).await;
    postgres.stop(Stop::Kill).await;
    wait_for(&file.admin, "", &["database"]).await;
    wait_for(&file.admin, "?exclude=database", &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_are_not_there_are_a_part() {
    let presence = Folkmoot::serve(&[ServiceName::Presence])
        .set("JWKS_URL", "http://127.0.0.1:1/.well-known/jwks.json")
        .spawn();
    presence.admin.wait_for("/livez").await;
    wait_for(&presence.admin, "", &["keys"]).await;
    wait_for(&presence.admin, "?exclude=keys", &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stops_is_not_ready_whatever_is_left_out() {
    let chat = Folkmoot::serve(&[ServiceName::Chat])
        .open()
        .set("SHUTDOWN_GRACE_SECONDS", "4")
        .start()
        .await;
    // A client that does not answer the close frame keeps the drain going.
    let _quiet = chat.guest("ann").chat("general").await;
    let _also_quiet = chat.guest("bob").chat("general").await;
    chat.begin_to_terminate();
    wait_for(&chat.admin, "", &["drain"]).await;
    wait_for(&chat.admin, "?exclude=drain&exclude=database", &["drain"]).await;
    assert_eq!(chat.admin.get("/livez").await.status, 200);
    let refused = chat.guest("eve").try_chat("general", "").await;
    assert!(refused.is_err());
    let ended = std::time::Instant::now();
    assert!(chat.wait().await.success());
    assert!(ended.elapsed().as_secs() < 9, "{:?}", ended.elapsed());
}
