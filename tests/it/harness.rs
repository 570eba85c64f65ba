//! The harness itself: servers that stop and come back, processes that leave nothing behind, and scenarios
//! on both kinds of backends.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    Stop,
    app::{Stores, TestApp},
    backends::{Nats, Postgres, Redis, S3},
    fresh::assert_fresh,
    on_both_backends,
    process::Folkmoot,
    seeded::Seeded,
    wait,
};
use object_store::{ObjectStoreExt as _, aws::AmazonS3Builder, path::Path};
use sqlx::{Connection as _, PgConnection};

#[tokio::test]
async fn databases_of_one_server_are_apart() {
    let postgres = Postgres::shared().await;
    let (one, other) = (
        postgres.create_database().await,
        postgres.create_database().await,
    );
    let mut one = PgConnection::connect(&one).await.unwrap();
    sqlx::query("create table mine (id bigint)")
        .execute(&mut one)
        .await
        .unwrap();
    let mut other = PgConnection::connect(&other).await.unwrap();
    sqlx::query("create table mine (id bigint)")
        .execute(&mut other)
        .await
        .unwrap();
}

#[tokio::test]
async fn postgres_keeps_what_was_committed_when_it_is_killed() {
    let postgres = Postgres::start().await;
    let url = postgres.create_database().await;
    let mut before = PgConnection::connect(&url).await.unwrap();
    sqlx::query("create table kept (id bigint)")
        .execute(&mut before)
        .await
        .unwrap();

    postgres.stop(Stop::Kill).await;
    assert!(PgConnection::connect(&url).await.is_err());
    postgres.start_again().await;
    let mut after = PgConnection::connect(&url).await.unwrap();
    sqlx::query("insert into kept values (1)")
        .execute(&mut after)
        .await
        .unwrap();

    postgres.stop(Stop::Ask).await;
    assert!(!postgres.is_running());
}

#[tokio::test]
async fn a_paused_server_holds_its_connections_and_answers_nothing() {
    let redis = Redis::start().await;
    let client = redis::Client::open(redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let ping = redis::cmd("PING");
    redis.pause().await;
    let asked = tokio::time::timeout(
        Duration::from_millis(100),
        ping.query_async::<String>(&mut connection),
    );
    assert!(asked.await.is_err());
    redis.resume();
    let answer: String = ping.query_async(&mut connection).await.unwrap();
    assert_eq!(answer, "PONG");
}

#[tokio::test]
async fn redis_comes_back_empty_on_the_same_port() {
    let redis = Redis::start().await;
    let (url, client) = (redis.url(), redis::Client::open(redis.url()).unwrap());
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let set = redis::cmd("SET").arg("key").arg("value").to_owned();
    set.exec_async(&mut connection).await.unwrap();

    redis.stop(Stop::Ask).await;
    redis.start_again().await;
    assert_eq!(redis.url(), url);
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let keys: usize = redis::cmd("DBSIZE")
        .query_async(&mut connection)
        .await
        .unwrap();
    assert_eq!(keys, 0);
}

#[tokio::test]
async fn streams_outlive_a_killed_nats() {
    let nats = Nats::start().await;
    let client = async_nats::connect(nats.url()).await.unwrap();
    let jetstream = async_nats::jetstream::new(client);
    let stream = async_nats::jetstream::stream::Config {
        name: "kept".to_owned(),
        ..Default::default()
    };
    jetstream.create_stream(stream).await.unwrap();
    let published = jetstream.publish("kept", "x".into()).await.unwrap();
    published.await.unwrap();

    nats.stop(Stop::Kill).await;
    nats.start_again().await;
    let client = async_nats::connect(nats.url()).await.unwrap();
    let stream = async_nats::jetstream::new(client)
        .get_stream("kept")
        .await
        .unwrap();
    assert_eq!(stream.cached_info().state.messages, 1);
}

#[tokio::test]
async fn a_bucket_keeps_an_object_under_its_key() {
    folkmoot_common::server::install_crypto();
    let bucket = S3::shared().await.create_bucket();
    let store = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_endpoint(&bucket.endpoint)
        .with_access_key_id(&bucket.access_key)
        .with_secret_access_key(&bucket.secret_key)
        .with_region("us-east-1")
        .with_allow_http(true)
        .build()
        .unwrap();
    let key = Path::from("a/b");
    store.put(&key, "content".into()).await.unwrap();
    let content = store.get(&key).await.unwrap().bytes().await.unwrap();
    assert_eq!(&content[..], b"content");
    assert_eq!(
        std::fs::read(bucket.folder.join("a/b")).unwrap(),
        b"content"
    );
}

/// Runs itself in another process, kills that, and looks at what is left.
#[tokio::test]
async fn servers_and_folders_do_not_outlive_a_killed_test() {
    if let Some(told) = std::env::var_os(VICTIM) {
        return be_killed(told.into()).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "harness::servers_and_folders_do_not_outlive_a_killed_test",
        ])
        .env(VICTIM, &told)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let left = wait::until("the process has started its server", async || {
        let text = std::fs::read_to_string(&told).ok()?;
        text.ends_with('\n').then_some(text)
    });
    let left = left.await;
    let (pid, root) = left.trim().split_once(' ').unwrap();
    let (server, root) = (PathBuf::from(format!("/proc/{pid}")), PathBuf::from(root));
    assert!(server.exists() && root.exists());

    child.kill().unwrap();
    child.wait().unwrap();
    wait::until("its server is gone", async || {
        (!server.exists()).then_some(())
    })
    .await;
    wait::until("its folder is gone", async || {
        (!root.exists()).then_some(())
    })
    .await;
}

