use std::{collections::HashSet, os::unix::fs::PermissionsExt as _, sync::Arc, thread};

use tempfile::TempDir;

use super::*;
use crate::{
    auth::token::{AUDIENCE, ISSUER},
    clock::ManualClock,
};

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
    ))
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Of the key that signs now.
fn signing_kid(store: &KeyStore) -> String {
    let now = store.clock.now();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: "1".to_owned(),
        name: "ann".to_owned(),
        roles: Vec::new(),
        sid: None,
        jti: None,
        iat: now.timestamp(),
        nbf: None,
        exp: now.timestamp() + 900,
    };
    let token = store.sign(&claims).unwrap();
    token::verify(&token, &store.public_keys(), now).unwrap();
    signing(&store.keys.read(), now).unwrap().kid.clone()
}

fn kids(store: &KeyStore) -> HashSet<String> {
    store
        .public_keys()
        .to_jwks()
        .keys
        .into_iter()
        .filter_map(|key| key.kid)
        .collect()
}

#[test]
fn the_first_start_makes_a_key_that_only_its_owner_reads_and_later_ones_find_it() {
    let (folder, clock) = (folder(), clock());
    let keys = folder.path().join("data/keys");
    let first = KeyStore::open(&keys, clock.clone()).unwrap();
    let second = KeyStore::open(&keys, clock).unwrap();
    assert_eq!(kids(&first), kids(&second));
    let kid = signing_kid(&first);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&keys), 0o700);
    assert_eq!(mode(&keys.join(format!("{kid}.pem"))), 0o600);
    assert!(!format!("{first:?}").contains("PRIVATE"));
}

#[test]
fn many_first_starts_at_once_make_one_key() {
    let (folder, clock) = (folder(), clock());
    let starts: Vec<_> = (0..16)
        .map(|_| {
            let (path, clock) = (folder.path().join("keys"), clock.clone());
            thread::spawn(move || kids(&KeyStore::open(path, clock).unwrap()))
        })
        .collect();
    let found: HashSet<_> = starts
        .into_iter()
        .flat_map(|start| start.join().unwrap())
        .collect();
    assert_eq!(found.len(), 1);
}

#[test]
fn a_new_key_is_shown_first_then_signs_and_the_old_one_retires_later() {
    let (folder, clock) = (folder(), clock());
    let store = KeyStore::open(folder.path(), clock.clone()).unwrap();
    let old = signing_kid(&store);
    clock.advance(TimeDelta::days(1));
    let new = KeyStore::open(folder.path(), clock.clone())
        .unwrap()
        .rotate()
        .unwrap();
    assert_ne!(old, new);
    store.reload().unwrap();
    let both = HashSet::from([old.clone(), new.clone()]);

    assert_eq!(
        (signing_kid(&store), kids(&store)),
        (old.clone(), both.clone())
    );
    clock.advance(ACTIVATION);
    assert_eq!(
        (signing_kid(&store), kids(&store)),
        (new.clone(), both.clone())
    );
    clock.advance(RETIREMENT - TimeDelta::microseconds(1));
    assert_eq!(kids(&store), both);
    clock.advance(TimeDelta::microseconds(1));
    assert_eq!(
        (signing_kid(&store), kids(&store)),
        (new.clone(), HashSet::from([new.clone()]))
    );

    let third = store.rotate().unwrap();
    let left: HashSet<_> = read_folder(folder.path())
        .unwrap()
        .into_iter()
        .map(|key| key.kid)
        .collect();
    assert_eq!(left, HashSet::from([new, third]));
}

#[test]
fn rotations_in_a_row_leave_the_signing_key_alone() {
    let (folder, clock) = (folder(), clock());
    let store = KeyStore::open(folder.path(), clock.clone()).unwrap();
    let first = signing_kid(&store);
    clock.advance(TimeDelta::days(1));
    let made: Vec<_> = (0..5).map(|_| store.rotate().unwrap()).collect();
    assert_eq!((signing_kid(&store), kids(&store).len()), (first, 6));
    clock.advance(ACTIVATION);
    // Made at the same moment: the order of their ids decides, for every reader alike.
    assert_eq!(
        signing_kid(&store),
        signing_kid(&KeyStore::open(folder.path(), clock).unwrap())
    );
    assert!(made.contains(&signing_kid(&store)));
}

/// A key as `openssl genpkey -algorithm ed25519` writes it, here RFC 8410's example.
const FOREIGN: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    -----END PRIVATE KEY-----\n";

#[test]
fn a_key_without_an_age_is_used_and_counts_as_the_oldest() {
    let (folder, clock) = (folder(), clock());
    fs::write(folder.path().join("tls.pem"), FOREIGN).unwrap();
    let store = KeyStore::open(folder.path(), clock.clone()).unwrap();
    assert_eq!(kids(&store).len(), 1);
    let foreign = signing_kid(&store);
    let made = store.rotate().unwrap();
    assert_eq!(signing_kid(&store), foreign);
    clock.advance(ACTIVATION);
    assert_eq!(signing_kid(&store), made);
    clock.advance(RETIREMENT);
    store.rotate().unwrap();
    assert!(!folder.path().join("tls.pem").exists());
}

#[test]
fn broken_files_are_named_and_change_nothing() {
    let (folder, clock) = (folder(), clock());
    let store = KeyStore::open(folder.path(), clock.clone()).unwrap();
    let before = kids(&store);
    let rsa = "-----BEGIN PRIVATE KEY-----\nMIIBVAIBADANBgkqhkiG9w0BAQEFAASCAT4wggE6AgEAAkEA\n-----END PRIVATE KEY-----\n";
    let huge = "x".repeat(20_000);
    let age = format!("Created: yesterday\n{FOREIGN}");
    for content in [
        "",
        "nonsense",
        rsa,
        &huge,
        &age,
        "-----BEGIN PRIVATE KEY-----",
    ] {
        let path = folder.path().join("broken.pem");
        fs::write(&path, content).unwrap();
        let error = format!("{:#}", store.reload().unwrap_err());
        assert!(error.contains("broken.pem"), "{error}");
        assert!(KeyStore::open(folder.path(), clock.clone()).is_err());
        assert_eq!(kids(&store), before);
        fs::remove_file(path).unwrap();
    }
    for ignored in [".hidden.pem", "notes.txt", "jwks.json", "half.unfinished"] {
        fs::write(folder.path().join(ignored), "nonsense").unwrap();
    }
    store.reload().unwrap();
    assert_eq!(kids(&store), before);
}
