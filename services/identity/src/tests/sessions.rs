//! Refresh tokens, their reuse, cookies, and the end of sessions.

use std::{collections::HashSet, sync::Arc};

use folkmoot_common::bus::ConsumerSpec;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Answer, Identity};
use crate::events::{SESSION_REVOKED, SessionRevoked};

const REFUSED: (u16, &str) = (401, "invalid_refresh_token");

async fn is_in(identity: &Identity, access_token: &str) -> bool {
    let me = identity
        .get("/api/auth/me", Some(access_token))
        .await
        .status;
    let validated = identity
        .get("/api/auth/validate", Some(access_token))
        .await
        .status;
    assert_eq!(me, validated);
    me == 200
}

#[tokio::test]
async fn each_refresh_gives_the_next_token_and_the_session_goes_on() {
    let identity = Identity::start().await;
    let mut last = identity.register("ann").await;
    for _ in 0..5 {
        identity.advance(20 * 86_400);
        let next = identity.refresh(last.text("refresh_token")).await;
        assert_eq!(next.status, 200, "{next:?}");
        assert_ne!(next.text("refresh_token"), last.text("refresh_token"));
        assert_eq!(next.body["user"], last.body["user"]);
        assert!(is_in(&identity, next.text("access_token")).await);
        last = next;
    }
    identity.advance(30 * 86_400);
    assert_eq!(
        identity.refresh(last.text("refresh_token")).await.problem(),
        REFUSED
    );
}

#[tokio::test]
async fn a_token_used_twice_ends_its_session_and_no_other() {
    let identity = Identity::start().await;
    let (sender, mut events) = mpsc::unbounded_channel();
    let spec = ConsumerSpec {
        durable: "test",
        types: &[SESSION_REVOKED],
    };
    identity.ctx.bus.consume(spec, move |event| {
        let sender = sender.clone();
        async move { Ok(sender.send(event)?) }
    });
    identity.ctx.bus.start();
    let stolen = identity.register("ann").await;
    let other = identity.login("ann", super::PASSWORD).await;
    let thief = identity.refresh(stolen.text("refresh_token")).await;
    identity.advance(11);
    let owner = identity.refresh(stolen.text("refresh_token")).await;

    assert_eq!(owner.problem(), REFUSED);
    assert_eq!(
        identity
            .refresh(thief.text("refresh_token"))
            .await
            .problem(),
        REFUSED
    );
    for token in [stolen.text("access_token"), thief.text("access_token")] {
        assert!(!is_in(&identity, token).await);
    }
    assert!(is_in(&identity, other.text("access_token")).await);
    assert_eq!(
        identity.refresh(other.text("refresh_token")).await.status,
        200
    );
    let told: SessionRevoked = events.recv().await.unwrap().parse().unwrap();
    assert_eq!(told.user_id, stolen.body["user"]["id"]);
}

#[tokio::test]
async fn a_token_used_after_its_successor_ends_the_session_at_once() {
    let identity = Identity::start().await;
    let first = identity.register("ann").await;
    let second = identity.refresh(first.text("refresh_token")).await;
    let third = identity.refresh(second.text("refresh_token")).await;
    assert_eq!(
        identity
            .refresh(first.text("refresh_token"))
            .await
            .problem(),
        REFUSED
    );
    assert_eq!(
        identity
            .refresh(third.text("refresh_token"))
            .await
            .problem(),
        REFUSED
    );
}

#[tokio::test]
async fn tabs_that_refresh_at_the_same_moment_share_one_successor() {
    let identity = Arc::new(Identity::start().await);
    let first = identity
        .register("ann")
        .await
        .text("refresh_token")
        .to_owned();
    let tabs: Vec<_> = (0..20)
        .map(|_| {
            let (identity, token) = (identity.clone(), first.clone());
            tokio::spawn(async move { identity.refresh(&token).await })
        })
        .collect();
    let mut successors = HashSet::new();
    for tab in tabs {
        let answer: Answer = tab.await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        successors.insert(answer.text("refresh_token").to_owned());
    }
    assert_eq!(successors.len(), 1);
    let successor = successors.into_iter().next().unwrap();
    identity.advance(900);
    assert_eq!(identity.refresh(&successor).await.status, 200);
}

