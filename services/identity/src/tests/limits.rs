//! Limits against guessing.

use serde_json::{Value, json};

use super::{Answer, Identity, PASSWORD};

async fn guess(identity: &Identity, peer: &str, account: &str) -> Answer {
    identity
        .post_from(
            peer,
            "/api/auth/login",
            json!({"identifier": account, "password": "a wrong guess"}),
        )
        .await
}

#[tokio::test]
async fn guesses_at_one_account_from_one_address_run_out() {
    let identity = Identity::start().await;
    identity.register("ann").await;
    for remaining in (0..10).rev() {
        let answer = guess(&identity, "192.0.2.1:1000", "ann").await;
        assert_eq!(answer.problem(), (401, "invalid_credentials"));
        assert_eq!(
            (
                answer.header("ratelimit-limit"),
                answer.header("ratelimit-remaining")
            ),
            ("10", remaining.to_string().as_str())
        );
    }
    let before = identity.app.passwords.hashed();
    // In any spelling, and with the right password too.
    for account in ["ann", "ANN", " ann "] {
        let body = json!({"identifier": account, "password": PASSWORD});
        let answer = identity
            .post_from("192.0.2.1:2000", "/api/auth/login", body)
            .await;
        assert_eq!(answer.problem(), (429, "rate_limited"));
        assert_eq!(answer.header("retry-after"), "90");
        assert_eq!(answer.header("ratelimit-remaining"), "0");
    }
    assert_eq!(identity.app.passwords.hashed(), before);
    // The owner, elsewhere, is not locked out, and time gives the guesser single attempts.
    let body = json!({"identifier": "ann", "password": PASSWORD});
    assert_eq!(
        identity
            .post_from("192.0.2.9:1", "/api/auth/login", body)
            .await
            .status,
        200
    );
    identity.advance(90);
    assert_eq!(
        guess(&identity, "192.0.2.1:1000", "ann").await.problem(),
        (401, "invalid_credentials")
    );
    assert_eq!(
        guess(&identity, "192.0.2.1:1000", "ann").await.problem(),
        (429, "rate_limited")
    );
}

#[tokio::test]
async fn an_unknown_account_is_limited_as_a_known_one() {
    let identity = Identity::start().await;
    identity.register("ann").await;
    let mut answers = Vec::new();
    for account in ["ann", "nobody"] {
        let mut of_account: Vec<(u16, Value)> = Vec::new();
        for _ in 0..12 {
            let answer = guess(&identity, "192.0.2.1:1000", account).await;
            of_account.push((answer.status.as_u16(), answer.body));
        }
        answers.push(of_account);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].last().unwrap().0, 429);
}

#[tokio::test]
async fn one_network_cannot_try_one_password_on_every_account() {
    let identity = Identity::with(&[], &["--login-limit-per-address", "5"]).await;
    for number in 0..5 {
        let peer = format!("[2001:db8::{number}]:1000");
        assert_eq!(
            guess(&identity, &peer, &format!("user{number}"))
                .await
                .status,
            401
        );
    }
    assert_eq!(
        guess(&identity, "[2001:db8::ffff]:1000", "user9")
            .await
            .problem(),
        (429, "rate_limited")
    );
    assert_eq!(
        guess(&identity, "[2001:db8:0:1::1]:1000", "user9")
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn registrations_and_refreshes_have_limits_too() {
    let own = [
        "--registration-limit-per-address",
        "2",
        "--login-limit-per-address",
        "3",
    ];
    let identity = Identity::with(&[], &own).await;
    for name in ["ann", "bob"] {
        assert_eq!(identity.register(name).await.status, 201);
    }
    assert_eq!(
        identity.register("cat").await.problem(),
        (429, "rate_limited")
    );
    for _ in 0..3 {
        assert_eq!(identity.refresh("nonsense").await.status, 401);
    }
    assert_eq!(
        identity.refresh("nonsense").await.problem(),
        (429, "rate_limited")
    );
}
