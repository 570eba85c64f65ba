//! Redis forgets, is away, and is slow: readers get right answers all the time, and timelines come back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use folkmoot_common::kv::{Bounds, Slice, TimelineRead};
use folkmoot_tests::{
    Stop,
    app::{Member, Stores},
    backends::Redis,
    wait,
};

use super::teller::{Feed, home, titles};

async fn with(redis: &Redis) -> Stores {
    Stores {
        redis: Some(redis.url()),
        ..Stores::real().await
    }
}

fn flush(redis: &Redis) {
    let mut connection = redis::Client::open(redis.url())
        .unwrap()
        .get_connection()
        .unwrap();
    redis::cmd("FLUSHALL").exec(&mut connection).unwrap();
}

/// A list of numbers as titles: one lower each, from some number on, without a hole or a double.
fn check(titles: &[String], at_least: i64, longest: usize, what: &str) -> i64 {
    let numbers: Vec<i64> = titles.iter().map(|title| title.parse().unwrap()).collect();
    let top = numbers.first().copied().unwrap_or(-1);
    let expected: Vec<i64> = (0..=top).rev().take(longest).collect();
    assert_eq!(numbers, expected, "{what}: holes or doubles");
    assert!(
        top >= at_least,
        "{what}: {top} is shown, and before it was {at_least}"
    );
    top
}

