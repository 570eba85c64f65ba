//! NATS is away, and the feed is killed between taking an event and acknowledging it: nothing is lost or counted twice.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::time::Duration;

use folkmoot_common::{ServiceName, events::discussion::ThreadChanged};
use folkmoot_tests::{
    Stop,
    app::{Member, Stores},
    backends::{Nats, Redis},
    process::Folkmoot,
    wait,
};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::feed::teller::{Teller, home, titles};

const OUTAGE: Duration = Duration::from_secs(20);

async fn stores(nats: &Nats, redis: &Redis) -> Stores {
    let stores = Stores {
        nats: Some(nats.url()),
        redis: Some(redis.url()),
        ..Stores::real().await
    };
    // Tokens can only be believed where keys are: identity makes them, which does not run here.
    drop(stores.issuer());
    stores
}

async fn entry(member: &Member, thread: &ThreadChanged) -> Value {
    let list = member.get("/api/feed?limit=200").await.expect(200);
    let list = list.as_array().unwrap().iter();
    let mut found = list.filter(|one| one["id"] == json!(thread.thread_id));
    found.next().cloned().unwrap_or_default()
}

async fn counts(member: &Member, thread: &ThreadChanged) -> Option<(u64, u64)> {
    let entry = entry(member, thread).await;
    Some((
        entry["like_count"].as_u64()?,
        entry["comment_count"].as_u64()?,
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_seconds_without_nats_delay_feeds_and_lose_and_double_nothing() {
    let (nats, redis) = (Nats::start().await, Redis::start().await);
    let stores = stores(&nats, &redis).await;
    let feed = Folkmoot::serve(&[ServiceName::Feed])
        .stores(&stores)
        .start()
        .await;
    let teller = Teller::start(&stores).await;
    let [ann, bob] = ["ann", "bob"].map(|name| stores.member(feed.site(), name));
    teller.relate("follow.created", &bob, &ann).await;
    let thread = teller.open(&ann, "commented").await;
    wait::until("it is told", async || counts(&bob, &thread).await).await;
    for n in 0..500 {
        if n == 170 {
            nats.stop(Stop::Kill).await;
        }
        if n == 340 {
            // The fault itself lasts twenty seconds; nothing is awaited by it.
            tokio::time::sleep(OUTAGE).await;
            nats.start_again().await;
        }
        let comment = teller.commented(&thread, &bob, &n.to_string());
        teller.tell("discussion.comment.created", &comment).await;
        if n % 5 == 0 {
            let like = teller.liked(&thread, &format!("u{n}"));
            teller.tell("discussion.thread.liked", &like).await;
            teller.open(&ann, &n.to_string()).await;
        }
    }
    wait::until_within(wait::LIMIT * 4, "everything is told", async || {
        let all = counts(&bob, &thread).await? == (100, 500) && home(&bob).await.len() == 101;
        all.then_some(())
    })
    .await;
    let mut expected: Vec<_> = (0..500).step_by(5).map(|n| n.to_string()).rev().collect();
    expected.push("commented".to_owned());
    assert_eq!(
        home(&bob).await,
        expected,
        "none is lost, none is doubled, and in order"
    );
    let stats = bob.get("/api/activity-stream/stats").await.expect(200);
    assert_eq!(stats["global_feed_size"], 101);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_is_killed_again_and_again_counts_everything_once() {
    let (nats, redis) = (Nats::start().await, Redis::start().await);
    let stores = stores(&nats, &redis).await;
    let feed = Folkmoot::serve(&[ServiceName::Feed])
        .stores(&stores)
        .start()
        .await;
    let teller = Teller::start(&stores).await;
    let [ann, bob] = ["ann", "bob"].map(|name| stores.member(feed.site(), name));
    teller.relate("follow.created", &bob, &ann).await;
    let thread = teller.open(&ann, "commented").await;
    wait::until("it is told", async || counts(&bob, &thread).await).await;
    for round in 0..6 {
        let mut events = Vec::new();
        for n in 0..60 {
            let comment = teller.commented(&thread, &bob, "x");
            events.push(teller.event("discussion.comment.created", &comment));
            let like = teller.liked(&thread, &format!("u{round}-{n}"));
            events.push(teller.event("discussion.thread.liked", &like));
        }
        let new = teller.thread(&ann, &round.to_string());
        events.insert(40, teller.event("discussion.thread.created", &new));
        let before = counts(&bob, &thread).await.unwrap();
        teller.tell_all(&events).await;
        wait::until("it is in the middle of it", async || {
            (counts(&bob, &thread).await? != before).then_some(())
        })
        .await;
        feed.kill().await;
        feed.start_again().await;
    }
    wait::until_within(wait::LIMIT * 4, "everything is counted", async || {
        (counts(&bob, &thread).await? == (360, 360) && home(&bob).await.len() == 7).then_some(())
    })
    .await;
    assert_eq!(
        home(&bob).await,
        ["5", "4", "3", "2", "1", "0", "commented"]
    );
}

/// Redis is held, so that the feed stands between its commit and the acknowledgement.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_is_killed_between_taking_and_acknowledging_does_the_rest_later() {
    let (nats, redis) = (Nats::start().await, Redis::start().await);
    let stores = stores(&nats, &redis).await;
    let feed = Folkmoot::serve(&[ServiceName::Feed])
        .stores(&stores)
        .start()
        .await;
    let teller = Teller::start(&stores).await;
    let [ann, bob] = ["ann", "bob"].map(|name| stores.member(feed.site(), name));
    teller.relate("follow.created", &bob, &ann).await;
    teller.open(&ann, "first").await;
    wait::until("it is in the feed", async || {
        (home(&bob).await == ["first"]).then_some(())
    })
    .await;
    // Read until it comes from its timeline.
    let timeline = format!("{}:timeline:feed:home:{}", stores.instance, bob.user_id);
    let length = || -> Option<usize> {
        let mut connection = redis::Client::open(redis.url())
            .ok()?
            .get_connection()
            .ok()?;
        redis::cmd("ZCARD")
            .arg(&timeline)
            .query(&mut connection)
            .ok()
    };
    wait::until("it is in a timeline", async || {
        home(&bob).await;
        (length() == Some(2)).then_some(())
    })
    .await;

    let options: sqlx::postgres::PgConnectOptions =
        stores.database.as_deref().unwrap().parse().unwrap();
    let pool = PgPool::connect_with(options.options([("search_path", "feed")]))
        .await
        .unwrap();
    redis.pause().await;
    let second = teller.open(&ann, "second").await;
    wait::until("it is committed", async || {
        let found = sqlx::query("select id from entries where id = $1").bind(second.thread_id);
        found.fetch_optional(&pool).await.unwrap().map(|_| ())
    })
    .await;
    feed.kill().await;
    redis.resume();
    assert_eq!(length(), Some(2), "the timeline does not have it");
    feed.start_again().await;
    wait::until_within(wait::LIMIT * 3, "the timeline has it", async || {
        (length() == Some(3)).then_some(())
    })
    .await;
    assert_eq!(home(&bob).await, ["second", "first"]);
    assert_eq!(
        titles(&bob.get("/api/activity-stream").await.expect(200)),
        ["second", "first"]
    );
}
