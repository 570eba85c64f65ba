//! What an orchestrator does to services: it starts them before their servers, and two instances on the same ones.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    Stop,
    app::{Member, Stores, TestApp, try_send},
    backends::{Nats, Postgres, Redis, S3},
    process::Folkmoot,
    wait,
};
use futures_util::TryStreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};

/// What does not work, by the answer of `/readyz`.
async fn problems(folkmoot: &Folkmoot) -> BTreeSet<String> {
    let answer = folkmoot.admin.get("/readyz").await.json();
    let problems = answer["problems"].as_object();
    problems
        .into_iter()
        .flat_map(|parts| parts.keys().cloned())
        .collect()
}

async fn wait_for_problems(folkmoot: &Folkmoot, expected: &[&str]) {
    let expected = expected.iter().map(|&part| part.to_owned()).collect();
    wait::until(&format!("/readyz names {expected:?}"), async || {
        (problems(folkmoot).await == expected).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_may_come_later_than_the_services() {
    let (postgres, redis, nats, s3) = tokio::join!(
        Postgres::start(),
        Redis::start(),
        Nats::start(),
        S3::start()
    );
    let stores = Stores {
        database: Some(postgres.create_database().await),
        redis: Some(redis.url()),
        nats: Some(nats.url()),
        bucket: Some(s3.create_bucket()),
        ..Stores::embedded()
    };
    tokio::join!(
        postgres.stop(Stop::Kill),
        redis.stop(Stop::Kill),
        nats.stop(Stop::Kill),
        s3.stop(Stop::Kill)
    );
    let folkmoot = Folkmoot::serve(&[]).stores(&stores).spawn();
    folkmoot.admin.wait_for("/livez").await;
    wait_for_problems(
        &folkmoot,
        &["database", "schema", "redis", "pubsub", "nats", "objects"],
    )
    .await;
    assert_eq!(folkmoot.get("/").await.status, 200);
    folkmoot
        .get("/api/chat/rooms")
        .await
        .expect_problem(401, "unauthorized");

    nats.start_again().await;
    wait_for_problems(
        &folkmoot,
        &["database", "schema", "redis", "pubsub", "objects"],
    )
    .await;
    tokio::join!(redis.start_again(), s3.start_again());
    wait_for_problems(&folkmoot, &["database", "schema"]).await;
    postgres.start_again().await;
    wait_for_problems(&folkmoot, &[]).await;
    let ann = folkmoot.register("ann").await;
    let mut chat = ann.chat("general").await;
    chat.send_text("at last").await;
    chat.next_message().await;
    ann.upload("/api/files/upload", "a.txt", "text/plain", b"a".to_vec())
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_do_not_resolve_yet_stop_no_start() {
    let folkmoot = Folkmoot::serve(&[ServiceName::Chat, ServiceName::File])
        .set(
            "DATABASE_URL",
            "postgres://folkmoot:secret@database.invalid/folkmoot",
        )
        .set("REDIS_URL", "redis://:secret@redis.invalid:6379")
        .set("NATS_URL", "nats://user:secret@nats.invalid:4222")
        .set(
            "OBJECT_STORE_URL",
            "s3://key:secret@files?endpoint=http://objects.invalid:9000",
        )
        .set("JWKS_URL", "http://identity.invalid/.well-known/jwks.json")
        .spawn();
    folkmoot.admin.wait_for("/livez").await;
    wait_for_problems(
        &folkmoot,
        &[
            "database", "schema", "redis", "pubsub", "nats", "objects", "keys",
        ],
    )
    .await;
    assert!(folkmoot.terminate().await.success());
    assert!(!folkmoot.log().contains("secret"), "{}", folkmoot.log());
}

/// An instance of the platform with somebody in it who did something of everything.
struct Instance {
    app: TestApp,
    ann: Member,
}

impl Instance {
    /// `name` is the instance's; the databases are apart, the other servers are not.
    async fn start(name: &str, redis: &Redis, nats: &Nats) -> Self {
        let stores = Stores {
            database: Some(Postgres::shared().await.create_database().await),
            redis: Some(redis.url()),
            nats: Some(nats.url()),
            instance: name.to_owned(),
            ..Stores::embedded()
        };
        let app = TestApp::real().stores(&stores).start().await;
        let ann = app.register("ann").await;
        Self { app, ann }
    }

    async fn notifications(&self) -> Value {
        let path = format!("/api/notifications/{}", self.ann.user_id);
        self.ann.get(&path).await.expect(200)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_share_servers_never_meet() {
    let (redis, nats) = tokio::join!(Redis::start(), Nats::start());
    // One name is how the other begins.
    let names = ["moot", "moot-a"];
    let (one, other) = tokio::join!(
        Instance::start(names[0], &redis, &nats),
        Instance::start(names[1], &redis, &nats),
    );
    let mut there = other.ann.chat("general").await;
    there.expect("user_joined").await;
    let mut news = other.ann.notifications().await;
    news.frames_until_now().await;

    let bob = one.app.register("bob").await;
    let mut here = one.ann.chat("general").await;
    let mut talking = bob.chat("general").await;
    talking.send_text("hello @ann").await;
    here.next_message().await;
    wait::until("ann is told that she was mentioned", async || {
        (one.notifications().await != json!([])).then_some(())
    })
    .await;
    one.ann
        .post_empty(&format!("/api/presence/{}/heartbeat", one.ann.user_id))
        .await
        .expect(200);
    let typing = json!({"type": "typing"});
    talking.send(&typing).await;
    here.expect("typing").await;

    assert!(there.frames_until_now().await.is_empty());
    assert!(news.frames_until_now().await.is_empty());
    assert_eq!(other.notifications().await, json!([]));
    assert_eq!(other.ann.get("/api/presence").await.expect(200), json!([]));
    let rooms = other.ann.get("/api/chat/rooms/general/messages").await;
    assert_eq!(rooms.expect(200), json!([]));

    let prefixes = names.map(|name| format!("{name}:"));
    let mut keys = 0;
    for name in names_in_redis(&redis).await {
        let owners = prefixes
            .iter()
            .filter(|prefix| name.starts_with(*prefix))
            .count();
        assert_eq!(owners, 1, "{name}");
        keys += 1;
    }
    assert!(keys > 5, "{keys}");
    check_streams(&nats, &names).await;
}

/// Keys and channels.
async fn names_in_redis(redis: &Redis) -> Vec<String> {
    let client = redis::Client::open(redis.url()).expect("a URL");
    let mut connection = client
        .get_multiplexed_async_connection()
        .await
        .expect("Redis");
    let mut names = Vec::new();
    for list in [&["KEYS", "*"][..], &["PUBSUB", "CHANNELS"]] {
        let mut command = redis::cmd(list[0]);
        command.arg(&list[1..]);
        let found: Vec<String> = command.query_async(&mut connection).await.expect("a list");
        assert!(!found.is_empty(), "{list:?}");
        names.extend(found);
    }
    names
}

/// Each instance has one stream, with subjects and consumers of its own.
async fn check_streams(nats: &Nats, names: &[&str]) {
    let client = async_nats::connect(nats.url()).await.expect("NATS");
    let jetstream = async_nats::jetstream::new(client);
    let streams: BTreeSet<String> = jetstream
        .stream_names()
        .try_collect()
        .await
        .expect("streams");
    let expected = names.iter().map(|name| format!("{name}-events")).collect();
    assert_eq!(streams, expected);
    for name in names {
        let stream = jetstream
            .get_stream(format!("{name}-events"))
            .await
            .expect("a stream");
        let subjects = &stream.cached_info().config.subjects;
        assert!(
            subjects
                .iter()
                .all(|subject| subject.starts_with(&format!("{name}."))),
            "{subjects:?}"
        );
        assert!(stream.cached_info().state.messages > 0, "{name}");
        let consumers: Vec<_> = stream.consumers().try_collect().await.expect("consumers");
        assert!(!consumers.is_empty(), "{name}");
        for consumer in consumers {
            let filters = [
                consumer.config.filter_subjects,
                vec![consumer.config.filter_subject],
            ]
            .concat();
            let foreign =
                |filter: &&String| !filter.is_empty() && !filter.starts_with(&format!("{name}."));
            assert_eq!(filters.iter().find(foreign), None, "{name}");
        }
    }
}

/// What is left of a grace period when the sockets are gone.
const MARGIN: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_ends_in_time_whatever_its_servers_do() {
    let (postgres, redis, nats) = tokio::join!(Postgres::start(), Redis::start(), Nats::start());
    let stores = Stores {
        database: Some(postgres.create_database().await),
        redis: Some(redis.url()),
        nats: Some(nats.url()),
        ..Stores::embedded()
    };
    let folkmoot = Folkmoot::serve(&[])
        .stores(&stores)
        .set("SHUTDOWN_GRACE_SECONDS", "2")
        .start()
        .await;
    for hang in [true, false] {
        let ann = folkmoot.member("ann");
        let mut chat = ann.chat("general").await;
        chat.send_text("hello").await;
        chat.next_message().await;
        let _news = ann.notifications().await;
        if hang {
            postgres.pause().await;
            redis.pause().await;
            nats.pause().await;
        } else {
            tokio::join!(
                postgres.stop(Stop::Kill),
                redis.stop(Stop::Kill),
                nats.stop(Stop::Kill)
            );
        }
        chat.send_text("is anybody there?").await;
        let asked = ann.clone();
        let asking =
            tokio::spawn(
                async move { try_send(asked.request(Method::GET, "/api/chat/rooms")).await },
            );
        let began = Instant::now();
        let status = folkmoot.terminate().await;
        let took = began.elapsed();
        assert!(status.success(), "{status} (hang: {hang})");
        assert!(
            took < Duration::from_secs(2) + MARGIN,
            "{took:?} (hang: {hang})"
        );
        let _ = asking.await;
        if hang {
            postgres.resume();
            redis.resume();
            nats.resume();
            folkmoot.start_again().await;
        }
    }
}