/// Reads all the time; what one answer showed, all later ones show.
async fn read_on(
    member: Member,
    path: &'static str,
    longest: usize,
    seen: Arc<AtomicI64>,
    stop: Arc<AtomicBool>,
) -> usize {
    let mut reads = 0;
    while !stop.load(Ordering::SeqCst) {
        // One that is shown from the tables may not be in the timelines for the moment until the event is done: the one
        // before it is, because events are taken one after the other.
        let before = seen.load(Ordering::SeqCst) - 1;
        let shown = titles(&member.get(path).await.expect(200));
        let top = check(&shown, before, longest, path);
        seen.fetch_max(top, Ordering::SeqCst);
        reads += 1;
    }
    reads
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_flushed_all_the_time_is_never_noticed() {
    let redis = Redis::start().await;
    let stores = with(&redis).await;
    let feed = Feed::start(&stores, &["--feed-home-entries=100"]).await;
    let (ann, bob) = (feed.member("ann"), feed.member("bob"));
    feed.teller.relate("follow.created", &bob, &ann).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for (path, longest) in [
        ("/api/feed?limit=200", 200),
        ("/api/feed?limit=10", 10),
        ("/api/activity-stream?limit=100", 100),
        ("/api/activity-stream?limit=7", 7),
    ] {
        let (seen, stop) = (Arc::new(AtomicI64::new(-1)), stop.clone());
        readers.push(tokio::spawn(read_on(
            bob.clone(),
            path,
            longest,
            seen,
            stop,
        )));
    }
    for n in 0..160 {
        feed.teller.open(&ann, &n.to_string()).await;
        if n % 4 == 0 {
            flush(&redis);
        }
        wait::until("it is shown", async || {
            let shown = home(&bob).await;
            (shown.first().map(String::as_str) == Some(&n.to_string())).then_some(())
        })
        .await;
    }
    stop.store(true, Ordering::SeqCst);
    for reader in readers {
        assert!(reader.await.unwrap() > 20);
    }
    in_timelines(&feed, &bob, 100).await;
}

/// Waits until a home feed is read from its timeline.
async fn in_timelines(feed: &Feed, member: &Member, count: usize) {
    let read = TimelineRead {
        name: format!("feed:home:{}", member.user_id),
        before: None,
        limit: 1_000,
        ttl: Duration::from_secs(3600),
    };
    wait::until("the timeline is there again", async || {
        home(member).await;
        let found = feed
            .teller
            .ctx
            .kv
            .read_timelines(std::slice::from_ref(&read))
            .await
            .ok()?;
        found[0]
            .as_ref()
            .filter(|found| found.ids.len() == count)
            .map(|_| ())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_the_tables_answer_and_what_was_missed_is_made_up() {
    let redis = Redis::start().await;
    let stores = with(&redis).await;
    let feed = Feed::start(&stores, &[]).await;
    let (ann, bob, eve) = (feed.member("ann"), feed.member("bob"), feed.member("eve"));
    feed.teller.relate("follow.created", &bob, &ann).await;
    feed.teller.open(&ann, "0").await;
    in_timelines(&feed, &bob, 1).await;

    // Its memory survives: the timelines it has then lack what happens now.
    redis.pause().await;
    feed.teller.open(&ann, "1").await;
    feed.teller.relate("follow.created", &bob, &eve).await;
    feed.teller.open(&eve, "2").await;
    wait::until("the tables answer", async || {
        (home(&bob).await == ["2", "1", "0"]).then_some(())
    })
    .await;
    assert_eq!(feed.titles("/api/activity-stream").await, ["2", "1", "0"]);
    let started = Instant::now();
    for _ in 0..20 {
        assert_eq!(home(&bob).await, ["2", "1", "0"]);
    }
    assert!(
        started.elapsed() < Duration::from_secs(15),
        "not every reader waits for Redis"
    );
    redis.resume();
    in_timelines(&feed, &bob, 3).await;
    for _ in 0..3 {
        assert_eq!(home(&bob).await, ["2", "1", "0"]);
        assert_eq!(feed.titles("/api/activity-stream").await, ["2", "1", "0"]);
    }

    redis.stop(Stop::Kill).await;
    feed.teller.open(&ann, "3").await;
    wait::until("the tables answer", async || {
        (home(&bob).await == ["3", "2", "1", "0"]).then_some(())
    })
    .await;
    redis.start_again().await;
    in_timelines(&feed, &bob, 4).await;
    assert_eq!(home(&bob).await, ["3", "2", "1", "0"]);
}

const FOLLOWERS: usize = 10_000;

/// The aim is two seconds with the optimised build on one core; this one only has to be of that kind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_reaches_ten_thousand_feeds() {
    let redis = Redis::start().await;
    let stores = with(&redis).await;
    let feed = Feed::start(&stores, &[]).await;
    let ann = feed.member("ann");
    let url = stores.database.as_deref().unwrap();
    let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    let pool = sqlx::PgPool::connect_with(options.options([("search_path", "feed")]))
        .await
        .unwrap();
    let now = feed.teller.ctx.clock.now();
    for statement in [
        "insert into members (user_id, username, follower_count, is_large, active_at, changed_at) \
         select 'f' || lpad(cast(n as text), 6, '0'), 'f', 0, false, $1, $1 from generate_series(1, $3) n where $2 <> ''",
        "insert into relations (kind, user_id, target_id, is_active, changed_at) \
         select 'follow', 'f' || lpad(cast(n as text), 6, '0'), $2, true, $1 from generate_series(1, $3) n",
        "insert into members (user_id, username, follower_count, is_large, changed_at) values ($2, 'ann', $3, false, $1)",
    ] {
        let filled = sqlx::query(statement)
            .bind(now)
            .bind(&ann.user_id)
            .bind(FOLLOWERS as i32);
        filled.execute(&pool).await.unwrap();
    }
    sqlx::query("analyze").execute(&pool).await.unwrap();
    let kv = &feed.teller.ctx.kv;
    let names: Vec<_> = (1..=FOLLOWERS)
        .map(|n| format!("feed:home:f{n:06}"))
        .collect();
    let bounds = Bounds {
        capacity: 400,
        ttl: Duration::from_secs(3600),
    };
    let full = Slice {
        ids: (0..400).map(|_| feed.teller.ctx.ids.next()).rev().collect(),
        is_end: false,
    };
    for name in &names {
        let filling = kv
            .open_timeline(name, feed.teller.ctx.ids.next())
            .await
            .unwrap()
            .unwrap();
        assert!(
            kv.fill_timeline(name, filling, &full, bounds)
                .await
                .unwrap()
        );
    }
    let thread = feed.teller.thread(&ann, "to all");
    let started = Instant::now();
    feed.teller.tell("discussion.thread.created", &thread).await;
    let reads: Vec<_> = names
        .iter()
        .map(|name| TimelineRead {
            name: name.clone(),
            before: None,
            limit: 1,
            ttl: bounds.ttl,
        })
        .collect();
    // Followers are served in the order of their ids.
    let last = reads.last().cloned().unwrap();
    wait::until("the last has it", async || {
        let found = kv.read_timelines(std::slice::from_ref(&last)).await.ok()?;
        (found[0].as_ref()?.ids == [thread.thread_id]).then_some(())
    })
    .await;
    let took = started.elapsed();
    for some in reads.chunks(500) {
        for found in kv.read_timelines(some).await.unwrap() {
            assert_eq!(found.unwrap().ids, [thread.thread_id]);
        }
    }
    println!("a post reached {FOLLOWERS} feeds in {took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}
