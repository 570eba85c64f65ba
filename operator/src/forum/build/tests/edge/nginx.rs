//! The rendered configuration in a real nginx.

use std::process::Stdio;

use folkmoot_common::edge::{TABLE, lookup};
use tempfile::TempDir;

use super::{
    super::fixtures,
    running::{Edge, command, write},
};

#[test]
fn nginx_takes_the_configuration() {
    let folder = TempDir::new().expect("a folder");
    for spec in [
        fixtures::minimal(),
        fixtures::everything(),
        fixtures::guarded(),
    ] {
        let configuration = write(folder.path(), &spec);
        let output = command(&configuration)
            .arg("-t")
            .stderr(Stdio::piped())
            .output()
            .expect("nginx");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(!said.contains("[warn]"), "{said}");
    }
}

#[test]
fn addresses_reach_whom_the_table_says_as_they_were_sent() {
    let edge = Edge::start();
    let below = TABLE
        .iter()
        .map(|row| format!("{}/x?a=%2F&b=1", row.prefix.trim_end_matches('/')));
    let tricky = [
        "/api/chatter",
        "/wss",
        "/ws/notifications/ann",
        "/ws/general/ann?token=a.b.c",
        "/api/chat?x=1",
        "//api/auth/me",
        "/API/AUTH/me",
        "/?next=/api/auth",
        "/api/files/a%20b/download",
        "/.well-known/jwks.json",
        "/.well-known/jwksxjson",
        "/rooms/general",
    ];
    let exact = TABLE.iter().map(|row| row.prefix.to_owned());
    for path in exact.chain(below).chain(tricky.map(str::to_owned)) {
        let answer = edge.get(&path);
        let service = lookup(path.split('?').next().expect("a path"))
            .expect("a row")
            .service;
        let expected = format!("\n{service} GET {path} HTTP/1.1\r\n");
        assert!(answer.contains(&expected), "{path}: {answer}");
    }
}

#[test]
fn services_learn_who_asked_and_under_which_name() {
    let edge = Edge::start();
    let answer = edge.ask(
        "GET /api/auth/me HTTP/1.1\r\nHost: forum.example.org:8443\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n",
    );
    for header in [
        "Host: forum.example.org:8443\r\n",
        "X-Forwarded-For: 203.0.113.9, unix:\r\n",
        "X-Forwarded-Host: forum.example.org:8443\r\n",
        "X-Forwarded-Proto: http\r\n",
    ] {
        assert!(answer.contains(header), "{header}: {answer}");
    }
    assert!(!answer.contains("nginx/"), "{answer}");
}

#[test]
fn nobody_says_themself_who_they_are() {
    let edge = Edge::start();
    let answer = edge.ask(
        "GET /api/feed HTTP/1.1\r\nHost: x\r\nX-User-ID: root\r\nx-user-id: admin\r\nX-USER-NAME: root\r\nX-Username: root\r\nX-Roles: admin\r\nX_User_ID: root\r\nConnection: close\r\n\r\n",
    );
    for word in ["root", "admin"] {
        assert!(!answer.contains(word), "{word}: {answer}");
    }
}

#[test]
fn sockets_are_upgraded() {
    let edge = Edge::start();
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    let answer = edge.ask(&format!(
        "GET /ws/general/ann HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n"
    ));
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    assert!(
        answer.contains("\nchat GET /ws/general/ann HTTP/1.1\r\n"),
        "{answer}"
    );
    for (path, service) in [
        ("/ws/threads/1", "discussion"),
        ("/ws/feed", "feed"),
        ("/ws/notifications", "notification"),
    ] {
        let answer = edge.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n"));
        let passed_on = format!("\n{service} GET {path} HTTP/1.1\r\n");
        assert!(answer.contains(&passed_on), "{path}: {answer}");
    }
    let plain = edge.get("/ws/general/ann");
    assert!(!plain.to_lowercase().contains("upgrade"), "{plain}");
}

#[test]
fn only_uploads_may_be_large() {
    let edge = Edge::start();
    let post = |path: &str, bytes: u64| {
        edge.ask(&format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {bytes}\r\n\r\n"))
    };
    for (path, bytes) in [
        ("/api/chat/rooms", 2 << 20),
        ("/api/comments/1", 2 << 20),
        ("/api/files", 27 << 20),
        ("/api/posts", 102 << 20),
        ("/api/threads/1/attachments", 102 << 20),
    ] {
        let answer = post(path, bytes);
        assert!(answer.starts_with("HTTP/1.1 413 "), "{path}: {answer}");
        assert!(
            answer.contains("application/problem+json"),
            "{path}: {answer}"
        );
        assert!(answer.contains(r#""code":"too_large""#), "{path}: {answer}");
    }
    // The body is not waited for: it goes on as it comes.
    for (path, service, bytes) in [
        ("/api/files/upload", "file", 25 << 20),
        ("/api/posts/", "discussion", 100 << 20),
        ("/api/threads", "discussion", 100 << 20),
    ] {
        let answer = post(path, bytes);
        let passed_on = format!("{service} POST {path} HTTP/1.1\r\n");
        assert!(answer.contains(&passed_on), "{answer}");
    }
}

#[test]
fn a_service_that_is_away_is_said_to_be_so_and_the_probe_does_not_mind() {
    let edge = Edge::start_in(TempDir::new().expect("a folder"), &fixtures::minimal());
    let answer = edge.get("/api/chat/rooms");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    for part in [
        "Retry-After: 2\r\n",
        "application/problem+json",
        r#""code":"unavailable""#,
    ] {
        assert!(answer.contains(part), "{part}: {answer}");
    }
    assert!(edge.get("/healthz").starts_with("HTTP/1.1 200 "));
}
