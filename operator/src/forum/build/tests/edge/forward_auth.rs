//! The edge asks identity whose token it is, and services hear it from nobody else.

use std::collections::BTreeMap;

use folkmoot_common::{ServiceName, edge::TABLE};
use serde_json::json;
use tempfile::TempDir;

use super::{
    super::fixtures,
    running::{Edge, stub},
};
use crate::forum::build::edge::forward_auth::{Asked, asked};

const GOOD: &str = "Authorization: Bearer good\r\n";
const BAD: &str = "Authorization: Bearer bad\r\n";
const BANNED: &str = "Authorization: Bearer banned\r\n";
const LIES: &str = "X-User-ID: root\r\nx-username: root\r\nX-User-Name: root\r\nX-Roles: root\r\n";

fn ask(edge: &Edge, method: &str, path: &str, headers: &str) -> String {
    edge.ask(&format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n"
    ))
}

/// Whether the service has got the request.
fn passed(answer: &str, method: &str, path: &str) -> bool {
    answer.starts_with("HTTP/1.1 200 ")
        && answer.contains(&format!(" {method} {path} HTTP/1.1\r\n"))
}

fn refused(answer: &str, status: u16, code: &str) -> bool {
    answer.starts_with(&format!("HTTP/1.1 {status} "))
        && answer.contains("application/problem+json")
        && answer.contains(&format!("\"code\":\"{code}\""))
}

/// A new row of the table is for members until somebody decides otherwise here.
#[test]
fn every_address_is_decided_about() {
    let by_answer = |public_read| {
        let mut all = BTreeMap::from([("nobody", 0), ("writers", 0), ("everybody", 0)]);
        for row in TABLE {
            let key = match asked(row, public_read) {
                Asked::Nobody => "nobody",
                Asked::Writers => "writers",
                Asked::Everybody => "everybody",
            };
            *all.get_mut(key).expect("a count") += 1;
        }
        all
    };
    let of = |path: &str, public_read| {
        let row = TABLE.iter().find(|row| row.prefix == path);
        asked(row.expect("a row"), public_read)
    };
    for path in [
        "/",
        "/api/auth",
        "/.well-known/jwks.json",
        "/ws",
        "/ws/feed",
        "/ws/threads",
    ] {
        assert_eq!(of(path, false), Asked::Nobody, "{path}");
    }
    for path in [
        "/api/threads",
        "/api/posts",
        "/api/activity-stream",
        "/api/search",
        "/api/users",
    ] {
        assert_eq!(of(path, true), Asked::Writers, "{path}");
        assert_eq!(of(path, false), Asked::Everybody, "{path}");
    }
    for path in [
        "/api/audit-log",
        "/api/chat",
        "/api/feed",
        "/api/files",
        "/api/notifications",
        "/api/presence",
        "/api/profile",
        "/api/reports",
    ] {
        assert_eq!(of(path, true), Asked::Everybody, "{path}");
    }
    assert_eq!(of("/api/services/chat", false), Asked::Writers);
    let roots = TABLE
        .iter()
        .filter(|row| row.prefix.starts_with("/api/services/"))
        .count();
    assert_eq!(
        by_answer(true),
        BTreeMap::from([("nobody", 7), ("writers", 8 + roots), ("everybody", 8)])
    );
    assert_eq!(
        by_answer(false),
        BTreeMap::from([("nobody", 7), ("writers", roots), ("everybody", 16)])
    );
}

#[test]
fn members_are_named_to_the_service_and_nobody_else_is() {
    let edge = Edge::start_of(&fixtures::guarded());
    for (method, path) in [
        ("GET", "/api/feed?limit=5"),
        ("POST", "/api/threads"),
        ("PUT", "/api/threads/1/like"),
        ("DELETE", "/api/comments/1"),
        ("GET", "/api/notifications"),
        ("GET", "/api/chat/rooms"),
        ("POST", "/api/users/follow/2"),
    ] {
        let headers = format!("{GOOD}{LIES}");
        let answer = ask(&edge, method, path, &headers);
        assert!(passed(&answer, method, path), "{method} {path}: {answer}");
        for header in [
            "X-User-ID: u1\r\n",
            "X-Username: ann\r\n",
            "X-Roles: member\r\n",
            "Authorization: Bearer good\r\n",
        ] {
            assert!(
                answer.contains(header),
                "{method} {path}: {header}: {answer}"
            );
        }
        assert!(!answer.contains("root"), "{method} {path}: {answer}");
        for headers in [LIES, BAD] {
            let answer = ask(&edge, method, path, headers);
            assert!(
                refused(&answer, 401, "unauthorized"),
                "{method} {path}: {answer}"
            );
            let challenges = answer.matches("WWW-Authenticate: Bearer\r\n").count();
            assert_eq!(challenges, 1, "{answer}");
        }
        let answer = ask(&edge, method, path, BANNED);
        assert!(refused(&answer, 403, "banned"), "{method} {path}: {answer}");
    }
}

