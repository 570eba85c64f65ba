use std::{io::Write as _, sync::Arc};

use axum::{
    extract::FromRequestParts as _,
    http::{Request, request::Parts},
};
use chrono::TimeDelta;
use ed25519_dalek::SigningKey;
use tempfile::NamedTempFile;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    AuthMode, Caller, Principal, Revocations, Verifier,
    jwks::{PublicKeys, thumbprint},
    token::{AUDIENCE, Claims, ISSUER, sign},
};
use crate::{
    clock::{Clock as _, SharedClock, SystemClock},
    config::{Settings, parse_args},
    health::Health,
    http::ApiError,
    kv::{Kv, pubsub::PubSub},
};

/// A verifier that follows a key set in a file, and the clock and health it was given.
struct Fixture {
    verifier: Verifier,
    health: Health,
    file: NamedTempFile,
    shutdown: CancellationToken,
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

fn key(byte: u8) -> SigningKey {
    SigningKey::from_bytes(&[byte; 32])
}

fn jwks(keys: &[&SigningKey]) -> Vec<u8> {
    let keys = keys
        .iter()
        .map(|key| (thumbprint(&key.verifying_key()), key.verifying_key()));
    serde_json::to_vec(&keys.collect::<PublicKeys>().to_jwks()).unwrap()
}

fn token_of(user_id: &str, key: &SigningKey) -> String {
    let now = SystemClock.now();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user_id.to_owned(),
        name: "Ann".to_owned(),
        roles: vec!["member".to_owned()],
        sid: None,
        jti: None,
        iat: now.timestamp(),
        nbf: None,
        exp: (now + TimeDelta::minutes(15)).timestamp(),
    };
    sign(&claims, &thumbprint(&key.verifying_key()), key).unwrap()
}

async fn follow(
    url: &str,
    mode: &str,
    health: &Health,
    shutdown: &CancellationToken,
) -> anyhow::Result<Verifier> {
    let settings: Settings = parse_args(&["--jwks-url", url, "--auth", mode])?;
    let clock: SharedClock = Arc::new(SystemClock);
    let (kv, tasks) = (Kv::memory(clock.clone()), TaskTracker::new());
    let shared = (&kv, &PubSub::memory(), "test");
    let revocations = Revocations::start(shared, clock.clone(), shutdown, &tasks);
    Verifier::open(&settings, clock, revocations, health, shutdown, &tasks).await
}

async fn fixture(mode: &str, keys: &[&SigningKey]) -> Fixture {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&jwks(keys)).unwrap();
    let (health, shutdown) = (Health::default(), CancellationToken::new());
    let url = format!("file://{}", file.path().display());
    let verifier = follow(&url, mode, &health, &shutdown).await.unwrap();
    Fixture {
        verifier,
        health,
        file,
        shutdown,
    }
}

async fn caller(
    verifier: &Verifier,
    uri: &str,
    headers: &[(&str, &str)],
) -> Result<Caller, ApiError> {
    let request = headers
        .iter()
        .fold(Request::get(uri), |request, (name, value)| {
            request.header(*name, *value)
        });
    let (mut parts, ()): (Parts, ()) = request.body(()).unwrap().into_parts();
    Caller::from_request_parts(&mut parts, verifier).await
}

const UPGRADE: (&str, &str) = ("upgrade", "WebSocket");