/// Where the process that is to be killed tells what it has.
const VICTIM: &str = "FOLKMOOT_TESTS_VICTIM";

async fn be_killed(told: PathBuf) {
    let redis = Redis::start().await;
    let root = std::env::temp_dir().join(format!("folkmoot-tests-{}", std::process::id()));
    let pid = redis.pid().expect("a running server");
    std::fs::write(told, format!("{pid} {}\n", root.display())).expect("a file");
    std::future::pending().await
}

#[tokio::test]
async fn the_executable_stops_on_ctrl_c_and_remembers() {
    let folkmoot = Folkmoot::serve(&[]).start().await;
    let ann = folkmoot.register("ann").await;
    let start = std::time::Instant::now();
    assert!(folkmoot.interrupt().await.success());
    assert!(start.elapsed() < Duration::from_secs(5));

    folkmoot.start_again().await;
    assert_eq!(folkmoot.log_in("ann").await.user_id, ann.user_id);

    folkmoot.kill().await;
    assert!(!folkmoot.is_running());
    folkmoot.start_again().await;
    assert_eq!(ann.get("/api/auth/me").await.expect(200)["username"], "ann");
}

#[tokio::test]
async fn a_service_alone_answers_at_its_own_root() {
    let folkmoot = Folkmoot::serve(&[ServiceName::Presence])
        .open()
        .start()
        .await;
    let answer = folkmoot.get("/presence").await;
    assert_eq!(answer.expect(200), serde_json::json!([]));
}

#[tokio::test]
async fn a_setting_that_cannot_be_used_ends_the_executable() {
    let folkmoot = Folkmoot::serve(&[]).set("REDIS_URL", "mysql://x").spawn();
    assert!(!folkmoot.wait().await.success());
    assert!(folkmoot.log().contains("REDIS_URL"), "{}", folkmoot.log());
}

on_both_backends! {
    async fn two_members_talk(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let (ann, bob) = (app.register("ann").await, app.member("bob"));
        let mut ann = ann.chat("general").await;
        let mut bob = bob.chat("general").await;
        ann.send_text("hello").await;
        let message = bob.next_message().await;
        assert_eq!(message["content"], "hello");
        assert_eq!(message["username"], "ann");
        assert_eq!(ann.next_message().await["id"], message["id"]);
        assert_eq!(bob.frames_until_now().await, Vec::<serde_json::Value>::new());
    }

    async fn a_platform_stops_and_comes_back_with_its_accounts(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let ann = app.register("ann").await;
        let app = app.restart().await;
        assert_eq!(app.log_in("ann").await.user_id, ann.user_id);
    }
}

#[tokio::test]
async fn platforms_share_stores() {
    let stores = Stores::real().await;
    let one = TestApp::real().stores(&stores).start().await;
    let other = TestApp::real().stores(&stores).start().await;
    let ann = one.register("ann").await;
    let me = ann.at(other.site()).get("/api/auth/me").await.expect(200);
    assert_eq!(me["id"], ann.user_id.as_str());
}

#[test]
fn a_seed_repeats_its_numbers() {
    let draw = |seed| {
        let mut random = Seeded::with_seed(seed);
        let mut order: Vec<_> = (0..50).collect();
        random.shuffle(&mut order);
        (order, random.bytes(13), random.below(10))
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
    let mut random = Seeded::new();
    assert!((0..1_000).all(|_| random.below(3) < 3));
    assert_eq!(random.below(0), 0);
}

#[test]
#[should_panic(expected = "run `make generate`")]
fn a_stale_file_is_found() {
    assert_fresh("Cargo.toml", "something else");
}
