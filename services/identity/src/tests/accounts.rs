//! Registering, logging in, and what is told of accounts.

use std::sync::Arc;

use folkmoot_common::{bus::ConsumerSpec, clock::Clock as _};
use serde_json::json;
use tokio::sync::mpsc;

use super::{Identity, PASSWORD};
use crate::{
    events::{USER_REGISTERED, UserRegistered},
    token::{Grant, mint},
};

#[tokio::test]
async fn who_registers_is_logged_in_and_can_log_in_again_by_either_name() {
    let identity = Identity::start().await;
    let registered = identity.register("Ann").await;
    assert_eq!(registered.status, 201, "{registered:?}");
    assert_eq!(registered.body["token_type"], "Bearer");
    assert_eq!(registered.body["expires_in"], 900);
    assert_eq!(registered.body["user"]["username"], "Ann");
    assert_eq!(registered.body["user"]["email"], "Ann@example.org");
    assert_eq!(registered.body["user"]["roles"], json!(["member", "admin"]));
    assert_eq!(registered.body["token"], registered.body["access_token"]);
    assert!(registered.body["user"].get("password_hash").is_none());

    for name in ["ann", "ANN", " Ann ", "ann@EXAMPLE.org"] {
        assert_eq!(identity.login(name, PASSWORD).await.status, 200, "{name}");
    }
    for field in ["identifier", "email", "username"] {
        let body = json!({field: "ann", "password": PASSWORD, "remember": true, "name": "Ann"});
        let answer = identity.post("/api/auth/login", body).await;
        assert_eq!(answer.status, 200, "{field}");
        let me = identity
            .get("/api/auth/me", Some(answer.text("access_token")))
            .await;
        assert_eq!(
            (me.status.as_u16(), &me.body),
            (200, &registered.body["user"])
        );
    }
}

