//! Sessions: echo, ephemeral frames, time-outs, ends, slow readers, drain.

use std::{sync::Arc, time::Duration};

use folkmoot_realtime::{Config, Frame, Publication, close};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};
use tungstenite::Message;

use crate::harness::{Server, TestBus, config, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn text_goes_in_and_out_and_everything_is_given_back() {
    let server = Server::simple().await;
    let mut alice = server.connect("plain-a", "alice").await;
    assert_eq!(alice.next().await, "joined 0 true 0");
    for len in [1, 125, 126, 4000, 65_535] {
        alice.send(&"x".repeat(len)).await;
        assert_eq!(alice.next().await, format!("echo {len}"));
    }
    alice.send("wait").await;
    alice.send("after").await;
    assert_eq!(alice.next().await, "waited");
    assert_eq!(alice.next().await, "echo 5");
    alice.0.close(None).await.unwrap();
    assert_eq!(alice.next().await, "close");
    until("no socket", || server.engine.sockets() == 0).await;
    assert_eq!(*server.closed.lock().unwrap(), [("alice".to_owned(), 1005)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_closes_and_a_handler_panics() {
    let server = Server::simple().await;
    let mut alice = server.connect("plain-a", "alice").await;
    let mut bob = server.connect("plain-a", "bob").await;
    assert_eq!(alice.next().await, "joined 0 true 0");
    assert_eq!(bob.next().await, "joined 0 true 0");
    alice.send("bye").await;
    assert_eq!(alice.next().await, "close 4000");
    bob.send("panic").await;
    assert_eq!(bob.next().await, "end");
    until("no socket", || server.engine.sockets() == 0).await;
    assert_eq!(*server.closed.lock().unwrap(), [("alice".to_owned(), 4000)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typing_reaches_the_others_only_also_on_another_replica() {
    let (bus, log) = (TestBus::default(), Arc::default());
    let one = Server::start(config(), &bus, &log).await;
    let two = Server::start(config(), &bus, &log).await;
    let mut alice = one.connect("plain-a", "alice").await;
    let mut bob = one.connect("plain-a", "bob").await;
    let mut carol = two.connect("plain-a", "carol").await;
    for client in [&mut alice, &mut bob, &mut carol] {
        assert_eq!(client.next().await, "joined 0 true 0");
    }
    alice.send("typing").await;
    assert_eq!(bob.next().await, "typing");
    assert_eq!(carol.next().await, "typing");
    let publication = Publication::message("plain-a", Frame::text("to all"));
    two.engine.publish(vec![publication]).await;
    for client in [&mut alice, &mut bob, &mut carol] {
        assert_eq!(client.next().await, "to all");
    }
    bob.send("leave").await;
    bob.send("x").await;
    assert_eq!(bob.next().await, "echo 1");
    alice.send("typing").await;
    assert_eq!(carol.next().await, "typing");
    bob.send("x").await;
    assert_eq!(bob.next().await, "echo 1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_are_unsubscribed_a_while_after_the_last_left() {
    let bus = TestBus::default();
    let server = Server::start(config(), &bus, &Arc::default()).await;
    for _ in 0..3 {
        let mut alice = server.connect("plain-a", "alice").await;
        assert_eq!(alice.next().await, "joined 0 true 0");
        assert_eq!(bus.subscriptions(), 1);
        drop(alice);
        until("no subscription", || bus.subscriptions() == 0).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_with_its_token_or_when_it_is_revoked() {
    let server = Server::start(
        Config {
            ping_interval: Duration::from_millis(1100),
            ..config()
        },
        &TestBus::default(),
        &Arc::default(),
    )
    .await;
    let mut alice = server
        .connect_to("/ws/plain-a/alice?expires_ms=1100")
        .await
        .unwrap();
    let mut bob = server.connect("plain-a", "bob").await;
    assert_eq!(alice.next().await, "joined 0 true 0");
    assert_eq!(bob.next().await, "joined 0 true 0");
    assert_eq!(alice.next().await, "close 3500");
    let count = server
        .engine
        .close_where(|s| &*s.user_id == "bob", close::POLICY, "out");
    assert_eq!(count, 1);
    assert_eq!(bob.next().await, "close 3503");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_peer_is_dropped_and_one_that_answers_stays() {
    let config = Config {
        ping_interval: Duration::from_millis(300),
        ..config()
    };
    let server = Server::start(config, &TestBus::default(), &Arc::default()).await;
    let mut lively = server.connect("plain-a", "lively").await;
    let silent = server.connect("plain-a", "silent").await;
    let end = Instant::now() + Duration::from_secs(3);
    let mut pings = 0;
    while Instant::now() < end {
        // Reading answers the pings; the silent one is never read.
        if let Ok(Some(Ok(Message::Ping(_)))) =
            timeout(Duration::from_millis(50), lively.0.next()).await
        {
            pings += 1;
        }
    }
    assert!(pings >= 5, "{pings}");
    assert_eq!(
        *server.closed.lock().unwrap(),
        [("silent".to_owned(), 1006)]
    );
    assert_eq!(server.engine.sockets(), 1);
    drop(silent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_is_closed_with_3008_and_the_others_do_not_notice() {
    let config = Config {
        max_queue_bytes: 256 * 1024,
        ..config()
    };
    let log = Arc::default();
    let server = Server::start(config, &TestBus::default(), &log).await;
    let mut fast = server.connect("room", "fast").await;
    let mut slow = server.connect("room", "slow").await;
    assert_eq!(fast.next().await, "joined 0 true 0");
    assert_eq!(slow.next().await, "joined 0 true 0");
    let filler = "x".repeat(16 * 1024);
    let (mut seq, mut worst) = (0, 0);
    while server.closed.lock().unwrap().is_empty() {
        let (next, frame) = log.append("room", |seq| format!("{seq} {filler}"));
        seq += 1;
        assert_eq!(next, seq);
        server
            .engine
            .publish(vec![Publication::ordered("room", seq, frame)])
            .await;
        let text = fast.next().await;
        assert_eq!(text.split_once(' ').unwrap().0, seq.to_string());
        worst = worst.max(server.engine.queued_bytes());
        assert!(seq < 10_000, "the slow reader was never closed");
    }
    assert!(worst <= 2 * 256 * 1024, "{worst} bytes waited");
    assert_eq!(*server.closed.lock().unwrap(), [("slow".to_owned(), 3008)]);
    until("nothing waits", || server.engine.queued_bytes() == 0).await;
    // What the slow one got before the end is in order and without a cut frame.
    let mut expected = 1;
    loop {
        let text = slow.next().await;
        if text == "end" || text == "close 3008" {
            break;
        }
        assert_eq!(text.split_once(' ').unwrap().0, expected.to_string());
        expected += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_reads_slowly_but_in_time_gets_everything_and_the_close_code() {
    let config = Config {
        max_queue_bytes: 8 * 1024 * 1024,
        close_timeout: Duration::from_secs(10),
        ..config()
    };
    let log = Arc::default();
    let server = Server::start(config, &TestBus::default(), &log).await;
    let mut alice = server.connect("room", "alice").await;
    assert_eq!(alice.next().await, "joined 0 true 0");
    let filler = "x".repeat(16 * 1024);
    for _ in 0..400 {
        let (seq, frame) = log.append("room", |seq| format!("{seq} {filler}"));
        server
            .engine
            .publish(vec![Publication::ordered("room", seq, frame)])
            .await;
    }
    until("something waits", || server.engine.queued_bytes() > 100_000).await;
    server.engine.close_where(|_| true, close::DRAINING, "go");
    // All that was taken in before the close, which ends the stream.
    let mut seq = 0;
    loop {
        let text = alice.next().await;
        if text == "close 3001" {
            break;
        }
        seq += 1;
        assert_eq!(text.split_once(' ').unwrap().0, seq.to_string());
    }
    assert!(seq > 10, "{seq}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_closes_all_in_time_with_a_hint_and_refuses_new_ones() {
    let server = Server::simple().await;
    let mut clients = Vec::new();
    for n in 0..50 {
        clients.push(server.connect("plain-a", &format!("u{n}")).await);
    }
    let deaf = clients.pop();
    let begin = Instant::now();
    let engine = server.engine.clone();
    let drain = tokio::spawn(async move { engine.drain(Duration::from_secs(2)).await });
    let mut hints = std::collections::HashSet::new();
    for client in &mut clients {
        assert_eq!(client.next().await, "joined 0 true 0");
        let hint = client.next().await;
        assert!(
            hint.starts_with(r#"{"type":"reconnect","after_ms":"#),
            "{hint}"
        );
        hints.insert(hint);
        assert_eq!(client.next().await, "close 3001");
    }
    assert!(hints.len() > 20, "the hints are not spread");
    let refused = server.connect_to("/ws/plain-a/late").await.err().unwrap();
    let tungstenite::Error::Http(response) = refused else {
        panic!("{refused}")
    };
    assert_eq!(response.status(), 503);
    drain.await.unwrap();
    assert!(begin.elapsed() < Duration::from_millis(2500));
    until("no socket", || server.engine.sockets() == 0).await;
    drop(deaf);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typing_never_takes_the_space_of_messages() {
    let server = Server::simple().await;
    let mut fast = server.connect("plain-a", "fast").await;
    let _slow = server.connect("plain-a", "slow").await;
    assert_eq!(fast.next().await, "joined 0 true 0");
    until("both are here", || server.engine.sockets() == 2).await;
    let filler = Frame::text(&"x".repeat(16 * 1024));
    while server.engine.queued_bytes() == 0 {
        server
            .engine
            .publish(vec![Publication::message("plain-a", filler.clone())])
            .await;
        fast.next().await;
    }
    // What the kernel still takes, it takes soon.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let before = server.engine.queued_bytes();
    let typing = Frame::text(&"t".repeat(1000));
    for _ in 0..1000 {
        server
            .engine
            .publish(vec![Publication::ephemeral("plain-a", typing.clone())])
            .await;
    }
    server
        .engine
        .publish(vec![Publication::message("plain-a", Frame::text("end"))])
        .await;
    while fast.next().await != "end" {}
    assert!(server.engine.queued_bytes() < before + 5000);
    assert!(server.closed.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_replica_refuses() {
    let config = Config {
        max_sockets: 2,
        ..config()
    };
    let server = Server::start(config, &TestBus::default(), &Arc::default()).await;
    let first = server.connect("plain-a", "first").await;
    let _second = server.connect("plain-a", "second").await;
    assert!(server.connect_to("/ws/plain-a/third").await.is_err());
    drop(first);
    until("a place", || server.engine.sockets() == 1).await;
    assert!(server.connect_to("/ws/plain-a/third").await.is_ok());
}
