//! Handshakes and frames that break the rules.

use std::{sync::Arc, time::Duration};

use folkmoot_realtime::Config;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::harness::{PATIENCE, Server, TestBus, config, until};

const GOOD: &[(&str, &str)] = &[
    ("Host", "forum.example"),
    ("Connection", "keep-alive, Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// Headers that are replaced, or removed.
type Changes<'a> = &'a [(&'a str, Option<&'a str>)];

/// Sends a handshake with some headers changed (or removed, or added); the head of the answer.
async fn handshake(server: &Server, line: &str, changes: Changes<'_>) -> (TcpStream, String) {
    let mut request = format!("{line}\r\n");
    for (name, value) in GOOD {
        if !changes.iter().any(|(changed, _)| changed == name) {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    for (name, value) in changes {
        if let Some(value) = value {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    request.push_str("\r\n");
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap());
    }
    (stream, String::from_utf8(head).unwrap().to_lowercase())
}

const LINE: &str = "GET /ws/plain-a/mallory HTTP/1.1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handshakes_are_checked() {
    let allowed = vec!["https://other.example".to_owned()];
    let config = Config {
        allowed_origins: allowed,
        ..config()
    };
    let server = Server::start(config, &TestBus::default(), &Arc::default()).await;
    let none: Changes<'_> = &[];
    let cases: &[(&str, Changes<'_>, u16)] = &[
        (LINE, none, 101),
        (
            LINE,
            &[
                ("Connection", Some("upgrade")),
                ("Upgrade", Some("WebSocket")),
            ],
            101,
        ),
        (LINE, &[("Connection", Some("keep-alive"))], 426),
        (LINE, &[("Connection", None)], 426),
        (LINE, &[("Upgrade", Some("h2c"))], 426),
        (LINE, &[("Upgrade", None)], 426),
        (LINE, &[("Sec-WebSocket-Version", Some("8"))], 426),
        (LINE, &[("Sec-WebSocket-Version", None)], 426),
        (LINE, &[("Sec-WebSocket-Key", None)], 400),
        (LINE, &[("Sec-WebSocket-Key", Some("c2hvcnQ="))], 400),
        (
            LINE,
            &[("Sec-WebSocket-Key", Some("not base64 at all!!!!!!!"))],
            400,
        ),
        (
            LINE,
            &[
                ("Sec-WebSocket-Key", Some("dGhlIHNhbXBsZSBub25jZQ==")),
                ("Sec-WebSocket-Key", Some("dGhlIHNhbXBsZSBub25jZQ==")),
            ],
            400,
        ),
        ("GET /ws/plain-a/mallory HTTP/1.0", none, 400),
        (
            "POST /ws/plain-a/mallory HTTP/1.1",
            &[("Content-Length", Some("0"))],
            405,
        ),
        (LINE, &[("Origin", Some("https://forum.example"))], 101),
        (LINE, &[("Origin", Some("http://FORUM.example"))], 101),
        (LINE, &[("Origin", Some("https://other.example"))], 101),
        (LINE, &[("Origin", Some("http://other.example"))], 403),
        (LINE, &[("Origin", Some("https://evil.example"))], 403),
        (
            LINE,
            &[("Origin", Some("https://forum.example.evil.example"))],
            403,
        ),
        (LINE, &[("Origin", Some("https://forum.example:8443"))], 403),
        (LINE, &[("Origin", Some("null"))], 403),
        (LINE, &[("Origin", Some(""))], 403),
    ];
    for (line, changes, status) in cases {
        let (_, head) = handshake(&server, line, changes).await;
        assert!(
            head.starts_with(&format!("http/1.1 {status}"))
                || head.starts_with(&format!("http/1.0 {status}")),
            "{line} {changes:?}: {head}"
        );
        if matches!(status, 400 | 403 | 426) {
            assert!(head.contains("application/problem+json"), "{head}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_protocol_is_answered_and_only_that() {
    let server = Server::simple().await;
    let name = "Sec-WebSocket-Protocol";
    let (_open, head) = handshake(&server, LINE, &[(name, Some("access_token, a.b.c"))]).await;
    assert!(
        head.contains("sec-websocket-protocol: access_token\r\n"),
        "{head}"
    );
    assert!(
        head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"),
        "{head}"
    );
    let (_, head) = handshake(&server, LINE, &[(name, Some("chat"))]).await;
    assert!(!head.contains("sec-websocket-protocol"), "{head}");
    until("the session", || {
        server
            .engine
            .close_where(|s| s.session_id.as_deref() == Some("a.b.c"), 1000, "")
            == 1
    })
    .await;
}

fn frame(first: u8, masked: bool, payload: &[u8]) -> Vec<u8> {
    let bit = if masked { 0x80 } else { 0 };
    let mut out = vec![first];
    match payload.len() {
        n @ 0..=125 => out.push(bit | n as u8),
        n @ 126..=65_535 => {
            out.push(bit | 126);
            out.extend_from_slice(&(n as u16).to_be_bytes());
        }
        n => {
            out.push(bit | 127);
            out.extend_from_slice(&(n as u64).to_be_bytes());
        }
    }
    let mask = [1, 2, 3, 4];
    if masked {
        out.extend_from_slice(&mask);
    }
    out.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(b, m)| if masked { b ^ m } else { *b }),
    );
    out
}

/// The code of the close frame that ends the stream, after any other frames.
async fn close_code(stream: &mut TcpStream) -> Option<u16> {
    loop {
        let mut header = [0; 2];
        timeout(PATIENCE, stream.read_exact(&mut header))
            .await
            .unwrap()
            .ok()?;
        let len = match header[1] {
            126 => usize::from(stream.read_u16().await.ok()?),
            short => usize::from(short),
        };
        let mut payload = vec![0; len];
        stream.read_exact(&mut payload).await.ok()?;
        if header[0] == 0x88 {
            return Some(u16::from_be_bytes([payload[0], payload[1]]));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_that_break_the_rules_end_the_connection_with_the_right_code() {
    let server = Server::simple().await;
    let huge = {
        let mut header = vec![0x81, 0xff];
        header.extend_from_slice(&u64::MAX.to_be_bytes());
        [header, vec![0; 4]].concat()
    };
    let mut fragments = frame(0x01, true, &[b'x'; 60_000]);
    fragments.extend(frame(0x80, true, &[b'x'; 10_000]));
    let flood: Vec<u8> = (0..70_000).flat_map(|_| frame(0x00, true, b"x")).collect();
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("not masked", frame(0x81, false, b"hello"), 1002),
        ("binary", frame(0x82, true, b"hello"), 1003),
        ("reserved bits", frame(0xc1, true, b"hello"), 1002),
        ("unknown opcode", frame(0x83, true, b"hello"), 1002),
        (
            "continuation without a start",
            frame(0x80, true, b"hello"),
            1002,
        ),
        (
            "message in a message",
            [frame(0x01, true, b"a"), frame(0x81, true, b"b")].concat(),
            1002,
        ),
        ("fragmented ping", frame(0x09, true, b"a"), 1002),
        ("long ping", frame(0x89, true, &[0; 126]), 1002),
        ("not UTF-8", frame(0x81, true, b"\xff\xfe"), 1007),
        ("too big", frame(0x81, true, &[b'x'; 65_537]), 1009),
        ("too big by its header", huge, 1009),
        ("too big in fragments", fragments, 1009),
        (
            "too many fragments",
            [frame(0x01, true, b"x"), flood].concat(),
            1009,
        ),
        ("one byte of close", frame(0x88, true, b"a"), 1002),
        (
            "close code that is not allowed",
            frame(0x88, true, &1005_u16.to_be_bytes()),
            1002,
        ),
    ];
    for (what, bytes, code) in cases {
        let (mut stream, _) = handshake(&server, LINE, &[]).await;
        // The server may close before all is written.
        let _ = stream.write_all(&bytes).await;
        assert_eq!(close_code(&mut stream).await, Some(code), "{what}");
        drop(stream);
    }
    until("no socket", || server.engine.sockets() == 0).await;
    assert_eq!(server.engine.queued_bytes(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deep_json_in_many_small_pieces_is_only_text() {
    let server = Server::simple().await;
    let (mut stream, _) = handshake(&server, LINE, &[]).await;
    let deep = "[".repeat(50_000);
    let message = frame(0x81, true, deep.as_bytes());
    for piece in message.chunks(997) {
        stream.write_all(piece).await.unwrap();
    }
    stream
        .write_all(&frame(0x88, true, &1000_u16.to_be_bytes()))
        .await
        .unwrap();
    let mut all = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut all))
        .await
        .unwrap()
        .unwrap();
    let text = String::from_utf8_lossy(&all).into_owned();
    assert!(text.contains("echo 50000"), "{text}");
    assert_eq!(all[all.len() - 4..], [0x88, 2, 0x03, 0xe8]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_that_came_with_the_handshake_is_seen() {
    let server = Server::simple().await;
    let mut request = format!("{LINE}\r\n");
    GOOD.iter()
        .for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
    let mut bytes = [request.as_bytes(), b"\r\n"].concat();
    bytes.extend(frame(0x81, true, b"early"));
    bytes.extend(frame(0x88, true, &1000_u16.to_be_bytes()));
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&bytes).await.unwrap();
    let mut all = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut all))
        .await
        .unwrap()
        .unwrap();
    assert!(String::from_utf8_lossy(&all).contains("echo 5"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_frames_is_abuse() {
    let config = Config {
        frames_per_second: 10,
        frame_burst: 20,
        ..config()
    };
    let server = Server::start(config, &TestBus::default(), &Arc::default()).await;
    for opcode in [0x81, 0x89, 0x8a] {
        let (mut stream, _) = handshake(&server, LINE, &[]).await;
        let flood: Vec<u8> = (0..1000).flat_map(|_| frame(opcode, true, b"x")).collect();
        let _ = stream.write_all(&flood).await;
        assert_eq!(close_code(&mut stream).await, Some(1008), "{opcode:x}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_does_not_answer_a_close_frame_is_cut_off() {
    let server = Server::simple().await;
    let (mut stream, _) = handshake(&server, LINE, &[]).await;
    stream.write_all(&frame(0x81, true, b"bye")).await.unwrap();
    assert_eq!(close_code(&mut stream).await, Some(4000));
    // Not answered: the server ends it by itself, even while the peer keeps sending.
    let ended = async {
        while stream
            .write_all(&frame(0x81, true, &[b'x'; 1000]))
            .await
            .is_ok()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(5), ended).await.unwrap();
    until("no socket", || server.engine.sockets() == 0).await;
}
