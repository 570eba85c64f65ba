//! Each server sends every text that it gets to all sockets, in the way that its library is meant for: a task
//! per socket that reads, and writes what a broadcast channel brings, joined in one flush.

use std::sync::Arc;

use axum::{
    Router,
    extract::{State, ws},
    response::Response,
    routing::get,
};
use bytes::Bytes;
use fastwebsockets::{FragmentCollectorRead, OpCode};
use folkmoot_common::kv::pubsub::PubSub;
use folkmoot_realtime as folkmoot;
use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::broadcast::{self, Receiver, Sender},
};
use tokio_tungstenite::tungstenite::{
    handshake::derive_accept_key,
    protocol::{Role, WebSocketConfig},
};

type Outcome = Result<(), Box<dyn std::error::Error>>;
type Ended = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Messages that may wait for one socket.
const WAITING: usize = 4096;

pub async fn run(library: &str, port: u16) -> Outcome {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let (all, _) = broadcast::channel(WAITING);
    match library {
        "folkmoot" => {
            let config = folkmoot::Config {
                frames_per_second: 1_000_000,
                frame_burst: 1_000_000,
                workers: 1,
                ..folkmoot::Config::new("bench", "bench")
            };
            let engine = folkmoot::Engine::new(config, Arc::new(PubSub::memory()), None);
            let router = Router::new().route("/", get(folkmoot_socket)).with_state(engine);
            axum::serve(listener, router).await?;
        }
        "axum" => {
            let router = Router::new().route("/", get(axum_socket)).with_state(all);
            axum::serve(listener, router).await?;
        }
        _ => loop {
            let (stream, _) = listener.accept().await?;
            let all = all.clone();
            match library {
                "tungstenite" => drop(tokio::spawn(tungstenite(stream, all))),
                "fastwebsockets" => drop(tokio::spawn(fast(stream, all))),
                "tokio-websockets" => drop(tokio::spawn(tokio_websockets(stream, all))),
                "sockudo-ws" => drop(tokio::spawn(sockudo(stream, all))),
                "floor" => drop(tokio::spawn(floor(stream, all))),
                _ => return Err("no such library".into()),
            }
        },
    }
    Ok(())
}

async fn handshake(stream: &mut TcpStream) -> Ended {
    stream.set_nodelay(true)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Err("end".into());
        }
    }
    let head = String::from_utf8(head)?;
    let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "));
    let accept = derive_accept_key(key.unwrap_or_default().as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-accept: {accept}\r\n\r\n"
    );
    Ok(stream.write_all(answer.as_bytes()).await?)
}

/// What the channel has now: at least one.
async fn next(receiver: &mut Receiver<Bytes>) -> Result<Bytes, broadcast::error::RecvError> {
    receiver.recv().await
}

async fn axum_socket(State(all): State<Sender<Bytes>>, upgrade: ws::WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let mut receiver = all.subscribe();
        loop {
            tokio::select! {
                text = next(&mut receiver) => {
                    let mut text = text.ok();
                    while let Some(bytes) = text {
                        let Ok(utf8) = ws::Utf8Bytes::try_from(bytes) else { return };
                        if socket.feed(ws::Message::Text(utf8)).await.is_err() { return }
                        text = receiver.try_recv().ok();
                    }
                    if socket.flush().await.is_err() { return }
                }
                message = socket.recv() => match message {
                    Some(Ok(ws::Message::Text(text))) => drop(all.send(text.into())),
                    Some(Ok(_)) => {}
                    _ => return,
                }
            }
        }
    })
}

async fn tungstenite(mut stream: TcpStream, all: Sender<Bytes>) -> Ended {
    use tokio_tungstenite::{WebSocketStream, tungstenite::{Message, Utf8Bytes}};
    handshake(&mut stream).await?;
    let config = WebSocketConfig::default().read_buffer_size(1024).write_buffer_size(4096);
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
    let mut receiver = all.subscribe();
    loop {
        tokio::select! {
            text = next(&mut receiver) => {
                let mut text = Some(text?);
                while let Some(bytes) = text {
                    socket.feed(Message::Text(Utf8Bytes::try_from(bytes)?)).await?;
                    text = receiver.try_recv().ok();
                }
                socket.flush().await?;
            }
            message = socket.next() => match message.ok_or("end")?? {
                Message::Text(text) => drop(all.send(text.into())),
                _ => {}
            }
        }
    }
}

