//! `EMAIL_VERIFICATION=required`: nobody comes in before, and no answer tells who has an account.

use serde_json::{Value, json};

use super::{Answer, Identity, PASSWORD};

const REQUIRED: &[&str] = &[
    "--email-verification",
    "required",
    "--login-limit-per-address",
    "0",
];
const VERIFY: &str = "Verify your address";
const KNOWN: &str = "You have an account";

fn told(answer: &Answer) -> (u16, Value, Vec<String>) {
    let names = answer.headers.keys().map(ToString::to_string);
    (answer.status.as_u16(), answer.body.clone(), names.collect())
}

async fn register(identity: &Identity, username: &str, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "username": username, "password": password});
    identity.post("/api/auth/register", body).await
}

async fn verify(identity: &Identity, code: &str) -> Answer {
    identity
        .post("/api/auth/email/verify", json!({"code": code}))
        .await
}

/// An account whose address is verified.
async fn member(identity: &Identity, username: &str) {
    let email = format!("{username}@example.org");
    assert_eq!(
        register(identity, username, &email, PASSWORD).await.status,
        202
    );
    let code = identity.mail(&email, VERIFY).await.code().to_owned();
    assert_eq!(verify(identity, &code).await.status, 204);
}

#[tokio::test]
async fn an_account_is_made_by_the_code_and_the_first_is_admin() {
    let identity = Identity::with(&[], REQUIRED).await;
    let answer = register(&identity, "ann", "ann@example.org", PASSWORD).await;
    assert_eq!(answer.status, 202);
    assert!(answer.headers.get("set-cookie").is_none());
    assert_eq!(
        identity.login("ann", PASSWORD).await.problem(),
        (401, "invalid_credentials")
    );
    let code = identity
        .mail("ann@example.org", VERIFY)
        .await
        .code()
        .to_owned();
    assert_eq!(verify(&identity, &code).await.status, 204);
    assert_eq!(
        verify(&identity, &code).await.problem(),
        (400, "invalid_code")
    );
    let session = identity.login("ann@example.org", PASSWORD).await;
    assert_eq!(session.status, 200);
    assert_eq!(session.body["user"]["roles"], json!(["member", "admin"]));
    assert_eq!(session.body["user"]["email_verified"], true);
    member(&identity, "bob").await;
    let second = identity.login("bob", PASSWORD).await;
    assert_eq!(second.body["user"]["roles"], json!(["member"]));
}

#[tokio::test]
async fn registering_with_a_known_address_is_answered_as_with_an_unknown_one() {
    let identity = Identity::with(&[], REQUIRED).await;
    member(&identity, "ann").await;
    let mut answers = Vec::new();
    for (username, email) in [("eve", "ANN@example.org"), ("eve", "new@example.org")] {
        let hashed = identity.app.passwords.hashed();
        let answer = register(&identity, username, email, PASSWORD).await;
        answers.push((told(&answer), identity.app.passwords.hashed() - hashed));
    }
    assert_eq!(answers[0], answers[1]);
    // Only the owner of the address is told, and the name is as free as before.
    assert_eq!(identity.count_mails("ann@example.org", KNOWN).await, 1);
    assert_eq!(identity.count_mails("ann@example.org", VERIFY).await, 1);
    assert_eq!(identity.count_mails("new@example.org", VERIFY).await, 1);
    let again = register(&identity, "eve", "third@example.org", PASSWORD).await;
    assert_eq!(told(&again), answers[0].0);
    // A name is public, and may be told.
    let taken = register(&identity, "Ann", "fourth@example.org", PASSWORD).await;
    assert_eq!(taken.problem(), (409, "username_taken"));
}

#[tokio::test]
async fn who_is_quicker_gets_the_name() {
    let identity = Identity::with(&[], REQUIRED).await;
    let mut codes = Vec::new();
    for email in ["one@example.org", "two@example.org"] {
        assert_eq!(
            register(&identity, "ann", email, PASSWORD).await.status,
            202
        );
        codes.push(identity.mail(email, VERIFY).await.code().to_owned());
    }
    assert_eq!(verify(&identity, &codes[1]).await.status, 204);
    assert_eq!(
        verify(&identity, &codes[0]).await.problem(),
        (409, "username_taken")
    );
    assert_eq!(
        identity.login("two@example.org", PASSWORD).await.status,
        200
    );
}

