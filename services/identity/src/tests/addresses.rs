//! Verifying an address, and moving to another.

use serde_json::json;

use super::{Answer, Identity, PASSWORD};

const CHANGE: &str = "Verify your new address";

async fn verify(identity: &Identity, code: &str) -> Answer {
    identity
        .post("/api/auth/email/verify", json!({"code": code}))
        .await
}

async fn change(identity: &Identity, token: &str, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    identity
        .by(token, "POST", "/api/auth/email/change", Some(body))
        .await
}

#[tokio::test]
async fn an_address_is_verified_by_the_newest_code_once() {
    let identity = Identity::start().await;
    let session = identity.register("ann").await;
    assert_eq!(session.body["user"]["email_verified"], false);
    let old = identity
        .mail("ann@example.org", "Verify your address")
        .await
        .code()
        .to_owned();
    identity
        .post(
            "/api/auth/email/resend",
            json!({"email": "ANN@example.org"}),
        )
        .await;
    let new = identity
        .mail("ann@example.org", "Verify your address")
        .await
        .code()
        .to_owned();
    assert_eq!(
        verify(&identity, &old).await.problem(),
        (400, "invalid_code")
    );
    assert_eq!(verify(&identity, &new).await.status, 204);
    assert_eq!(
        verify(&identity, &new).await.problem(),
        (400, "invalid_code")
    );
    let me = identity
        .get("/api/auth/me", Some(session.text("access_token")))
        .await;
    assert_eq!(me.body["email_verified"], true);
    // Nothing more to verify: no mail.
    let before = identity.mailbox("ann@example.org").await.len();
    identity
        .post(
            "/api/auth/email/resend",
            json!({"email": "ann@example.org"}),
        )
        .await;
    assert_eq!(identity.mailbox("ann@example.org").await.len(), before);
}

#[tokio::test]
async fn an_account_moves_when_the_new_address_is_shown_to_be_its_owners() {
    let identity = Identity::start().await;
    let session = identity.register("ann").await;
    let token = session.text("access_token");
    let wrong = change(&identity, token, "ann@example.com", "a wrong guess").await;
    assert_eq!(wrong.problem(), (403, "wrong_password"));
    assert_eq!(
        change(&identity, token, "ann@example.com", PASSWORD)
            .await
            .status,
        202
    );
    assert_eq!(
        identity.login("ann@example.com", PASSWORD).await.status,
        401
    );
    identity
        .post(
            "/api/auth/password/forgot",
            json!({"email": "ann@example.org"}),
        )
        .await;
    let stale = identity
        .mail("ann@example.org", "Reset your password")
        .await
        .code()
        .to_owned();
    let code = identity
        .mail("ann@example.com", CHANGE)
        .await
        .code()
        .to_owned();
    assert_eq!(verify(&identity, &code).await.status, 204);
    assert_eq!(
        identity.login("ann@example.com", PASSWORD).await.status,
        200
    );
    assert_eq!(
        identity.login("ann@example.org", PASSWORD).await.status,
        401
    );
    identity
        .mail("ann@example.org", "Your address was changed")
        .await;
    // What was sent to the old address counts no more.
    for email in ["ann@example.org", "ann@example.com"] {
        let body = json!({"email": email, "code": stale, "password": "another password"});
        let answer = identity.post("/api/auth/password/reset", body).await;
        assert_eq!(answer.problem(), (400, "invalid_code"));
    }
}

#[tokio::test]
async fn the_address_of_somebody_else_is_neither_taken_nor_told() {
    let identity = Identity::start().await;
    identity.register("bob").await;
    let session = identity.register("ann").await;
    let token = session.text("access_token");
    let free = change(&identity, token, "free@example.org", PASSWORD).await;
    let taken = change(&identity, token, "BOB@example.org", PASSWORD).await;
    assert_eq!((free.status, &free.body), (taken.status, &taken.body));
    assert_eq!(identity.count_mails("BOB@example.org", CHANGE).await, 0);
    assert_eq!(
        identity
            .count_mails("bob@example.org", "You have an account")
            .await,
        1
    );
    // Taken between the mail and its code.
    let code = identity
        .mail("free@example.org", CHANGE)
        .await
        .code()
        .to_owned();
    let body = json!({"email": "free@example.org", "username": "cat", "password": PASSWORD});
    assert_eq!(identity.post("/api/auth/register", body).await.status, 201);
    assert_eq!(
        verify(&identity, &code).await.problem(),
        (409, "email_taken")
    );
}

#[tokio::test]
async fn a_name_for_people_comes_with_signing_up_and_is_checked() {
    let identity = Identity::start().await;
    let signup = async |name: serde_json::Value, username: &str| {
        let email = format!("{username}@test.com");
        let body =
            json!({"name": name, "email": email, "username": username, "password": "test123"});
        identity.post("/api/auth/signup", body).await
    };
    let made = signup(json!("John"), "john").await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.text("token"), made.text("access_token"));
    let login = json!({"identifier": "john@test.com", "password": "test123"});
    assert_eq!(identity.post("/api/auth/login", login).await.status, 200);
    for bad in [
        json!(""),
        json!("a\u{202e}b"),
        json!("a\nb"),
        json!("x".repeat(65)),
    ] {
        assert_eq!(signup(bad, "eve").await.problem(), (422, "invalid_name"));
    }
    // Nobody makes themself more than they are.
    for (field, value) in [
        ("roles", json!(["admin"])),
        ("role", json!("admin")),
        ("is_admin", json!(true)),
        ("id", json!("x")),
    ] {
        let mut body = json!({"email": "e@example.org", "username": "eve", "password": PASSWORD});
        body[field] = value;
        let answer = identity.post("/api/auth/signup", body.clone()).await;
        assert_eq!(answer.problem(), (422, "invalid_body"), "{field}");
        body["username"] = json!(format!("eve-{field}"));
        body["email"] = json!(format!("{field}@example.org"));
        let made = identity.post("/api/auth/register", body).await;
        assert_eq!(made.body["user"]["roles"], json!(["member"]), "{field}");
    }
}
