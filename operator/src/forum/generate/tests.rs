use std::{collections::BTreeMap, fs, sync::Arc};

use chrono::{DateTime, Utc};
use folkmoot_common::{
    auth::keys::KeyStore,
    clock::ManualClock,
    config::{Settings, parse_args},
};
use serde_json::json;

use super::{GeneratedSecret, RANDOM_BYTES, generate, needed, password};
use crate::forum::build::fixtures;

const ALL: [GeneratedSecret; 6] = [
    GeneratedSecret::SigningKeys,
    GeneratedSecret::Admin,
    GeneratedSecret::Postgres,
    GeneratedSecret::Redis,
    GeneratedSecret::Nats,
    GeneratedSecret::Objects,
];

fn now() -> DateTime<Utc> {
    "2026-01-02T03:04:05.000006Z".parse().expect("a time")
}

/// Bytes without an order that a test could depend on.
fn random(seed: u8) -> [u8; RANDOM_BYTES] {
    let mut state = u32::from(seed) + 1;
    [0; RANDOM_BYTES].map(|_: u8| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
}

fn content(secret: GeneratedSecret, seed: u8) -> BTreeMap<String, String> {
    let forum = fixtures::forum(&json!({}));
    let made = generate(&forum, secret, &random(seed), now()).expect("a Secret");
    let data = made.data.expect("content").into_iter();
    data.map(|(key, value)| (key, String::from_utf8(value.0).expect("a text")))
        .collect()
}

#[test]
fn secrets_are_owned_labelled_and_hold_what_is_used_of_them() {
    let forum = fixtures::forum(&json!({}));
    for secret in ALL {
        let made = generate(&forum, secret, &random(1), now()).expect("a Secret");
        assert_eq!(made.metadata.name, Some(secret.name("demo")));
        assert_eq!(made.metadata.namespace.as_deref(), Some("talk"));
        let owners = made.metadata.owner_references.expect("an owner");
        assert_eq!(
            (owners[0].kind.as_str(), owners[0].controller),
            ("ForumInstance", Some(true))
        );
        let labels = made.metadata.labels.expect("labels");
        assert_eq!(labels["app.kubernetes.io/managed-by"], "folkmoot-operator");
        let keys = content(secret, 1);
        for used in secret.used_keys() {
            assert!(
                keys.keys().any(|key| key.ends_with(used)),
                "{secret:?} {used}"
            );
        }
    }
}

#[test]
fn only_managed_stores_need_passwords() {
    assert_eq!(needed(&fixtures::forum(&fixtures::minimal())), ALL);
    assert_eq!(needed(&fixtures::forum(&fixtures::external())), ALL[..2]);
}

#[test]
fn a_forum_that_is_not_stored_yet_gets_none() {
    let mut forum = fixtures::forum(&json!({}));
    forum.metadata.uid = None;
    for secret in ALL {
        assert_eq!(generate(&forum, secret, &random(1), now()), None);
    }
}

#[test]
fn the_same_randomness_makes_the_same_and_other_makes_other() {
    for secret in ALL {
        assert_eq!(content(secret, 1), content(secret, 1), "{secret:?}");
        assert_ne!(content(secret, 1), content(secret, 2), "{secret:?}");
    }
}

#[test]
fn the_services_take_the_addresses() {
    let uri = |secret| content(secret, 3)["uri"].clone();
    let settings: Settings = parse_args(&[
        "--database-url",
        &uri(GeneratedSecret::Postgres),
        "--redis-url",
        &uri(GeneratedSecret::Redis),
        "--nats-url",
        &uri(GeneratedSecret::Nats),
    ])
    .expect("settings");
    assert_eq!(settings.validate(), Ok(()));
    let postgres = content(GeneratedSecret::Postgres, 3);
    assert_eq!(
        postgres["uri"],
        format!(
            "postgresql://folkmoot:{}@demo-postgres:5432/folkmoot",
            postgres["password"]
        )
    );
    assert_eq!(
        (postgres["host"].as_str(), postgres["port"].as_str()),
        ("demo-postgres", "5432")
    );
    let redis = content(GeneratedSecret::Redis, 3);
    assert_eq!(
        redis["uri"],
        format!("redis://:{}@demo-redis:6379", redis["password"])
    );
    let nats = content(GeneratedSecret::Nats, 3);
    assert_eq!(
        nats["uri"],
        format!("nats://folkmoot:{}@demo-nats:4222", nats["password"])
    );
}

#[test]
fn passwords_need_no_quoting_anywhere_and_no_letter_is_favoured() {
    let mut seen: BTreeMap<char, u32> = BTreeMap::new();
    for seed in 0..=255 {
        let password = password(&random(seed));
        assert_eq!(password.len(), 32);
        assert!(
            password
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric()),
            "{password}"
        );
        assert!(
            password.starts_with(|letter: char| letter.is_ascii_alphabetic()),
            "{password}"
        );
        for letter in password.chars() {
            *seen.entry(letter).or_default() += 1;
        }
    }
    // 8192 letters of 62: each about 132 times.
    assert_eq!(seen.len(), 62);
    assert!(
        seen.values().all(|count| (60..260).contains(count)),
        "{seen:?}"
    );
}

#[test]
fn identity_reads_the_signing_key_and_its_age() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in content(GeneratedSecret::SigningKeys, 5) {
        assert!(
            text.starts_with("Created: 2026-01-02T03:04:05.000006Z\n-----BEGIN PRIVATE KEY-----\n"),
            "{name}"
        );
        fs::write(folder.path().join(name), text).expect("a file");
    }
    let before = fs::read_dir(folder.path()).expect("a folder").count();
    let clock = Arc::new(ManualClock::new(now()));
    let keys = KeyStore::open(folder.path(), clock).expect("keys");
    assert_eq!(keys.public_keys().len(), 1);
    assert_eq!(
        fs::read_dir(folder.path()).expect("a folder").count(),
        before,
        "it makes none of its own"
    );
}
