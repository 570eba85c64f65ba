//! Ordered topics: joins with `since` while messages flow.

use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use folkmoot_realtime::{Config, Publication};

use crate::harness::{Server, TestBus, TestLog, config, until};

fn range(from: u64, to: u64) -> Vec<u64> {
    (from..=to).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_join_continues_after_since_or_says_that_it_cannot() {
    let log = Arc::new(TestLog::default());
    let config = Config {
        max_replay: 100,
        recent_bytes: 0,
        ..config()
    };
    let server = Server::start(config, &TestBus::default(), &log).await;
    let mut first = server.connect("room", "first").await;
    assert_eq!(first.next().await, "joined 0 true 0");
    server.say(&log, "room", 150).await;
    assert_eq!(first.seqs_until(150).await, range(1, 150));
    for (since, greeting) in [
        (None, "joined 150 true 0"),
        (Some(150), "joined 150 true 0"),
        (Some(149), "joined 150 true 1"),
        (Some(50), "joined 150 true 100"),
        (Some(49), "joined 150 false 0"),
        (Some(0), "joined 150 false 0"),
        (Some(151), "joined 150 false 0"),
        (Some(u64::MAX), "joined 150 false 0"),
    ] {
        let mut client = server.connect_since("room", "late", since).await;
        assert_eq!(client.next().await, greeting, "{since:?}");
        if let Some(since) = since.filter(|_| greeting.contains("true") && since < Some(150)) {
            assert_eq!(client.seqs_until(150).await, range(since + 1, 150));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_absence_is_replayed_without_the_log() {
    let log = Arc::new(TestLog::default());
    let server = Server::start(config(), &TestBus::default(), &log).await;
    let mut first = server.connect("room", "first").await;
    assert_eq!(first.next().await, "joined 0 true 0");
    server.say(&log, "room", 100).await;
    first.seqs_until(100).await;
    let mut late = server.connect_since("room", "late", Some(60)).await;
    assert_eq!(late.next().await, "joined 100 true 40");
    assert_eq!(late.seqs_until(100).await, range(61, 100));
    assert_eq!(log.reads.load(SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_that_would_not_fit_the_queue_is_not_begun() {
    let log = Arc::new(TestLog::default());
    let config = Config {
        max_queue_bytes: 100_000,
        recent_bytes: 0,
        ..config()
    };
    let server = Server::start(config, &TestBus::default(), &log).await;
    for _ in 0..10 {
        log.append("room", |_| "x".repeat(10_000));
    }
    let mut late = server.connect_since("room", "late", Some(0)).await;
    assert_eq!(late.next().await, "joined 10 false 0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_has_seen_more_than_this_replica_waits_for_it() {
    let log = Arc::new(TestLog::default());
    let server = Server::start(config(), &TestBus::default(), &log).await;
    let mut first = server.connect("room", "first").await;
    assert_eq!(first.next().await, "joined 0 true 0");
    // Durable and seen elsewhere; the publications have not come here.
    let frames: Vec<_> = (0..5)
        .map(|_| log.append("room", |seq| format!("message {seq}")))
        .collect();
    let mut ahead = server.connect_since("room", "ahead", Some(3)).await;
    for (seq, frame) in frames {
        server
            .engine
            .publish(vec![Publication::ordered("room", seq, frame)])
            .await;
    }
    let greeting = ahead.next().await;
    assert!(greeting.contains("true"), "{greeting}");
    assert_eq!(ahead.seqs_until(5).await, [4, 5]);
    assert_eq!(first.seqs_until(5).await, range(1, 5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn joins_wait_while_the_log_is_broken() {
    let log = Arc::new(TestLog::default());
    let server = Server::start(config(), &TestBus::default(), &log).await;
    for _ in 0..10 {
        log.append("room", |seq| format!("message {seq}"));
    }
    log.broken.store(true, SeqCst);
    let mut client = server.connect_since("room", "late", Some(4)).await;
    server.say(&log, "room", 5).await;
    until("the log was asked", || server.engine.sockets() == 1).await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    log.broken.store(false, SeqCst);
    let greeting = client.next().await;
    assert!(greeting.contains("true"), "{greeting}");
    assert_eq!(client.seqs_until(15).await, range(5, 15));
}

/// Clients come, go and come back with `since` at two replicas while a faulty broker loses and doubles
/// publications, the log is slow, and messages flow.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_seq_once_and_in_order_whatever_happens() {
    for seed in 1..=6 {
        one_storm(seed).await;
    }
}

async fn one_storm(seed: u64) {
    const TOTAL: u64 = 400;
    let (bus, log) = (TestBus::faulty(seed, 7, 5), Arc::new(TestLog::default()));
    log.slow_ms.store(seed % 3, SeqCst);
    let config = Config {
        recent_bytes: [0, 200, 10_000][(seed % 3) as usize],
        ..config()
    };
    let servers = [
        Server::start(config.clone(), &bus, &log).await,
        Server::start(config, &bus, &log).await,
    ];
    let writer = {
        let (servers, log) = (servers.clone(), Arc::clone(&log));
        tokio::spawn(async move {
            for n in 0..TOTAL / 4 {
                servers[(n % 2) as usize].say(&log, "room", 4).await;
                tokio::time::sleep(Duration::from_millis(n % 4)).await;
            }
        })
    };
    let readers: Vec<_> = (0..12_u64)
        .map(|reader| {
            let servers = servers.clone();
            tokio::spawn(async move {
                let (mut last, mut turn) = (0, reader + seed);
                while last < TOTAL {
                    turn += 1;
                    let server = &servers[(turn % 2) as usize];
                    let mut client = server.connect_since("room", "r", Some(last)).await;
                    let greeting = client.next().await;
                    assert!(greeting.contains("true"), "{greeting} since {last}");
                    for _ in 0..1 + turn * 7 % 60 {
                        if last == TOTAL {
                            break;
                        }
                        let text = client.next().await;
                        last += 1;
                        assert_eq!(text, format!("message {last}"), "reader {reader}");
                    }
                }
            })
        })
        .collect();
    writer.await.unwrap();
    for reader in readers {
        reader
            .await
            .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}