#[tokio::test]
async fn a_token_is_taken_from_where_it_may_be() {
    let key = key(1);
    let fixture = fixture("required", &[&key]).await;
    let token = token_of("1", &key);
    let (bearer, protocols) = (
        format!("bEaReR {token}"),
        format!("folkmoot.v1, access_token, {token}"),
    );
    let (in_query, also_in_query) = (
        format!("/ws?token={token}"),
        format!("/ws?token=&token={token}"),
    );
    for (uri, headers) in [
        ("/", vec![("authorization", bearer.as_str())]),
        (&in_query, vec![UPGRADE]),
        (&also_in_query, vec![UPGRADE]),
        ("/ws", vec![UPGRADE, ("sec-websocket-protocol", &protocols)]),
        (
            "/ws?token=nonsense",
            vec![UPGRADE, ("authorization", &bearer)],
        ),
    ] {
        let caller = caller(&fixture.verifier, uri, &headers).await.unwrap();
        assert_eq!(caller.principal().unwrap().user_id, "1", "{uri}");
    }
    for (uri, headers) in [
        ("/", vec![]),
        (&in_query, vec![]),
        (&in_query, vec![("upgrade", "h2c")]),
        ("/", vec![("sec-websocket-protocol", protocols.as_str())]),
        (
            "/ws",
            vec![UPGRADE, ("sec-websocket-protocol", "access_token")],
        ),
        ("/", vec![("authorization", token.as_str())]),
        ("/", vec![("authorization", "Basic YW5uOnB3")]),
        ("/", vec![("x-user-id", "1")]),
    ] {
        let caller = caller(&fixture.verifier, uri, &headers).await.unwrap();
        assert_eq!(caller.principal().unwrap_err().status, 401, "{uri}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_refused_in_either_mode() {
    for mode in ["required", "open"] {
        let fixture = fixture(mode, &[&key(1)]).await;
        let unknown = token_of("1", &key(2));
        for (uri, headers) in [
            ("/", vec![("authorization", "Bearer nonsense")]),
            ("/", vec![("authorization", "Bearer ")]),
            ("/", vec![("authorization", &*format!("Bearer {unknown}"))]),
            ("/ws?token=nonsense", vec![UPGRADE]),
        ] {
            let refused = caller(&fixture.verifier, uri, &headers).await.unwrap_err();
            assert_eq!(
                (refused.status.as_u16(), refused.code),
                (401, "unauthorized"),
                "{mode} {uri}"
            );
            assert_eq!(refused.detail, "the token is not valid");
        }
    }
}

fn ann() -> Principal {
    Principal {
        user_id: "1".to_owned(),
        username: "Ann".to_owned(),
        roles: Vec::new(),
        session_id: None,
        issued_at: None,
        expires_at: None,
    }
}

#[test]
fn with_tokens_required_nobody_acts_as_somebody_else() {
    let caller = Caller::new(AuthMode::Required, Some(ann()));
    assert_eq!(caller.acting_as("1", Some("Mallory")), Ok(ann()));
    assert_eq!(caller.acting_as("2", None).unwrap_err().status, 403);
    assert_eq!(caller.acting_as("../1", None).unwrap_err().status, 400);
    assert_eq!(caller.member().unwrap(), Some(&ann()));
    let nobody = Caller::new(AuthMode::Required, None);
    assert_eq!(nobody.acting_as("1", None).unwrap_err().status, 401);
    assert_eq!(nobody.member().unwrap_err().status, 401);
}

#[test]
fn in_open_mode_the_path_is_believed_unless_a_token_says_otherwise() {
    let nobody = Caller::new(AuthMode::Open, None);
    let named = |name| {
        nobody
            .acting_as("1", name)
            .map(|principal| principal.username)
    };
    assert_eq!(named(None), Ok("1".to_owned()));
    assert_eq!(named(Some("")), Ok("1".to_owned()));
    assert_eq!(named(Some("Zoë 🐙")), Ok("Zoë 🐙".to_owned()));
    assert_eq!(
        named(Some("a\u{202e}b")).unwrap_err().code,
        "invalid_username"
    );
    assert_eq!(
        nobody.acting_as("a\0", None).unwrap_err().code,
        "invalid_id"
    );
    assert_eq!(nobody.member(), Ok(None));
    assert_eq!(nobody.principal().unwrap_err().status, 401);
    assert_eq!(
        Caller::new(AuthMode::Open, Some(ann()))
            .acting_as("2", None)
            .unwrap_err()
            .status,
        403
    );
}

#[tokio::test]
async fn a_new_key_is_found_when_its_first_token_comes() {
    let (old, new) = (key(1), key(2));
    let mut fixture = fixture("required", &[&old]).await;
    fixture.verifier.verify(&token_of("1", &old)).await.unwrap();
    fixture.file.as_file_mut().set_len(0).unwrap();
    std::fs::write(fixture.file.path(), jwks(&[&old, &new])).unwrap();
    fixture.verifier.verify(&token_of("1", &new)).await.unwrap();
    fixture.verifier.verify(&token_of("1", &old)).await.unwrap();
}

#[tokio::test]
async fn keys_stay_when_their_source_breaks_and_go_when_it_says_so() {
    let (old, new) = (key(1), key(2));
    let fixture = fixture("required", &[&old]).await;
    std::fs::write(fixture.file.path(), "<html>").unwrap();
    fixture
        .verifier
        .verify(&token_of("1", &new))
        .await
        .unwrap_err();
    fixture.verifier.verify(&token_of("1", &old)).await.unwrap();
    assert!(fixture.health.problems().await.is_empty());
    std::fs::write(fixture.file.path(), jwks(&[&new])).unwrap();
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
    while fixture.verifier.verify(&token_of("1", &new)).await.is_err() {
        assert!(
            tokio::time::Instant::now() < deadline,
            "the new key was not found"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    fixture
        .verifier
        .verify(&token_of("1", &old))
        .await
        .unwrap_err();
}

#[tokio::test]
async fn without_keys_the_process_is_not_ready_until_identity_gives_some() {
    let (health, shutdown) = (Health::default(), CancellationToken::new());
    let verifier = follow("file:///nowhere/jwks.json", "required", &health, &shutdown)
        .await
        .unwrap();
    assert!(health.problems().await.contains_key("keys"));
    verifier.verify(&token_of("1", &key(1))).await.unwrap_err();
    let public = key(1).verifying_key();
    verifier.set_keys([(thumbprint(&public), public)].into_iter().collect());
    verifier.verify(&token_of("1", &key(1))).await.unwrap();
    assert!(health.problems().await.is_empty());
    shutdown.cancel();

    let open = Health::default();
    follow("file:///nowhere/jwks.json", "open", &open, &shutdown)
        .await
        .unwrap();
    assert!(open.problems().await.is_empty());
}
