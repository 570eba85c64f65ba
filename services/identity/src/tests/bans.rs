//! Bans.

use chrono::TimeDelta;
use folkmoot_common::{bus::ConsumerSpec, clock::Clock as _};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Answer, Identity, PASSWORD};
use crate::events::{USER_BANNED, USER_UNBANNED, UserBanned};

fn id(whom: &Answer) -> &str {
    whom.body["user"]["id"].as_str().unwrap()
}

async fn ban(identity: &Identity, by: &Answer, whom: &Answer, body: Value) -> Answer {
    let path = format!("/api/users/{}/ban", id(whom));
    identity
        .by(by.text("access_token"), "POST", &path, Some(body))
        .await
}

async fn unban(identity: &Identity, by: &Answer, whom: &Answer) -> Answer {
    let path = format!("/api/users/{}/ban", id(whom));
    identity
        .by(by.text("access_token"), "DELETE", &path, None)
        .await
}

/// An admin, a moderator and two members.
async fn people(identity: &Identity) -> [Answer; 4] {
    let admin = identity.register("ann").await;
    let moderator = identity.register("mod").await;
    let path = format!("/api/users/{}/roles/moderator", id(&moderator));
    assert_eq!(
        identity
            .by(admin.text("access_token"), "PUT", &path, None)
            .await
            .status,
        200
    );
    let moderator = identity.login("mod", PASSWORD).await;
    [
        admin,
        moderator,
        identity.register("bob").await,
        identity.register("cat").await,
    ]
}

#[tokio::test]
async fn who_is_banned_is_out_at_once_and_stays_out_until_its_end() {
    let identity = Identity::start().await;
    let (sender, mut events) = mpsc::unbounded_channel();
    let spec = ConsumerSpec {
        durable: "test",
        types: &[USER_BANNED, USER_UNBANNED],
    };
    identity.ctx.bus.consume(spec, move |event| {
        let sender = sender.clone();
        async move { Ok(sender.send(event)?) }
    });
    identity.ctx.bus.start();
    let [_, moderator, bob, _] = people(&identity).await;
    let until = identity.clock.now() + TimeDelta::days(1);
    let answer = ban(
        &identity,
        &moderator,
        &bob,
        json!({"reason": " Spam ", "until": until}),
    )
    .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.text("reason"), "Spam");
    assert_eq!(answer.text("moderator_name"), "mod");
    let told: UserBanned = events.recv().await.unwrap().parse().unwrap();
    assert_eq!((told.username.as_str(), told.until), ("bob", Some(until)));

    for path in [
        "/api/auth/validate",
        "/api/auth/verify-user",
        "/api/auth/me",
        "/api/auth/sessions",
    ] {
        let refused = identity.get(path, Some(bob.text("access_token"))).await;
        assert_eq!(refused.problem(), (403, "banned"), "{path}");
    }
    assert_eq!(
        identity.refresh(bob.text("refresh_token")).await.status,
        401
    );
    // The reason is told only to who knows the password.
    let guess = identity.login("bob", "a wrong guess").await;
    assert_eq!(guess.problem(), (401, "invalid_credentials"));
    let login = identity.login("bob", PASSWORD).await;
    assert_eq!(login.problem(), (403, "banned"));
    assert_eq!(login.text("reason"), "Spam");
    assert_eq!(login.header("content-type"), "application/problem+json");
    assert!(!login.text("until").is_empty());
    assert!(login.headers.get("set-cookie").is_none());

    // Neither another password nor another address lets them in.
    identity
        .post(
            "/api/auth/password/forgot",
            json!({"email": "bob@example.org"}),
        )
        .await;
    let code = identity
        .mail("bob@example.org", "Reset your password")
        .await
        .code()
        .to_owned();
    let body = json!({"email": "bob@example.org", "code": code, "password": "another password"});
    assert_eq!(
        identity.post("/api/auth/password/reset", body).await.status,
        204
    );
    assert_eq!(
        identity.login("bob", "another password").await.problem(),
        (403, "banned")
    );

    identity.advance(86_400);
    let login = identity.login("bob", "another password").await;
    assert_eq!(login.status, 200);
    let me = identity
        .get("/api/auth/me", Some(login.text("access_token")))
        .await;
    assert_eq!(me.status, 200);
}

