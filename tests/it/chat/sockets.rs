//! Sockets that misbehave or have to go, and replicas that share a room.

use std::time::Duration;

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::{Received, Stores, TestApp},
    on_both_backends, wait,
};
use serde_json::json;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
};

use super::seqs;

on_both_backends! {
    async fn a_peer_that_stops_reading_is_closed_while_others_keep_reading(backends: Backends) {
        let app = TestApp::on(backends).services(&[ServiceName::Chat]).open()
            .set("CHAT_MESSAGES_PER_SECOND", "100000").set("CHAT_MESSAGE_BURST", "100000").start().await;
        let _stuck = stuck_socket(&app).await;
        let mut writing = app.guest("ann").chat("general").await;
        let content = "x".repeat(16_000);
        let closed = || async {
            let metrics = app.admin.get("/metrics").await.text();
            let of_slow = metrics.lines().find(|line| line.contains("close") && line.contains("3008"));
            of_slow.is_some_and(|line| !line.ends_with(" 0"))
        };
        let mut sent = 0;
        while !closed().await {
            assert!(sent < 2_000, "32 MB were queued for a peer that does not read");
            for _ in 0..20 {
                writing.send_text(&content).await;
                sent += 1;
                assert_eq!(writing.next_message().await["seq"], sent);
            }
        }
    }

    async fn a_stopping_server_tells_its_sockets_to_come_back(backends: Backends) {
        let mut app = TestApp::on(backends).set("SHUTDOWN_GRACE_SECONDS", "2").start().await;
        let mut socket = app.member("ann").chat("general").await;
        socket.expect("user_joined").await;
        let watching = tokio::spawn(async move {
            let hint = socket.expect("reconnect").await;
            (hint, socket.close_code().await)
        });
        app.stop().await;
        let (hint, code) = wait::within("the socket closes", watching).await.expect("no panic");
        assert!(hint["after_ms"].is_u64(), "{hint}");
        assert_eq!(code, Some(3001));
    }

    async fn a_sender_who_is_too_fast_is_told_and_what_is_refused_is_not_stored(backends: Backends) {
        let app = TestApp::on(backends).set("CHAT_MESSAGES_PER_SECOND", "1").set("CHAT_MESSAGE_BURST", "5").start().await;
        let ann = app.member("ann");
        let mut socket = ann.chat("general").await;
        for n in 0..8 {
            socket.send(&json!({"type": "message", "content": n.to_string(), "client_id": n.to_string()})).await;
        }
        let refused = socket.expect("error").await;
        assert_eq!((&refused["code"], &refused["temporary"]), (&json!("rate_limited"), &json!(true)));
        assert!(refused["client_id"].is_string(), "{refused}");
        wait::until("the accepted messages are stored", async || {
            let history = ann.get("/api/chat/rooms/general/messages").await.expect(200);
            let stored = history.as_array().expect("a list").len();
            assert!(stored <= 7, "{stored}");
            (stored >= 5).then_some(())
        }).await;
    }
}

/// A socket that was opened and is never read, with a small receive buffer.
async fn stuck_socket(app: &TestApp) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a buffer size");
    let mut stream = socket.connect(app.address()).await.expect("a connection");
    let request = format!(
        "GET /ws/general/stuck HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        app.address()
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("a request");
    wait::until("the stuck socket is in the room", async || {
        let health = app.get("/health").await.expect(200);
        (health["sockets"] == 1).then_some(())
    })
    .await;
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_sent_to_one_replica_arrives_from_the_other_in_order_and_once() {
    let stores = Stores::real().await;
    // Identity does not run here: its keys are made first.
    let _ = stores.issuer();
    let start = || {
        let chat = TestApp::real()
            .stores(&stores)
            .services(&[ServiceName::Chat]);
        chat.set("CHAT_MESSAGE_BURST", "10000")
            .set("CHAT_MESSAGES_PER_SECOND", "10000")
            .start()
    };
    let (one, two) = tokio::join!(start(), start());
    let (ann, bob) = (one.member("ann"), two.member("bob"));
    let (mut left, mut right) = (ann.chat("general").await, bob.chat("general").await);
    for n in 0..100 {
        left.send_text(&format!("left {n}")).await;
        right.send_text(&format!("right {n}")).await;
    }
    for socket in [&mut left, &mut right] {
        let mut read = Vec::new();
        while read.len() < 200 {
            read.push(socket.next_message().await);
        }
        assert_eq!(seqs(&read), (1..=200).collect::<Vec<_>>());
        for side in ["left", "right"] {
            let contents = read
                .iter()
                .filter_map(|message| message["content"].as_str());
            let of_side: Vec<_> = contents
                .filter(|content| content.starts_with(side))
                .collect();
            let expected: Vec<_> = (0..100).map(|n| format!("{side} {n}")).collect();
            assert_eq!(of_side, expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_ends_with_its_token() {
    let app = TestApp::embedded().start().await;
    let issuer = app.stores.issuer();
    let user_id = issuer.user_id();
    let mut claims = issuer.claims(&user_id, "ann", &["member"]);
    claims.exp = claims.iat + 2;
    let mut socket = app
        .site()
        .member(&user_id, "ann", &issuer.sign(&claims))
        .chat("general")
        .await;
    let end = tokio::time::timeout(Duration::from_secs(45), async {
        loop {
            if let Received::Closed(code) = socket.receive_without_limit().await {
                return code;
            }
        }
    });
    assert_eq!(end.await.expect("an end"), Some(3500));
}