#[test]
fn what_is_public_is_read_without_a_token_and_not_with_a_bad_one() {
    let mut spec = fixtures::guarded();
    spec["auth"]["publicRead"] = json!(true);
    let (open, closed) = (Edge::start_of(&spec), Edge::start_of(&fixtures::guarded()));
    for path in [
        "/api/activity-stream?limit=5",
        "/api/threads",
        "/api/threads/1/comments",
        "/api/threads/feed.atom",
        "/api/posts/",
        "/api/categories/general/feed.rss",
        "/api/search?q=x",
        "/api/users/1",
    ] {
        for method in ["GET", "HEAD"] {
            let answer = ask(&open, method, path, LIES);
            assert!(
                answer.starts_with("HTTP/1.1 200 "),
                "{method} {path}: {answer}"
            );
            assert!(!answer.contains("root"), "{method} {path}: {answer}");
            let answer = ask(&open, method, path, BAD);
            assert!(
                answer.starts_with("HTTP/1.1 401 "),
                "{method} {path}: {answer}"
            );
            let answer = ask(&closed, method, path, "");
            assert!(
                answer.starts_with("HTTP/1.1 401 "),
                "{method} {path}: {answer}"
            );
        }
        let answer = ask(&open, "GET", path, GOOD);
        assert!(answer.contains("X-User-ID: u1\r\n"), "{path}: {answer}");
        let answer = ask(&open, "POST", path, "Content-Length: 0\r\n");
        assert!(refused(&answer, 401, "unauthorized"), "{path}: {answer}");
    }
}

#[test]
fn the_way_in_the_page_and_sockets_are_open() {
    let edge = Edge::start_of(&fixtures::guarded());
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/assets/app.js"),
        ("GET", "/.well-known/jwks.json"),
        ("GET", "/api/services/chat/docs"),
        ("POST", "/api/auth/login"),
        ("POST", "/api/auth/register"),
    ] {
        let answer = ask(&edge, method, path, LIES);
        assert!(passed(&answer, method, path), "{method} {path}: {answer}");
        assert!(!answer.contains("root"), "{method} {path}: {answer}");
    }
    let upgrade = format!("Upgrade: websocket\r\n{LIES}");
    for (path, service) in [
        ("/ws/threads/1?token=x", "discussion"),
        ("/ws/feed", "feed"),
        ("/ws/general/ann", "chat"),
    ] {
        let answer = edge.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n{upgrade}\r\n"
        ));
        assert!(
            answer.contains(&format!("\n{service} GET {path} HTTP/1.1\r\n")),
            "{path}: {answer}"
        );
        assert!(!answer.contains("root"), "{path}: {answer}");
    }
    // Anybody may ask whose token it is; the address from which the edge asks is nobody else's.
    assert!(ask(&edge, "GET", "/api/auth/validate", "").starts_with("HTTP/1.1 500 "));
    for path in ["/.forward-auth/member", "/.forward-auth/reader"] {
        let answer = ask(&edge, "GET", path, GOOD);
        assert!(refused(&answer, 404, "not_found"), "{path}: {answer}");
    }
}

#[test]
fn a_body_goes_to_the_service_and_not_with_the_question() {
    let edge = Edge::start_of(&fixtures::guarded());
    for body in [
        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    ] {
        let request =
            format!("POST /api/posts/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{GOOD}{body}");
        let answer = edge.ask(&request);
        assert!(
            answer.contains(" POST /api/posts/ HTTP/1.1\r\n"),
            "{body:?}: {answer}"
        );
        assert!(answer.contains("X-User-ID: u1\r\n"), "{body:?}: {answer}");
    }
    let large = "POST /api/posts/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 104857600\r\n\r\n";
    let answer = edge.ask(large);
    assert!(refused(&answer, 401, "unauthorized"), "{answer}");
}

#[test]
fn while_identity_is_away_members_are_refused_and_guests_read() {
    let folder = TempDir::new().expect("a folder");
    for service in ServiceName::ALL {
        if service != ServiceName::Identity {
            stub(service, &folder.path().join(service.as_str()));
        }
    }
    let mut spec = fixtures::guarded();
    spec["auth"]["publicRead"] = json!(true);
    let edge = Edge::start_in(folder, &spec);
    let answer = ask(&edge, "POST", "/api/threads", GOOD);
    assert!(refused(&answer, 503, "unavailable"), "{answer}");
    assert!(answer.contains("Retry-After: 2\r\n"), "{answer}");
    assert!(passed(
        &ask(&edge, "GET", "/api/threads", ""),
        "GET",
        "/api/threads"
    ));
    assert!(passed(&ask(&edge, "GET", "/", ""), "GET", "/"));
}
