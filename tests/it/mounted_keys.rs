//! Signing keys from a Secret that an orchestrator mounts: links to a folder that is exchanged as a whole,
//! readable by a group, and never to be written to.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use chrono::{SecondsFormat, TimeDelta};
use folkmoot_common::{ServiceName, auth::keys::KeyStore, clock};
use folkmoot_tests::{
    app::{Site, Stores, send},
    process::Folkmoot,
    wait,
};
use reqwest::Method;
use serde_json::Value;

/// A mounted Secret, as a kubelet lays it out.
struct Secret(PathBuf);

impl Secret {
    fn mount(folder: PathBuf, version: &str, keys: &[(&str, String)]) -> Self {
        fs::create_dir(&folder).unwrap();
        let secret = Self(folder);
        secret.update(version, keys);
        secret
    }

    /// Writes a new version, and exchanges it for the one before in one step.
    fn update(&self, version: &str, keys: &[(&str, String)]) {
        allow(&self.0, 0o755);
        let folder = format!("..{version}");
        fs::create_dir(self.0.join(&folder)).unwrap();
        for (name, text) in keys {
            let file = self.0.join(&folder).join(name);
            fs::write(&file, text).unwrap();
            allow(&file, 0o440);
        }
        symlink(&folder, self.0.join("..data_tmp")).unwrap();
        fs::rename(self.0.join("..data_tmp"), self.0.join("..data")).unwrap();
        for (name, _) in keys {
            // Those of the version before are there already.
            let _ = symlink(Path::new("..data").join(name), self.0.join(name));
        }
        allow(&self.0, 0o555);
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut files: Vec<_> = entries.map(|entry| name(entry.unwrap())).collect();
        files.sort();
        files
    }
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A key and its id. The age is a line before it, which a Secret of somebody else's making may not have.
fn key(age: Option<TimeDelta>) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock::system();
    let keys = KeyStore::open(folder.path(), clock.clone()).unwrap();
    let kid = keys.public_keys().to_jwks().keys[0].kid.clone().unwrap();
    let text = fs::read_to_string(folder.path().join(format!("{kid}.pem"))).unwrap();
    let pem = text.split_once('\n').unwrap().1;
    let created = age.map(|age| (clock.now() - age).to_rfc3339_opts(SecondsFormat::Secs, true));
    let created = created.map_or_else(String::new, |created| format!("Created: {created}\n"));
    (kid, format!("{created}{pem}"))
}

async fn published(site: &Site) -> Vec<String> {
    let set: Value = site.get("/.well-known/jwks.json").await.expect(200);
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

/// The id of the key that signed a token.
fn signer(token: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let header = token.split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mounted_secret_signs_and_is_followed_when_it_changes() {
    let stores = Stores::embedded();
    let ((first, first_key), (second, second_key)) = (key(None), key(Some(TimeDelta::minutes(5))));
    let folder = stores.data_dir().join("keys");
    let secret = Secret::mount(folder, "2026_1", &[("signing.pem", first_key.clone())]);
    let before = secret.files();
    let identity = Folkmoot::serve(&[ServiceName::Identity])
        .stores(&stores)
        .start()
        .await;
    assert_eq!(published(identity.site()).await, [first.as_str()]);
    let ann = identity.register("ann").await;
    assert_eq!(signer(ann.token.as_deref().unwrap()), first);
    assert_eq!(secret.files(), before, "nothing is written beside the keys");

    let both = [("signing.pem", first_key), ("next.pem", second_key.clone())];
    secret.update("2026_2", &both);
    wait::until("the new key is published", async || {
        published(identity.site())
            .await
            .contains(&second)
            .then_some(())
    })
    .await;
    let again = identity.log_in("ann").await;
    assert_eq!(signer(again.token.as_deref().unwrap()), second);
    for session in [&ann, &again] {
        session.get("/api/auth/me").await.expect(200);
    }
    // A key that is nonsense, for a moment, changes nothing.
    secret.update("2026_3", &[("next.pem", "no key".to_owned())]);
    wait::until("the nonsense is noticed", async || {
        identity.log().contains("the known ones stay").then_some(())
    })
    .await;
    let still = identity.log_in("ann").await;
    assert_eq!(signer(still.token.as_deref().unwrap()), second);
    secret.update("2026_4", &both);
    assert!(identity.terminate().await.success());
    identity.start_again().await;
    let me = ann.request(Method::GET, "/api/auth/me");
    assert_eq!(send(me).await.expect(200)["username"], "ann");
}
