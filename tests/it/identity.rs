//! Accounts, sessions and tokens, as the whole platform and its replicas see them.

use std::collections::BTreeSet;

use folkmoot_common::{ServiceName, auth::token::Claims};
use folkmoot_tests::{
    app::{Answer, Backends, Issuer, PASSWORD, Site, Stores, TestApp, send},
    on_both_backends, wait,
};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

async fn refresh(site: &Site, token: &str) -> Answer {
    site.post("/api/auth/refresh", &json!({"refresh_token": token}))
        .await
}

async fn validate(site: &Site, token: &str) -> Answer {
    send(
        site.request(Method::GET, "/api/auth/validate")
            .bearer_auth(token),
    )
    .await
}

/// Two replicas of identity alone, on the same stores.
async fn replicas(backends: Backends, variables: &[(&str, &str)]) -> [TestApp; 2] {
    let stores = Stores::new(backends).await;
    let builder = TestApp::on(backends)
        .stores(&stores)
        .services(&[ServiceName::Identity]);
    let builder = variables
        .iter()
        .fold(builder, |builder, (name, value)| builder.set(name, value));
    let first = builder.clone().start().await;
    [first, builder.start().await]
}

on_both_backends! {
    async fn an_account_and_its_session_outlive_a_restart(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let ann = app.register("ann").await;
        let token = ann.token.clone().expect("a token");
        let app = app.restart().await;

        let validated = validate(&app, &token).await;
        validated.expect(200);
        assert_eq!(validated.header("x-user-id"), Some(ann.user_id.as_str()));
        assert_eq!(validated.header("x-username"), Some("ann"));
        assert_eq!(validated.header("x-roles"), Some("member"));
        assert_eq!(app.log_in("ann").await.user_id, ann.user_id);

        let first = ann.refresh_token.expect("a refresh token");
        let session = refresh(&app, &first).await.expect(200);
        let next = session["refresh_token"].as_str().expect("the next one");
        let logout = app.post("/api/auth/logout", &json!({"refresh_token": next})).await;
        logout.expect(204);
        validate(&app, &token).await.expect_problem(401, "unauthorized");
        refresh(&app, next).await.expect_problem(401, "invalid_refresh_token");
    }

    async fn of_many_who_register_one_name_at_two_replicas_one_gets_it(backends: Backends) {
        let replicas = replicas(backends, &[]).await;
        let attempts = (0..16).map(|number| {
            let site = replicas[number % 2].site().clone();
            let body = json!({"email": format!("{number}@example.org"), "username": "Ann", "password": PASSWORD});
            async move { site.post("/api/auth/register", &body).await }
        });
        let answers = join_all(attempts).await;
        let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
        assert_eq!(made.len(), 1);
        for answer in refused {
            answer.expect_problem(409, "username_taken");
        }
    }

    async fn a_refresh_token_has_one_successor_at_two_replicas_and_its_reuse_ends_the_session(backends: Backends) {
        let replicas = replicas(backends, &[]).await;
        let ann = replicas[0].register("ann").await;
        let first = ann.refresh_token.clone().expect("a refresh token");
        let tabs = (0..16).map(|number| {
            let (site, token) = (replicas[number % 2].site().clone(), first.clone());
            async move { refresh(&site, &token).await.expect(200)["refresh_token"].to_string() }
        });
        let successors: BTreeSet<String> = join_all(tabs).await.into_iter().collect();
        assert_eq!(successors.len(), 1);

        let successor: String = serde_json::from_str(successors.first().expect("one")).expect("a text");
        let third = refresh(&replicas[1], &successor).await.expect(200);
        refresh(&replicas[0], &first).await.expect_problem(401, "invalid_refresh_token");
        let token = third["access_token"].as_str().expect("a token");
        for replica in &replicas {
            validate(replica, token).await.expect_problem(401, "unauthorized");
        }
        let third = third["refresh_token"].as_str().expect("a refresh token");
        refresh(&replicas[1], third).await.expect_problem(401, "invalid_refresh_token");
    }

    async fn every_service_refuses_a_wrong_token(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let issuer = app.stores.issuer();
        let stranger = Issuer::open(&app.stores.data_dir().join("other-keys"));
        let (id, now) = (issuer.user_id(), now());
        let claims = issuer.claims(&id, "ann", &["admin"]);
        let good = issuer.sign(&claims);
        let (head, rest) = good.split_once('.').expect("a header");
        let (body, _) = rest.split_once('.').expect("a body");
        // {"alg":"none","typ":"at+jwt"}
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
        let wrong = [
            ("expired", issuer.sign(&Claims { exp: now - 60, ..claims.clone() })),
            ("for another audience", issuer.sign(&Claims { aud: "other".to_owned(), ..claims.clone() })),
            ("of another issuer", issuer.sign(&Claims { iss: "other".to_owned(), ..claims.clone() })),
            ("of the future", issuer.sign(&Claims { iat: now + 3600, ..claims.clone() })),
            ("of an unknown key", stranger.sign(&claims)),
            ("without a signature", format!("{none}.{body}.")),
            ("cut off", format!("{head}.{body}")),
            ("nonsense", "nonsense".to_owned()),
        ];
        let paths = [
            "/api/chat/rooms".to_owned(),
            format!("/api/presence/{id}"),
            format!("/api/notifications/{id}"),
            "/api/files/files".to_owned(),
            "/api/auth/validate".to_owned(),
        ];
        for path in &paths {
            send(app.request(Method::GET, path).bearer_auth(&good)).await.expect(200);
            app.get(path).await.expect_problem(401, "unauthorized");
            for (kind, token) in &wrong {
                let answer = send(app.request(Method::GET, path).bearer_auth(token)).await;
                assert_eq!(answer.status, 401, "{kind} at {path}: {}", answer.text());
                answer.expect_problem(401, "unauthorized");
            }
            // Nor is a header believed that a proxy would have set.
            let request = app.request(Method::GET, path).header("x-user-id", &id).header("x-roles", "admin");
            send(request).await.expect_problem(401, "unauthorized");
        }
        for (kind, token) in &wrong {
            let refused = app.site().member(&id, "ann", token).try_chat("general", "").await;
            assert!(refused.is_err(), "{kind}");
        }
        app.stores.member(app.site(), "bob").chat("general").await;
    }

    async fn a_service_elsewhere_follows_the_keys_that_identity_publishes(backends: Backends) {
        let identity = TestApp::on(backends).services(&[ServiceName::Identity]).start().await;
        let ann = identity.register("ann").await;
        let chat = TestApp::on(backends)
            .services(&[ServiceName::Chat])
            .set("JWKS_URL", &identity.url("/.well-known/jwks.json"))
            .start()
            .await;
        let at_chat = ann.at(chat.site());
        at_chat.get("/rooms").await.expect(200);
        // The keys in its own folder are nothing to it.
        let own = chat.stores.member(chat.site(), "mallory");
        own.get("/rooms").await.expect_problem(401, "unauthorized");
        // identity may be away for as long as its keys do not change.
        drop(identity);
        at_chat.get("/rooms").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_count_guesses_together() {
    let limits = [
        ("LOGIN_LIMIT_PER_ACCOUNT", "6"),
        ("LOGIN_LIMIT_PER_ADDRESS", "60"),
    ];
    let replicas = replicas(Backends::Real, &limits).await;
    replicas[0].register("ann").await;
    let guess = json!({"identifier": "ann", "password": "a wrong guess"});
    for number in 0..6 {
        let answer = replicas[number % 2].post("/api/auth/login", &guess).await;
        answer.expect_problem(401, "invalid_credentials");
    }
    let right = json!({"identifier": "ann", "password": PASSWORD});
    for replica in &replicas {
        let answer = replica.post("/api/auth/login", &right).await;
        answer.expect_problem(429, "rate_limited");
        assert_eq!(answer.header("ratelimit-limit"), Some("6"));
        assert_eq!(answer.header("ratelimit-remaining"), Some("0"));
        assert!(answer.header("retry-after").is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_made_beside_the_running_service_is_published_soon() {
    let app = TestApp::embedded()
        .services(&[ServiceName::Identity])
        .start()
        .await;
    let before = app.get("/api/auth/jwks.json").await.expect(200);
    let store = app.stores.clone();
    let made = tokio::task::spawn_blocking(move || {
        let keys = store.data_dir().join("keys");
        let store =
            folkmoot_common::auth::keys::KeyStore::open(keys, folkmoot_common::clock::system());
        store.and_then(|store| store.rotate()).expect("a new key")
    });
    let made = made.await.expect("no panic");
    assert!(!before.to_string().contains(&made));
    wait::until("the new key is published", async || {
        let keys = app.get("/api/auth/jwks.json").await.expect(200);
        keys.to_string().contains(&made).then_some(())
    })
    .await;
    // It does not sign yet, so nobody can meet it before having seen it.
    let ann = app.register("ann").await;
    validate(&app, &ann.token.expect("a token"))
        .await
        .expect(200);
}

fn now() -> i64 {
    folkmoot_common::clock::system().now().timestamp()
}
