//! Who may do what when a token is required, and what a token changes when none is.

use folkmoot_common::{
    auth::{
        keys::KeyStore,
        token::{AUDIENCE, Claims, ISSUER},
    },
    clock::Clock,
};

use super::*;

struct Tokens(KeyStore);

impl Tokens {
    fn new(setup: &Setup) -> Self {
        let keys =
            KeyStore::open(setup.folder.path().join("signing"), setup.clock.clone()).expect("keys");
        setup.app.ctx.verifier.set_keys(keys.public_keys());
        Self(keys)
    }

    fn of(&self, setup: &Setup, user: &str, roles: &[&str]) -> String {
        let now = setup.clock.now().timestamp();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user.to_owned(),
            name: user.to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            sid: None,
            jti: None,
            iat: now,
            nbf: None,
            exp: now + 900,
        };
        format!("Bearer {}", self.0.sign(&claims).expect("a token"))
    }
}

async fn upload_as(setup: &Setup, token: &str, parts: &[Vec<u8>]) -> Answer {
    let headers = [
        ("content-type", form_type()),
        ("authorization", token.to_owned()),
    ];
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    setup
        .send(request(
            Method::POST,
            "/upload",
            &headers,
            Body::from(form(parts)),
        ))
        .await
}

async fn send_as(setup: &Setup, method: Method, path: &str, token: &str) -> Answer {
    setup
        .send(request(
            method,
            path,
            &[("authorization", token)],
            Body::empty(),
        ))
        .await
}

#[tokio::test]
async fn nothing_but_health_is_told_without_a_token() {
    let setup = Setup::with(&[], &[]).await;
    let tokens = Tokens::new(&setup);
    let ann = tokens.of(&setup, "ann", &[]);
    let stored = upload_as(&setup, &ann, &[file("a.txt", b"hello")]).await;
    assert_eq!(stored.status, StatusCode::CREATED);
    assert_eq!(stored.json()["uploaded_by"], "ann");
    let path = format!("/{}", stored.json()["id"].as_str().expect("an id"));
    let download = format!("{path}/download");
    let everything = [
        (Method::POST, "/upload"),
        (Method::GET, "/files"),
        (Method::GET, path.as_str()),
        (Method::GET, download.as_str()),
        (Method::HEAD, download.as_str()),
        (Method::DELETE, path.as_str()),
        (Method::DELETE, "/x?user_id=ann"),
        (Method::GET, "/x"),
    ];
    for (method, path) in everything {
        let is_head = method == Method::HEAD;
        let answer = setup
            .send(request(
                method,
                path,
                &[("content-type", &form_type())],
                Body::empty(),
            ))
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(is_head || answer.code() == "unauthorized", "{path}");
    }
    assert_eq!(setup.get("/health").await.status, StatusCode::OK);
    let bob = tokens.of(&setup, "bob", &[]);
    assert_eq!(
        send_as(&setup, Method::GET, &download, &bob).await.body,
        "hello"
    );
    assert_eq!(
        send_as(&setup, Method::GET, "/files", &bob)
            .await
            .json()
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    setup.clock.advance(TimeDelta::hours(1));
    assert_eq!(
        send_as(&setup, Method::GET, &download, &bob).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn nobody_uploads_in_another_name() {
    for mode in ["required", "open"] {
        let setup = Setup::with(&["--auth", mode], &[]).await;
        let ann = Tokens::new(&setup).of(&setup, "ann", &[]);
        for parts in [
            [file("a", b"1"), text("user_id", "bob")],
            [text("uploaded_by", "bob"), file("a", b"1")],
        ] {
            let answer = upload_as(&setup, &ann, &parts).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (StatusCode::FORBIDDEN, "forbidden"),
                "{mode}"
            );
            setup.assert_empty(mode).await;
        }
        let own = upload_as(&setup, &ann, &[file("a", b"1"), text("user_id", "ann")]).await;
        assert_eq!(own.json()["uploaded_by"], "ann");
    }
}

#[tokio::test]
async fn a_wrong_token_is_refused_even_where_none_is_needed() {
    let setup = Setup::open().await;
    for path in ["/files", "/x", "/x/download"] {
        assert_eq!(
            send_as(&setup, Method::GET, path, "Bearer wrong")
                .await
                .status,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
    }
}

#[tokio::test]
async fn owners_and_moderators_delete_and_others_do_not_learn_why_not() {
    let setup = Setup::with(&[], &[]).await;
    let tokens = Tokens::new(&setup);
    let ann = tokens.of(&setup, "ann", &["member"]);
    for (user, roles, expected) in [
        ("bob", &["member"][..], StatusCode::NOT_FOUND),
        ("sys", &["service"], StatusCode::NOT_FOUND),
        ("ann", &["member"], StatusCode::NO_CONTENT),
        ("mod", &["moderator"], StatusCode::NO_CONTENT),
        ("root", &["admin"], StatusCode::NO_CONTENT),
    ] {
        let stored = upload_as(&setup, &ann, &[file("a", b"1")]).await;
        let path = format!("/{}", stored.json()["id"].as_str().expect("an id"));
        let token = tokens.of(&setup, user, roles);
        assert_eq!(
            send_as(&setup, Method::DELETE, &path, &token).await.status,
            expected,
            "{user}"
        );
    }
    assert_eq!((setup.objects(), setup.files().await), (2, 2));
}
