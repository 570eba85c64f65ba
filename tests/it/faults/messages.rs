//! 2,000 messages of 20 senders on two replicas, each of whom receives all of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    Stop,
    app::{Client, Member, Progress, Stores},
    backends::Redis,
    process::Folkmoot,
    wait,
};
use serde_json::Value;

const ROOM: &str = "general";
const SENDERS: usize = 20;
const MESSAGES_EACH: usize = 100;
const TOTAL: usize = SENDERS * MESSAGES_EACH;
/// Bound of a whole run.
const LIMIT: Duration = Duration::from_secs(150);

async fn replica(stores: &Stores) -> Folkmoot {
    let chat = Folkmoot::serve(&[ServiceName::Chat]).stores(stores);
    let unlimited = chat
        .set("CHAT_MESSAGES_PER_SECOND", "10000")
        .set("CHAT_MESSAGE_BURST", "10000");
    unlimited.set("CHAT_MAX_REPLAY", "5000").start().await
}

struct Run {
    replicas: [Folkmoot; 2],
    stores: Stores,
    progress: Arc<Progress>,
    clients: tokio::task::JoinSet<Client>,
}

impl Run {
    /// Starts two replicas and all senders, half of them on each; every sender waits `pause` between messages.
    async fn start(stores: Stores, pause: Duration) -> Self {
        // The first makes the signing keys that both read.
        let _ = stores.issuer();
        let (one, two) = tokio::join!(replica(&stores), replica(&stores));
        let progress = Arc::<Progress>::default();
        let mut clients = tokio::task::JoinSet::new();
        for n in 0..SENDERS {
            let member = stores.member(one.site(), &format!("sender-{n}"));
            let sites = vec![one.site().clone(), two.site().clone()];
            let client = Client::new(member, ROOM, sites, n % 2, MESSAGES_EACH, pause, &progress);
            clients.spawn(client.run(TOTAL as u64));
        }
        Self {
            replicas: [one, two],
            stores,
            progress,
            clients,
        }
    }

    async fn wait_for(&self, acknowledged: usize) {
        let what = format!("{acknowledged} messages are acknowledged");
        wait::until_within(LIMIT, &what, async || {
            (self.progress.acknowledged.load(Ordering::SeqCst) >= acknowledged).then_some(())
        })
        .await;
    }

    /// Waits until everybody has everything, and compares what was promised with what is stored.
    async fn finish(mut self, reader: &Folkmoot) {
        let mut promised = BTreeMap::new();
        let all = async {
            while let Some(client) = self.clients.join_next().await {
                let client = client.expect("a client whose promises were kept");
                assert_eq!(client.last_seq, TOTAL as u64);
                promised.extend(client.acknowledged);
            }
        };
        tokio::time::timeout(LIMIT, all)
            .await
            .expect("everybody receives everything");
        let stored = history(&self.stores.member(reader.site(), "reader")).await;
        assert_eq!(promised.len(), TOTAL);
        assert_eq!(stored, promised);
    }
}

/// `client_id` → `seq` of every message, of which no two may be alike.
async fn history(reader: &Member) -> BTreeMap<String, u64> {
    let mut stored = BTreeMap::new();
    let mut page = Some("?limit=200&after=0".to_owned());
    while let Some(query) = page.take() {
        let answer = reader.get(&format!("/rooms/{ROOM}/messages{query}")).await;
        for message in answer.expect(200).as_array().expect("a list") {
            let client_id = message["client_id"]
                .as_str()
                .expect("a client_id")
                .to_owned();
            let doubled = stored.insert(client_id, message["seq"].as_u64().expect("a seq"));
            assert_eq!(doubled, None, "{message} is stored twice");
        }
        page = answer.next_page().map(str::to_owned);
    }
    stored
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_replica_loses_and_doubles_nothing() {
    let run = Run::start(Stores::real().await, Duration::from_millis(20)).await;
    run.wait_for(TOTAL / 4).await;
    run.replicas[0].kill().await;
    run.wait_for(TOTAL / 2).await;
    run.replicas[0].start_again().await;
    run.wait_for(TOTAL * 3 / 4).await;
    run.replicas[1].kill().await;
    let reader = replica(&run.stores).await;
    run.finish(&reader).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_seconds_without_redis_lose_and_double_nothing() {
    let redis = Redis::start().await;
    let stores = Stores {
        redis: Some(redis.url()),
        ..Stores::real().await
    };
    let run = Run::start(stores, Duration::from_millis(150)).await;
    run.wait_for(TOTAL / 10).await;
    redis.stop(Stop::Kill).await;
    let before = run.progress.acknowledged.load(Ordering::SeqCst);
    wait::until(
        "a replica says that publications do not arrive",
        async || {
            let problems = ready(&run.replicas[0]).await;
            problems["problems"]["pubsub"].is_string().then_some(())
        },
    )
    .await;
    // The fault itself lasts ten seconds; nothing is awaited by it.
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(
        run.progress.acknowledged.load(Ordering::SeqCst) > before,
        "messages are stored without Redis"
    );
    redis.start_again().await;
    run.replicas[0].wait_until_ready().await;
    let reader = replica(&run.stores).await;
    run.finish(&reader).await;
}

async fn ready(replica: &Folkmoot) -> Value {
    replica.admin.get("/readyz").await.json()
}