async fn tokio_websockets(mut stream: TcpStream, all: Sender<Bytes>) -> Ended {
    use tokio_websockets::{Message, ServerBuilder};
    handshake(&mut stream).await?;
    let mut socket = ServerBuilder::new().serve(stream);
    let mut receiver = all.subscribe();
    loop {
        tokio::select! {
            text = next(&mut receiver) => {
                let mut text = Some(text?);
                while let Some(bytes) = text {
                    let payload = tokio_websockets::Payload::from(bytes);
                    socket.feed(Message::text(payload)).await?;
                    text = receiver.try_recv().ok();
                }
                socket.flush().await?;
            }
            message = socket.next() => {
                let message = message.ok_or("end")??;
                if message.is_text() {
                    let _ = all.send(message.into_payload().into());
                }
            }
        }
    }
}

async fn sockudo(mut stream: TcpStream, all: Sender<Bytes>) -> Ended {
    use sockudo_ws::{Config, Message, WebSocketStream};
    handshake(&mut stream).await?;
    let config = Config { idle_timeout: 0, ..Config::default() };
    let mut socket = WebSocketStream::server(stream, config);
    let mut receiver = all.subscribe();
    loop {
        tokio::select! {
            text = next(&mut receiver) => {
                let mut text = Some(text?);
                while let Some(bytes) = text {
                    socket.feed(Message::Text(bytes)).await?;
                    text = receiver.try_recv().ok();
                }
                socket.flush().await?;
            }
            message = socket.next() => match message.ok_or("end")?? {
                Message::Text(text) => drop(all.send(text)),
                _ => {}
            }
        }
    }
}

/// Its reads may not be cancelled, so it takes two tasks.
async fn fast(mut stream: TcpStream, all: Sender<Bytes>) -> Ended {
    use fastwebsockets::{Frame, Payload, Role, WebSocket};
    handshake(&mut stream).await?;
    let socket = WebSocket::after_handshake(stream, Role::Server);
    let (reader, mut writer) = socket.split(TcpStream::into_split);
    let mut receiver = all.subscribe();
    tokio::spawn(async move {
        while let Ok(text) = receiver.recv().await {
            if writer.write_frame(Frame::text(Payload::Borrowed(&text))).await.is_err() {
                return;
            }
        }
    });
    let mut reader = FragmentCollectorRead::new(reader);
    loop {
        let frame = reader.read_frame(&mut async |_| Ok::<(), std::io::Error>(())).await?;
        match frame.opcode {
            OpCode::Text => drop(all.send(Bytes::copy_from_slice(&frame.payload))),
            OpCode::Close => return Ok(()),
            _ => {}
        }
    }
}

/// No protocol: reads and unmasks one whole frame of 128 bytes at a time, writes ready bytes.
async fn floor(mut stream: TcpStream, all: Sender<Bytes>) -> Ended {
    handshake(&mut stream).await?;
    let stream = Arc::new(stream);
    FLOOR.lock().map_err(|_| "poisoned")?.push(Arc::clone(&stream));
    drop(all);
    let mut frame = [0; 8 + 128];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut frame) {
            Ok(0) => return Ok(()),
            Ok(n) if n == frame.len() => {
                let (head, payload) = frame.split_at_mut(8);
                payload.iter_mut().zip(head[4..].iter().cycle()).for_each(|(b, m)| *b ^= m);
                let text = [&[0x81, 126, 0, 128], &*payload].concat();
                for stream in FLOOR.lock().map_err(|_| "poisoned")?.iter() {
                    let _ = stream.try_write(&text);
                }
            }
            Ok(_) | Err(_) => {}
        }
    }
}

static FLOOR: std::sync::Mutex<Vec<Arc<TcpStream>>> = std::sync::Mutex::new(Vec::new());

async fn folkmoot_socket(
    State(engine): State<folkmoot::Engine>,
    upgrade: folkmoot::Upgrade,
) -> Response {
    let session = folkmoot::Session { user_id: "u".into(), session_id: None, issued_at: None, expires_in: None };
    engine.accept(upgrade, session, Member(engine.clone()))
}

struct Member(folkmoot::Engine);

impl folkmoot::Handler for Member {
    fn on_open(&mut self, connection: &folkmoot::Connection) -> folkmoot::Flow {
        drop(connection.join(folkmoot::Join::unordered("all")));
        folkmoot::Flow::Continue
    }

    fn on_text(&mut self, _: &folkmoot::Connection, text: &str) -> folkmoot::Flow {
        self.0.try_publish(folkmoot::Publication::message("all", folkmoot::Frame::text(text)));
        folkmoot::Flow::Continue
    }
}