#[tokio::test]
async fn logging_out_ends_the_session_by_whatever_names_it() {
    let identity = Identity::start().await;
    identity.register("ann").await;
    for way in ["body", "cookie", "access token"] {
        let session = identity.login("ann", super::PASSWORD).await;
        let bearer = format!("Bearer {}", session.text("access_token"));
        let body = match way {
            "body" => json!({"refresh_token": session.text("refresh_token")}),
            _ => Value::Object(serde_json::Map::new()),
        };
        let headers: &[(&str, &str)] = match way {
            "cookie" => &[("cookie", session.cookie())],
            "access token" => &[("authorization", &bearer)],
            _ => &[],
        };
        for _ in 0..2 {
            let answer = identity
                .post_with("/api/auth/logout", body.clone(), headers)
                .await;
            assert_eq!(answer.status, 204, "{way}: {answer:?}");
            assert!(
                answer
                    .header("set-cookie")
                    .starts_with("folkmoot_refresh=; Max-Age=0; Path=/api/auth"),
                "{way}"
            );
        }
        assert!(
            !is_in(&identity, session.text("access_token")).await,
            "{way}"
        );
        assert_eq!(
            identity
                .refresh(session.text("refresh_token"))
                .await
                .problem(),
            REFUSED,
            "{way}"
        );
    }
    assert_eq!(
        identity.post_empty("/api/auth/logout", &[]).await.status,
        204
    );
    let expired = [("authorization", "Bearer nonsense")];
    assert_eq!(
        identity
            .post_empty("/api/auth/logout", &expired)
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn an_access_token_ends_after_its_life() {
    let identity = Identity::with(&[], &["--access-token-seconds", "60"]).await;
    let session = identity.register("ann").await;
    assert_eq!(session.body["expires_in"], 60);
    identity.advance(89);
    assert!(is_in(&identity, session.text("access_token")).await);
    identity.advance(1);
    let answer = identity
        .get("/api/auth/me", Some(session.text("access_token")))
        .await;
    assert_eq!(answer.problem(), (401, "unauthorized"));
    assert_eq!(answer.text("detail"), "the token has expired");
    assert_eq!(
        identity.get("/api/auth/me", None).await.problem(),
        (401, "unauthorized")
    );
}

#[tokio::test]
async fn a_browser_keeps_its_refresh_token_where_no_script_sees_it() {
    let identity = Identity::with(&["--public-url", "https://forum.example.org"], &[]).await;
    let session = identity.register("ann").await;
    let attributes = "; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Strict";
    assert!(
        session.header("set-cookie").ends_with(attributes),
        "{}",
        session.header("set-cookie")
    );

    let headers = [
        ("cookie", session.cookie()),
        ("origin", "https://forum.example.org"),
    ];
    let refreshed = identity.post_empty("/api/auth/refresh", &headers).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    assert!(refreshed.body.get("refresh_token").is_none());
    assert!(refreshed.header("set-cookie").ends_with(attributes));
    assert_ne!(refreshed.cookie(), session.cookie());

    identity.advance(11);
    let again = identity.post_empty("/api/auth/refresh", &headers).await;
    assert_eq!(again.problem(), REFUSED);
    assert!(
        again
            .header("set-cookie")
            .starts_with("__Host-folkmoot_refresh=; Max-Age=0;")
    );

    let plain = Identity::start().await;
    assert!(
        !plain
            .register("ann")
            .await
            .header("set-cookie")
            .contains("Secure")
    );
}

#[tokio::test]
async fn a_page_of_another_site_neither_uses_nor_replaces_the_cookie() {
    let identity = Identity::start().await;
    let session = identity.register("ann").await;
    for origin in [
        "https://evil.example",
        "null",
        "http://forum.example.org.evil.example",
    ] {
        let headers = [
            ("cookie", session.cookie()),
            ("origin", origin),
            ("host", "forum.example.org"),
        ];
        for path in ["/api/auth/refresh", "/api/auth/logout"] {
            let answer = identity.post_empty(path, &headers).await;
            assert_eq!(
                answer.problem(),
                (403, "forbidden_origin"),
                "{origin} {path}"
            );
            assert!(answer.headers.get("set-cookie").is_none());
        }
        let body = json!({"identifier": "ann", "password": super::PASSWORD});
        let login = identity.post_with("/api/auth/login", body, &headers).await;
        assert_eq!(login.problem(), (403, "forbidden_origin"), "{origin}");
    }
    // The token was not touched, and our own page may use it.
    let own = [
        ("cookie", session.cookie()),
        ("origin", "http://forum.example.org"),
        ("host", "forum.example.org"),
    ];
    assert_eq!(
        identity.post_empty("/api/auth/refresh", &own).await.status,
        200
    );
}

#[tokio::test]
async fn what_has_ended_is_deleted_and_what_has_not_stays() {
    let identity = Identity::with(
        &[],
        &[
            "--refresh-token-days",
            "1",
            "--login-limit-per-address",
            "0",
        ],
    )
    .await;
    let old = identity.register("ann").await;
    let first = identity.register("bob").await;
    identity.advance(43_200);
    let second = identity.refresh(first.text("refresh_token")).await;
    identity.advance(43_201);
    identity.app.store.sweep().await.unwrap();
    assert_eq!(
        identity.refresh(old.text("refresh_token")).await.problem(),
        REFUSED
    );
    let third = identity.refresh(second.text("refresh_token")).await;
    assert_eq!(third.status, 200);
    // Its first token would have ended by now: it is unknown, and ends nothing.
    assert_eq!(
        identity
            .refresh(first.text("refresh_token"))
            .await
            .problem(),
        REFUSED
    );
    assert_eq!(
        identity.refresh(third.text("refresh_token")).await.status,
        200
    );
}
