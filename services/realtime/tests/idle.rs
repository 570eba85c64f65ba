//! What idle sockets keep resident. Alone in its process, so that nothing else allocates; the clients' end
//! is a bare `TcpStream` of std, which has no memory of its own.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract::State, response::Response, routing::get};
use folkmoot_common::kv::pubsub::PubSub;
use folkmoot_realtime::{Config, Connection, Engine, Flow, Frame, Handler, Join, Session, Upgrade};

struct Member;

impl Handler for Member {
    fn on_open(&mut self, connection: &Connection) -> Flow {
        drop(connection.join(Join::unordered("lobby")));
        Flow::Continue
    }

    fn on_text(&mut self, connection: &Connection, _: &str) -> Flow {
        connection.send(&Frame::text("ok"));
        Flow::Continue
    }
}

async fn socket(State(engine): State<Engine>, upgrade: Upgrade) -> Response {
    let session = Session {
        user_id: "user".into(),
        session_id: None,
        issued_at: None,
        expires_in: None,
    };
    engine.accept(upgrade, session, Member)
}

fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<usize>()
        .unwrap()
        * 4096
}

/// Opens a socket and has one large message answered, so that buffers were in use.
fn open(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let request = "GET / HTTP/1.1\r\nHost: forum\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut message = vec![0x81, 0x80 | 126];
    message.extend_from_slice(&60_000_u16.to_be_bytes());
    message.extend_from_slice(&[0; 4]);
    message.resize(message.len() + 60_000, b'x');
    stream.write_all(&message).unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_socket_keeps_less_than_six_kib() {
    const SOCKETS: usize = 2000;
    let config = Config {
        max_message_bytes: 64 * 1024,
        ..Config::new("test", "idle")
    };
    let engine = Engine::new(config, Arc::new(PubSub::memory()), None);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/", get(socket))
        .with_state(engine.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let each = tokio::task::spawn_blocking(move || {
        let mut streams: Vec<_> = (0..100).map(|_| open(address)).collect();
        let before = resident();
        streams.extend((0..SOCKETS).map(|_| open(address)));
        (resident().saturating_sub(before)) / SOCKETS
    })
    .await
    .unwrap();
    assert!(each < 6 * 1024, "{each} bytes resident per idle socket");
}