#[tokio::test]
async fn a_second_start_finds_accounts_sessions_and_keys() {
    let identity = Identity::start().await;
    let registered = identity.register("ann").await;
    let jwks = identity.get("/api/auth/jwks.json", None).await.body;
    let (folder, clock) = identity.stop().await;

    let identity = Identity::restart(folder, clock, &[], &[]).await;
    assert_eq!(
        identity.get("/.well-known/jwks.json", None).await.body,
        jwks
    );
    assert_eq!(
        identity
            .get("/api/auth/me", Some(registered.text("access_token")))
            .await
            .status,
        200
    );
    assert_eq!(
        identity
            .refresh(registered.text("refresh_token"))
            .await
            .status,
        200
    );
    assert_eq!(identity.login("ann", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn nothing_tells_a_wrong_account_from_a_wrong_password() {
    let identity = Identity::start().await;
    identity.register("ann").await;
    let before = identity.app.passwords.hashed();
    let wrong_password = identity.login("ann", "wrong password").await;
    let hashed_for_known = identity.app.passwords.hashed() - before;
    let no_account = identity.login("bob", "wrong password").await;
    let hashed_for_unknown = identity.app.passwords.hashed() - before - hashed_for_known;
    let no_address = identity.login("bob@example.org", "wrong password").await;

    assert_eq!(wrong_password.problem(), (401, "invalid_credentials"));
    for answer in [&no_account, &no_address] {
        assert_eq!(
            (answer.status, &answer.body),
            (wrong_password.status, &wrong_password.body)
        );
        let names = |answer: &super::Answer| {
            answer
                .headers
                .keys()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(answer), names(&wrong_password));
    }
    assert_eq!((hashed_for_known, hashed_for_unknown), (1, 1));
}

#[tokio::test]
async fn names_and_addresses_are_taken_in_any_case() {
    let identity = Identity::start().await;
    identity.register("ann").await;
    let register = async |username: &str, email: &str| {
        identity
            .post(
                "/api/auth/register",
                json!({"email": email, "username": username, "password": PASSWORD}),
            )
            .await
    };
    assert_eq!(
        register("ANN", "other@example.org").await.problem(),
        (409, "username_taken")
    );
    assert_eq!(
        register("other", "ANN@example.ORG").await.problem(),
        (409, "email_taken")
    );
    // The refused address was not stored on the way.
    assert_eq!(register("other", "other@example.org").await.status, 201);
}

#[tokio::test]
async fn of_many_who_register_one_name_at_once_one_gets_it() {
    let identity = Arc::new(Identity::start().await);
    let attempts: Vec<_> = (0..12)
        .map(|number| {
            let identity = identity.clone();
            let email = format!("ann{number}@example.org");
            let body = json!({"email": email, "username": "ann", "password": PASSWORD});
            tokio::spawn(async move { identity.post("/api/auth/register", body).await })
        })
        .collect();
    let mut made = 0;
    for attempt in attempts {
        let answer = attempt.await.unwrap();
        match answer.problem() {
            (201, _) => made += 1,
            problem => assert_eq!(problem, (409, "username_taken")),
        }
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn a_registration_is_told_once_and_a_refused_one_never() {
    let identity = Identity::start().await;
    let (sender, mut events) = mpsc::unbounded_channel();
    let spec = ConsumerSpec {
        durable: "test",
        types: &[USER_REGISTERED],
    };
    identity.ctx.bus.consume(spec, move |event| {
        let sender = sender.clone();
        async move { Ok(sender.send(event)?) }
    });
    identity.ctx.bus.start();
    let registered = identity.register("ann").await;
    assert_eq!(identity.register("ann").await.status, 409);
    identity.register("bob").await;

    let first = events.recv().await.unwrap();
    let second = events.recv().await.unwrap();
    let told: UserRegistered = first.parse().unwrap();
    assert_eq!(told.user_id, registered.body["user"]["id"]);
    assert_eq!(
        (told.username.as_str(), told.registered_at),
        ("ann", identity.clock.now())
    );
    assert_eq!(second.parse::<UserRegistered>().unwrap().username, "bob");
}

#[tokio::test]
async fn registration_can_be_closed() {
    let identity = Identity::with(&[], &["--registration", "closed"]).await;
    assert_eq!(
        identity.register("ann").await.problem(),
        (403, "registration_closed")
    );
    assert_eq!(identity.app.passwords.hashed(), 0);
}

#[tokio::test]
async fn nothing_on_the_disk_is_good_for_logging_in() {
    let identity = Identity::start().await;
    let registered = identity.register("ann").await;
    let refreshed = identity.refresh(registered.text("refresh_token")).await;
    let (folder, _) = identity.stop().await;
    let mut read = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            read.extend(std::fs::read(path).unwrap());
        }
    }
    let holds = |text: &str| {
        read.windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(holds("ann@example.org"));
    for secret in [
        PASSWORD,
        registered.text("refresh_token"),
        refreshed.text("refresh_token"),
        refreshed.text("access_token"),
    ] {
        assert!(!holds(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_script_is_somebody_without_an_account() {
    let identity = Identity::start().await;
    let grant = Grant {
        user_id: "robot:1".to_owned(),
        username: "Röbot".to_owned(),
        roles: vec!["service".to_owned(), "member".to_owned()],
        session_id: None,
        lifetime: chrono::TimeDelta::days(2),
    };
    let ctx = &identity.ctx;
    let make = |grant| mint(&identity.app.keys, &ctx.clock, &ctx.ids, grant);
    let token = make(grant.clone()).unwrap();
    identity.advance(86_400);
    let answer = identity.get("/api/auth/validate", Some(&token)).await;
    assert_eq!(
        answer.body,
        json!({"user_id": "robot:1", "username": "Röbot", "roles": ["service", "member"]})
    );
    assert_eq!(answer.header("x-user-id"), "robot:1");
    assert_eq!(answer.headers["x-username"].as_bytes(), "Röbot".as_bytes());
    assert_eq!(answer.header("x-roles"), "service,member");
    assert_eq!(
        identity.get("/api/auth/me", Some(&token)).await.problem(),
        (404, "user_not_found")
    );

    for bad in [
        Grant {
            user_id: "a/b".to_owned(),
            ..grant.clone()
        },
        Grant {
            username: "a\nb".to_owned(),
            ..grant.clone()
        },
        Grant {
            roles: vec!["a,b".to_owned()],
            ..grant.clone()
        },
        Grant {
            lifetime: chrono::TimeDelta::zero(),
            ..grant.clone()
        },
        Grant {
            lifetime: chrono::TimeDelta::days(400),
            ..grant
        },
    ] {
        assert!(make(bad.clone()).is_err(), "{bad:?}");
    }
}

#[tokio::test]
async fn the_document_and_the_keys_are_public_and_complete() {
    let identity = Identity::start().await;
    let paths = identity.openapi["paths"].as_object().unwrap();
    for path in [
        "/.well-known/jwks.json",
        "/api/auth/email/change",
        "/api/auth/email/resend",
        "/api/auth/email/verify",
        "/api/auth/jwks.json",
        "/api/auth/login",
        "/api/auth/logout",
        "/api/auth/logout-all",
        "/api/auth/me",
        "/api/auth/password/change",
        "/api/auth/password/forgot",
        "/api/auth/password/reset",
        "/api/auth/refresh",
        "/api/auth/register",
        "/api/auth/sessions",
        "/api/auth/sessions/{id}",
        "/api/auth/signup",
        "/api/auth/validate",
        "/api/auth/verify-user",
        "/api/users/banned",
        "/api/users/roles",
        "/api/users/{id}/ban",
        "/api/users/{id}/roles/{role}",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    let answer = identity.get("/api/auth/jwks.json", None).await;
    let key = answer.body["keys"][0].as_object().unwrap();
    let mut members: Vec<_> = key.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
}