#[tokio::test]
async fn a_ban_is_lifted_and_the_list_shows_those_that_count() {
    let identity = Identity::start().await;
    let [admin, moderator, bob, cat] = people(&identity).await;
    let forever = json!({"reason": "Spam", "until": null});
    assert_eq!(
        ban(&identity, &moderator, &bob, forever.clone())
            .await
            .status,
        200
    );
    identity.advance(1);
    assert_eq!(
        ban(&identity, &moderator, &cat, json!({"reason": "Also spam"}))
            .await
            .status,
        200
    );
    let list = async |path: &str| {
        identity
            .get(path, Some(moderator.text("access_token")))
            .await
    };
    let first = list("/api/users/banned?limit=1").await;
    assert_eq!(first.body[0]["username"], "cat");
    let next = first
        .header("link")
        .split(['<', '>'])
        .nth(1)
        .unwrap()
        .to_owned();
    let second = list(&format!("/api/users/banned{next}")).await;
    assert_eq!(second.body[0]["username"], "bob");
    assert!(second.headers.get("link").is_none());
    for bad in [
        "x",
        "1",
        "1.x",
        "9223372036854775807.00000000-0000-0000-0000-000000000000",
    ] {
        let answer = list(&format!("/api/users/banned?after={bad}")).await;
        assert_eq!(answer.problem(), (400, "invalid_cursor"), "{bad}");
    }

    assert_eq!(unban(&identity, &admin, &bob).await.status, 204);
    assert_eq!(
        unban(&identity, &admin, &bob).await.problem(),
        (404, "not_banned")
    );
    let left = list("/api/users/banned").await;
    assert_eq!(left.body.as_array().unwrap().len(), 1);
    let login = identity.login("bob", PASSWORD).await;
    assert_eq!(login.status, 200);
    let me = identity
        .get("/api/auth/me", Some(login.text("access_token")))
        .await;
    assert_eq!(me.status, 200, "{me:?}");
    // The sessions of before stay ended.
    assert_eq!(
        identity.refresh(bob.text("refresh_token")).await.status,
        401
    );
    // Again, after it was lifted.
    assert_eq!(ban(&identity, &moderator, &bob, forever).await.status, 200);
    assert_eq!(
        identity.login("bob", PASSWORD).await.problem(),
        (403, "banned")
    );
}

#[tokio::test]
async fn only_who_may_bans_and_nobody_themself_or_above() {
    let identity = Identity::start().await;
    let [admin, moderator, bob, cat] = people(&identity).await;
    let body = json!({"reason": "Spam"});
    let forbidden = (403, "forbidden");
    for (by, whom) in [
        (&bob, &cat),
        (&bob, &bob),
        (&bob, &admin),
        (&moderator, &moderator),
        (&moderator, &admin),
        (&admin, &admin),
    ] {
        assert_eq!(
            ban(&identity, by, whom, body.clone()).await.problem(),
            forbidden
        );
        assert_eq!(unban(&identity, by, whom).await.problem(), forbidden);
    }
    let listed = identity
        .get("/api/users/banned", Some(bob.text("access_token")))
        .await;
    assert_eq!(listed.problem(), forbidden);
    assert_eq!(
        ban(&identity, &admin, &moderator, body.clone())
            .await
            .status,
        200
    );
    // A moderator who is banned is none.
    let answer = ban(&identity, &moderator, &bob, body.clone()).await;
    assert_eq!(answer.problem(), (403, "banned"));

    let path = format!("/api/users/{}/ban", id(&bob));
    let anonymous = identity.post(&path, body.clone()).await;
    assert_eq!(anonymous.problem(), (401, "unauthorized"));
    let nobody = format!("/api/users/{}/ban", uuid::Uuid::nil());
    let token = admin.text("access_token");
    let answer = identity.by(token, "POST", &nobody, Some(body)).await;
    assert_eq!(answer.problem(), (404, "user_not_found"));
    for (bad, code) in [
        (json!({"reason": ""}), "invalid_reason"),
        (json!({"reason": "x".repeat(501)}), "invalid_reason"),
        (json!({"reason": "a\u{202e}b"}), "invalid_reason"),
        (json!({"reason": {"$ne": 1}}), "invalid_body"),
        (json!({"reason": "x", "until": "yesterday"}), "invalid_body"),
        (
            json!({"reason": "x", "until": "2001-01-01T00:00:00Z"}),
            "invalid_until",
        ),
        (
            json!({"reason": "x", "until": "+99999-01-01T00:00:00Z"}),
            "invalid_until",
        ),
        (json!({"reason": "x", "moderator_id": "y"}), "invalid_body"),
    ] {
        let answer = identity.by(token, "POST", &path, Some(bad.clone())).await;
        assert_eq!(answer.problem(), (422, code), "{bad}");
    }
}

#[tokio::test]
async fn two_admins_who_ban_each_other_leave_one() {
    let identity = std::sync::Arc::new(Identity::start().await);
    let ann = identity.register("ann").await;
    let bob = identity.register("bob").await;
    let path = format!("/api/users/{}/roles/admin", id(&bob));
    identity
        .by(ann.text("access_token"), "PUT", &path, None)
        .await;
    let bob = std::sync::Arc::new(identity.login("bob", PASSWORD).await);
    let ann = std::sync::Arc::new(ann);
    let attempts = [(ann.clone(), bob.clone()), (bob.clone(), ann.clone())].map(|(by, whom)| {
        let identity = identity.clone();
        tokio::spawn(async move { ban(&identity, &by, &whom, json!({"reason": "x"})).await })
    });
    let mut done = 0;
    for attempt in attempts {
        done += usize::from(attempt.await.unwrap().status == 200);
    }
    assert_eq!(done, 1);
}
