//! Changing and resetting passwords, and what attackers try with it.

use serde_json::{Value, json};

use super::{Answer, Identity, PASSWORD};

const FORUM: &[&str] = &["--public-url", "https://forum.example.org"];
const RESET: &str = "Reset your password";
const NEW: &str = "another long password";
const WRONG_CODE: (u16, &str) = (400, "invalid_code");

async fn forgot(identity: &Identity, email: &str) -> Answer {
    identity
        .post("/api/auth/password/forgot", json!({"email": email}))
        .await
}

async fn reset(identity: &Identity, email: &str, code: &str, password: &str) -> Answer {
    let body = json!({"email": email, "code": code, "password": password});
    identity.post("/api/auth/password/reset", body).await
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_code_and_all_sessions_end() {
    let identity = Identity::with(FORUM, &[]).await;
    let first = identity.register("ann").await;
    let second = identity.login("ann", PASSWORD).await;
    assert_eq!(forgot(&identity, " Ann@Example.org ").await.status, 202);
    let mail = identity.mail("ann@example.org", RESET).await;
    let answer = reset(
        &identity,
        "ann@example.ORG",
        &mail.code().to_lowercase(),
        NEW,
    )
    .await;
    assert_eq!(answer.status, 204, "{answer:?}");
    for session in [&first, &second] {
        let token = session.text("access_token");
        assert_eq!(identity.get("/api/auth/me", Some(token)).await.status, 401);
        assert_eq!(
            identity.refresh(session.text("refresh_token")).await.status,
            401
        );
    }
    assert_eq!(identity.login("ann", PASSWORD).await.status, 401);
    let again = identity.login("ann", NEW).await;
    assert_eq!(again.status, 200);
    // The code came by mail, so the address is right; and its owner hears of the change.
    assert_eq!(again.body["user"]["email_verified"], true);
    identity
        .mail("ann@example.org", "Your password was changed")
        .await;
}

#[tokio::test]
async fn a_code_counts_once_for_half_an_hour_and_until_the_next() {
    let identity = Identity::start().await;
    identity.register("ann").await;
    let next = async || {
        forgot(&identity, "ann@example.org").await;
        identity
            .mail("ann@example.org", RESET)
            .await
            .code()
            .to_owned()
    };
    let email = "ann@example.org";
    let first = next().await;
    let second = next().await;
    assert_ne!(first, second);
    assert_eq!(
        reset(&identity, email, &first, NEW).await.problem(),
        WRONG_CODE
    );
    assert_eq!(
        reset(&identity, "bob@example.org", &second, NEW)
            .await
            .problem(),
        WRONG_CODE
    );
    // A password that cannot be used leaves the code as it is.
    let answer = reset(&identity, email, &second, "short").await;
    assert_eq!(answer.problem(), (422, "invalid_password"));
    assert_eq!(reset(&identity, email, &second, NEW).await.status, 204);
    assert_eq!(
        reset(&identity, email, &second, NEW).await.problem(),
        WRONG_CODE
    );
    let third = next().await;
    identity.advance(30 * 60);
    assert_eq!(
        reset(&identity, email, &third, NEW).await.problem(),
        WRONG_CODE
    );
}

#[tokio::test]
async fn of_many_who_use_one_code_at_once_one_sets_the_password() {
    let identity = std::sync::Arc::new(Identity::start().await);
    identity.register("ann").await;
    forgot(&identity, "ann@example.org").await;
    let code = identity
        .mail("ann@example.org", RESET)
        .await
        .code()
        .to_owned();
    let attempts: Vec<_> = (0..8)
        .map(|number| {
            let (identity, code) = (identity.clone(), code.clone());
            let password = format!("a new password {number}");
            tokio::spawn(async move { reset(&identity, "ann@example.org", &code, &password).await })
        })
        .collect();
    let mut done = 0;
    for attempt in attempts {
        let answer = attempt.await.unwrap();
        done += usize::from(answer.status == 204);
    }
    assert_eq!(done, 1);
}

#[tokio::test]
async fn a_code_of_another_kind_resets_nothing() {
    let identity = Identity::start().await;
    identity.register("ann").await;
    let verify = identity
        .mail("ann@example.org", "Verify your address")
        .await;
    let answer = reset(&identity, "ann@example.org", verify.code(), NEW).await;
    assert_eq!(answer.problem(), WRONG_CODE);
    assert_eq!(identity.login("ann", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn nothing_tells_whether_an_address_has_an_account() {
    let identity = Identity::start().await;
    identity.register("ann").await;
    let mut answers = Vec::new();
    for email in ["ann@example.org", "nobody@example.org"] {
        let hashed = identity.app.passwords.hashed();
        let asked = forgot(&identity, email).await;
        let resent = identity
            .post("/api/auth/email/resend", json!({"email": email}))
            .await;
        let code = "0".repeat(26);
        let tried = reset(&identity, email, &code, NEW).await;
        let names = |answer: &Answer| format!("{:?}", answer.headers.keys().collect::<Vec<_>>());
        let told: Vec<_> = [asked, resent, tried]
            .iter()
            .map(|answer| (answer.status.as_u16(), answer.body.clone(), names(answer)))
            .collect();
        answers.push((told, identity.app.passwords.hashed() - hashed));
    }
    assert_eq!(answers[0], answers[1]);
    // The request does not even look: mail is put into the queue for both, and dropped there for one.
    assert_eq!(identity.count_mails("ann@example.org", RESET).await, 1);
    assert_eq!(identity.mailbox("nobody@example.org").await.len(), 0);
}

#[tokio::test]
async fn a_hundred_requests_from_anywhere_make_three_mails_an_hour() {
    let identity = Identity::start().await;
    identity.register("ann").await;
    for number in 0..100 {
        let peer = format!("198.51.100.{number}:1000");
        let email = if number % 2 == 0 {
            "ann@example.org"
        } else {
            "ANN@EXAMPLE.ORG"
        };
        let answer = identity
            .post_from(&peer, "/api/auth/password/forgot", json!({"email": email}))
            .await;
        assert_eq!(answer.status, 202);
    }
    assert_eq!(identity.count_mails("ann@example.org", RESET).await, 3);
    // What is dropped does not void what was sent.
    let code = identity.mail("ann@example.org", RESET).await;
    let answer = reset(&identity, "ann@example.org", code.code(), NEW).await;
    assert_eq!(answer.status, 204);
    identity.advance(60 * 60 + 1);
    forgot(&identity, "ann@example.org").await;
    assert_eq!(identity.count_mails("ann@example.org", RESET).await, 4);
}

#[tokio::test]
async fn one_network_cannot_ask_for_mail_for_everybody() {
    let identity = Identity::with(&[], &["--mail-limit-per-address", "3"]).await;
    for number in 0..3 {
        let email = format!("user{number}@example.org");
        assert_eq!(forgot(&identity, &email).await.status, 202);
    }
    assert_eq!(
        forgot(&identity, "user9@example.org").await.problem(),
        (429, "rate_limited")
    );
}

#[tokio::test]
async fn the_link_leads_to_the_public_address_whatever_the_request_says() {
    let identity = Identity::with(FORUM, &[]).await;
    identity.register("ann").await;
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example"),
        ("x-original-url", "https://evil.example/"),
        ("referer", "https://evil.example/"),
    ];
    let body = json!({"email": "ann@example.org"});
    let answer = identity
        .post_with("/api/auth/password/forgot", body.clone(), &headers)
        .await;
    assert_eq!(answer.status, 202);
    let mail = identity.mail("ann@example.org", RESET).await;
    assert!(!mail.text.contains("evil.example"), "{}", mail.text);
    let link = mail.link().expect("a link");
    assert!(
        link.starts_with("https://forum.example.org/reset-password#email=ann%40example.org&code=")
    );
    assert!(link.ends_with(mail.code()));
    let foreign = [("origin", "https://evil.example")];
    let answer = identity
        .post_with("/api/auth/password/forgot", body.clone(), &foreign)
        .await;
    assert_eq!(answer.problem(), (403, "forbidden_origin"));

    // Without a public address there is no link at all.
    let plain = Identity::start().await;
    plain.register("ann").await;
    plain
        .post_with("/api/auth/password/forgot", body, &headers)
        .await;
    assert_eq!(plain.mail("ann@example.org", RESET).await.link(), None);
}

#[tokio::test]
async fn guesses_at_codes_run_out_and_lock_nobody_out() {
    let identity = Identity::with(&[], &["--login-limit-per-address", "5"]).await;
    identity.register("ann").await;
    forgot(&identity, "ann@example.org").await;
    let code = identity
        .mail("ann@example.org", RESET)
        .await
        .code()
        .to_owned();
    let guess = async |peer: &str, code: &str| {
        let body = json!({"email": "ann@example.org", "code": code, "password": NEW});
        identity
            .post_from(peer, "/api/auth/password/reset", body)
            .await
    };
    for _ in 0..5 {
        let answer = guess("192.0.2.1:1", &"A".repeat(26)).await;
        assert_eq!(answer.problem(), WRONG_CODE);
    }
    assert_eq!(
        guess("192.0.2.1:1", &code).await.problem(),
        (429, "rate_limited")
    );
    let body = json!({"identifier": "ann", "password": PASSWORD});
    let login = identity
        .post_from("192.0.2.9:1", "/api/auth/login", body)
        .await;
    assert_eq!(login.status, 200);
    assert_eq!(guess("192.0.2.9:1", &code).await.status, 204);
}

#[tokio::test]
async fn who_changes_the_password_stays_and_everybody_else_goes() {
    let identity = Identity::start().await;
    let here = identity.register("ann").await;
    let there = identity.login("ann", PASSWORD).await;
    let token = here.text("access_token");
    let change = async |password: &str, new: &str| {
        let body = json!({"password": password, "new_password": new});
        identity
            .by(token, "POST", "/api/auth/password/change", Some(body))
            .await
    };
    assert_eq!(
        change("a wrong guess", NEW).await.problem(),
        (403, "wrong_password")
    );
    assert_eq!(
        change(PASSWORD, "ann").await.problem(),
        (422, "invalid_password")
    );
    assert_eq!(
        change(PASSWORD, "ann@example.org").await.problem(),
        (422, "invalid_password")
    );
    assert_eq!(change(PASSWORD, NEW).await.status, 204);
    assert_eq!(identity.get("/api/auth/me", Some(token)).await.status, 200);
    assert_eq!(
        identity.refresh(here.text("refresh_token")).await.status,
        200
    );
    assert_eq!(
        identity
            .get("/api/auth/me", Some(there.text("access_token")))
            .await
            .status,
        401
    );
    assert_eq!(
        identity.refresh(there.text("refresh_token")).await.status,
        401
    );
    assert_eq!(identity.login("ann", PASSWORD).await.status, 401);
    assert_eq!(identity.login("ann", NEW).await.status, 200);
    identity
        .mail("ann@example.org", "Your password was changed")
        .await;
}

#[tokio::test]
async fn guesses_at_the_password_by_changing_it_run_out() {
    let identity = Identity::start().await;
    let session = identity.register("ann").await;
    let mut last = 0;
    for _ in 0..11 {
        let body = json!({"password": "a wrong guess", "new_password": NEW});
        let token = session.text("access_token");
        let answer = identity
            .by(token, "POST", "/api/auth/password/change", Some(body))
            .await;
        last = answer.status.as_u16();
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn what_is_no_text_is_refused_and_so_is_what_nobody_asked_for() {
    let identity = Identity::start().await;
    identity.register("ann").await;
    let strange = [
        json!({"$ne": ""}),
        json!(["ann@example.org"]),
        json!(1),
        Value::Null,
    ];
    for value in strange {
        for (path, body) in [
            ("forgot", json!({"email": value})),
            (
                "reset",
                json!({"email": value, "code": "x", "password": NEW}),
            ),
            (
                "reset",
                json!({"email": "ann@example.org", "code": value, "password": NEW}),
            ),
            (
                "reset",
                json!({"email": "ann@example.org", "code": "x", "password": value}),
            ),
        ] {
            let path = format!("/api/auth/password/{path}");
            let answer = identity.post(&path, body.clone()).await;
            assert_eq!(answer.problem(), (422, "invalid_body"), "{path} {body}");
        }
    }
    let more = json!({"email": "ann@example.org", "base_url": "https://evil.example"});
    let answer = identity.post("/api/auth/password/forgot", more).await;
    assert_eq!(answer.problem(), (422, "invalid_body"));
    for email in [
        "",
        "ann",
        "a@b\r\nBcc: c@d",
        "ann@example.org,eve@evil.example",
        "<a@b>",
    ] {
        assert_eq!(
            forgot(&identity, email).await.problem(),
            (422, "invalid_email"),
            "{email:?}"
        );
    }
}
