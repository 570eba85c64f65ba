//! What a proxy asks before it lets a request through.

use folkmoot_common::auth::token::Claims;
use serde_json::json;

use super::Identity;

#[tokio::test]
async fn a_proxy_hears_who_it_is_or_401_and_nothing_else() {
    let identity = Identity::start().await;
    let ann = identity.register("ann").await;
    let token = ann.text("access_token");
    for path in ["/api/auth/validate", "/api/auth/verify-user"] {
        let answer = identity.get(path, Some(token)).await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("x-user-id"),
            ann.body["user"]["id"].as_str().unwrap()
        );
        assert_eq!(answer.header("x-username"), "ann");
        assert_eq!(answer.header("x-roles"), "member,admin");
        for bad in [None, Some(""), Some("x"), Some(ann.text("refresh_token"))] {
            let answer = identity.get(path, bad).await;
            assert_eq!(answer.problem(), (401, "unauthorized"), "{path} {bad:?}");
            assert!(answer.headers.get("x-user-id").is_none());
        }
    }
    identity
        .by(token, "POST", "/api/auth/logout", Some(json!({})))
        .await;
    assert_eq!(
        identity.get("/api/auth/validate", Some(token)).await.status,
        401
    );
}

#[tokio::test]
async fn the_clock_of_who_signed_may_be_half_a_minute_off() {
    let identity = Identity::start().await;
    let ann = identity.register("ann").await;
    let token = ann.text("access_token");
    // Seen by a service whose clock is behind, and by one whose clock is ahead.
    for seconds in [-30, 30 + 900 + 29] {
        identity.advance(seconds);
        let answer = identity.get("/api/auth/validate", Some(token)).await;
        assert_eq!(answer.status, 200, "{seconds}");
    }
    identity.advance(1);
    assert_eq!(
        identity.get("/api/auth/validate", Some(token)).await.status,
        401
    );
}

#[tokio::test]
async fn a_new_signing_key_logs_nobody_out() {
    let identity = Identity::start().await;
    let ann = identity.register("ann").await;
    let old = ann.text("access_token").to_owned();
    let keys = identity.app.keys.clone();
    identity.advance(1);
    tokio::task::spawn_blocking(move || keys.rotate())
        .await
        .unwrap()
        .unwrap();
    crate::reload_keys(identity.app.clone()).await;
    assert_eq!(
        identity.get("/api/auth/validate", Some(&old)).await.status,
        200
    );
    // It signs when every service has had the time to learn it.
    identity.advance(61);
    let refreshed = identity.refresh(ann.text("refresh_token")).await;
    assert_eq!(refreshed.status, 200);
    let new = refreshed.text("access_token");
    assert_eq!(
        identity.get("/api/auth/validate", Some(new)).await.status,
        200
    );
    assert_ne!(
        old.split('.').next(),
        new.split('.').next(),
        "signed by another key"
    );
}

#[tokio::test]
async fn a_session_that_is_nobodys_counts_for_nothing() {
    let identity = Identity::start().await;
    let ann = identity.register("ann").await;
    let now = folkmoot_common::clock::Clock::now(&*identity.clock).timestamp();
    let claims = Claims {
        iss: "folkmoot".to_owned(),
        aud: "folkmoot".to_owned(),
        sub: ann.body["user"]["id"].as_str().unwrap().to_owned(),
        name: "ann".to_owned(),
        roles: vec!["member".to_owned(), "admin".to_owned()],
        sid: Some("not a session".to_owned()),
        jti: None,
        iat: now,
        nbf: None,
        exp: now + 60,
    };
    let token = identity.app.keys.sign(&claims).unwrap();
    for path in [
        "/api/auth/validate",
        "/api/auth/me",
        "/api/auth/sessions",
        "/api/users/roles",
    ] {
        let answer = identity.get(path, Some(&token)).await;
        assert_eq!(answer.problem(), (401, "unauthorized"), "{path}");
    }
}