#[tokio::test]
async fn somebody_elses_registration_of_an_address_cannot_be_finished_by_ones_own_code() {
    let identity = Identity::with(&[], REQUIRED).await;
    let mut codes = Vec::new();
    for (username, password) in [("ann", PASSWORD), ("eve", "the password of eve")] {
        register(&identity, username, "ann@example.org", password).await;
        identity.advance(1);
        let mail = identity.mail("ann@example.org", VERIFY).await;
        codes.push(mail.code().to_owned());
    }
    assert_eq!(verify(&identity, &codes[0]).await.status, 204);
    for (password, status) in [(PASSWORD, 200), ("the password of eve", 401)] {
        let login = identity.login("ann@example.org", password).await;
        assert_eq!(login.status.as_u16(), status);
    }
    // What she started has ended with it.
    let late = verify(&identity, &codes[1]).await;
    assert_eq!(late.problem(), (400, "invalid_code"));
}

#[tokio::test]
async fn a_log_in_before_the_code_looks_like_a_wrong_password_and_sends_another_mail() {
    let identity = Identity::with(&[], REQUIRED).await;
    register(&identity, "ann", "ann@example.org", PASSWORD).await;
    let first = identity
        .mail("ann@example.org", VERIFY)
        .await
        .code()
        .to_owned();
    let mut answers = Vec::new();
    for (account, password) in [
        ("ann@example.org", PASSWORD),
        ("ann@example.org", "a wrong guess"),
        ("nobody@example.org", PASSWORD),
    ] {
        let hashed = identity.app.passwords.hashed();
        let answer = identity.login(account, password).await;
        answers.push((
            answer.status,
            answer.body,
            identity.app.passwords.hashed() - hashed,
        ));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert_eq!(identity.count_mails("ann@example.org", VERIFY).await, 2);
    let second = identity
        .mail("ann@example.org", VERIFY)
        .await
        .code()
        .to_owned();
    assert_eq!(
        verify(&identity, &first).await.problem(),
        (400, "invalid_code")
    );
    assert_eq!(verify(&identity, &second).await.status, 204);
}

#[tokio::test]
async fn an_account_of_before_must_be_verified_when_that_is_required() {
    let identity = Identity::start().await;
    let session = identity.register("ann").await;
    identity.mail("ann@example.org", VERIFY).await;
    let (folder, clock) = identity.stop().await;
    let identity = Identity::restart(folder, clock, &[], REQUIRED).await;
    identity.advance(1);
    assert_eq!(
        identity.login("ann", PASSWORD).await.problem(),
        (401, "invalid_credentials")
    );
    assert_eq!(
        identity.refresh(session.text("refresh_token")).await.status,
        401
    );
    assert_eq!(identity.count_mails("ann@example.org", VERIFY).await, 2);
    let code = identity
        .mail("ann@example.org", VERIFY)
        .await
        .code()
        .to_owned();
    assert_eq!(verify(&identity, &code).await.status, 204);
    assert_eq!(identity.login("ann", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_registration_that_nobody_finishes_is_forgotten() {
    let identity = Identity::with(&[], REQUIRED).await;
    register(&identity, "ann", "ann@example.org", PASSWORD).await;
    let code = identity
        .mail("ann@example.org", VERIFY)
        .await
        .code()
        .to_owned();
    identity.advance(24 * 3600);
    assert_eq!(
        verify(&identity, &code).await.problem(),
        (400, "invalid_code")
    );
    identity.app.store.sweep().await.unwrap();
    identity
        .post(
            "/api/auth/email/resend",
            json!({"email": "ann@example.org"}),
        )
        .await;
    assert_eq!(identity.count_mails("ann@example.org", VERIFY).await, 1);
}
