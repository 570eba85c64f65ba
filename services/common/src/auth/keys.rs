//! Signing keys: a folder of PKCS#8 PEM files, one a key, named by the key's id.
//!
//! The newest key signs, but only from [`ACTIVATION`] after it was made, when verifiers have had the time to
//! see it; the one before goes on verifying until the tokens that it signed have ended. A key's age is a line before
//! its PEM block, because the times of files do not survive a copy or a mounted Secret. A key without that
//! line counts as the oldest.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use ed25519_dalek::{
    SigningKey,
    pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, spki::der::pem::LineEnding},
};
use parking_lot::RwLock;

use super::{
    jwks::{PublicKeys, thumbprint},
    token::{self, Claims},
};
use crate::clock::SharedClock;

/// How long a new key waits before it signs.
pub const ACTIVATION: TimeDelta = TimeDelta::seconds(60);
/// Longest life of an access token of a session: what the retirement of keys is reckoned by.
pub const MAX_ACCESS_LIFETIME: TimeDelta = TimeDelta::hours(1);
/// How long a key that signs no more goes on verifying.
const RETIREMENT: TimeDelta = TimeDelta::hours(2);
/// Largest key file in bytes.
const MAX_FILE_BYTES: u64 = 16 * 1024;
const CREATED: &str = "Created: ";

/// One key.
#[derive(Clone)]
struct Key {
    file: PathBuf,
    kid: String,
    created: DateTime<Utc>,
    secret: SigningKey,
}

/// The signing keys of a folder, as they were when it was last read. Its functions block on files.
#[derive(Clone)]
pub struct KeyStore {
    folder: PathBuf,
    clock: SharedClock,
    keys: Arc<RwLock<Vec<Key>>>,
}

impl std::fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyStore")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl KeyStore {
    /// Opens the keys in `folder`; makes the first one if there is none. Of several processes that do so at
    /// once one makes it and the others find it.
    ///
    /// # Errors
    /// If a file cannot be read or written, or is no Ed25519 key.
    pub fn open(folder: impl Into<PathBuf>, clock: SharedClock) -> anyhow::Result<Self> {
        let store = Self {
            folder: folder.into(),
            clock,
            keys: Arc::default(),
        };
        store.reload()?;
        if store.keys.read().is_empty() {
            let _lock = store.lock()?;
            store.reload()?;
            if store.keys.read().is_empty() {
                store.add()?;
                store.reload()?;
            }
        }
        Ok(store)
    }

    /// Reads the folder again.
    ///
    /// # Errors
    /// If a file cannot be read or is no Ed25519 key; the keys stay as they were.
    pub fn reload(&self) -> anyhow::Result<()> {
        let keys = read_folder(&self.folder)?;
        *self.keys.write() = keys;
        Ok(())
    }

    /// Adds a key, which begins to sign after [`ACTIVATION`], and removes the files of keys that verify no more.
    /// Returns the new key's id.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub fn rotate(&self) -> anyhow::Result<String> {
        let _lock = self.lock()?;
        self.reload()?;
        let kid = self.add()?;
        self.reload()?;
        let now = self.clock.now();
        let keys = self.keys.read().clone();
        let verifying: Vec<_> = verifying(&keys, now).map(|key| key.kid.clone()).collect();
        for key in keys.iter().filter(|key| !verifying.contains(&key.kid)) {
            fs::remove_file(&key.file)
                .with_context(|| format!("cannot remove {}", key.file.display()))?;
        }
        self.reload()?;
        Ok(kid)
    }

    /// Signs `claims` with the key whose turn it is.
    ///
    /// # Errors
    /// If there is none.
    pub fn sign(&self, claims: &Claims) -> anyhow::Result<String> {
        let keys = self.keys.read();
        let key = signing(&keys, self.clock.now()).context("there is no signing key")?;
        Ok(token::sign(claims, &key.kid, &key.secret)?)
    }

    /// The keys that verify now.
    #[must_use]
    pub fn public_keys(&self) -> PublicKeys {
        public_keys(&self.keys.read(), self.clock.now())
    }

    /// Held by who changes the folder; the system lets it go when the process ends.
    fn lock(&self) -> anyhow::Result<File> {
        let context = || format!("cannot write to {}", self.folder.display());
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .with_context(context)?;
        let path = self.folder.join(".lock");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .with_context(context)?;
        file.lock().with_context(context)?;
        Ok(file)
    }

    fn add(&self) -> anyhow::Result<String> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
        let secret = SigningKey::from_bytes(&seed);
        let kid = thumbprint(&secret.verifying_key());
        let pem = secret
            .to_pkcs8_pem(LineEnding::LF)
            .context("cannot write a key as PEM")?;
        let file = self.folder.join(format!("{kid}.pem"));
        let created = self
            .clock
            .now()
            .to_rfc3339_opts(SecondsFormat::Micros, true);
        let text = format!("{CREATED}{created}\n{}", pem.as_str());
        write_atomically(&self.folder, &file, text.as_bytes())
            .with_context(|| format!("cannot write a key to {}", self.folder.display()))?;
        Ok(kid)
    }
}

/// The public keys of a folder of signing keys; none if there is no folder yet.
pub(super) fn read_public_keys(folder: &Path, now: DateTime<Utc>) -> anyhow::Result<PublicKeys> {
    Ok(public_keys(&read_folder(folder)?, now))
}

fn public_keys(keys: &[Key], now: DateTime<Utc>) -> PublicKeys {
    verifying(keys, now)
        .map(|key| (key.kid.clone(), key.secret.verifying_key()))
        .collect()
}

/// The newest key that is old enough; while none is, the oldest. `keys` are in the order of their age.
fn signing(keys: &[Key], now: DateTime<Utc>) -> Option<&Key> {
    keys.iter()
        .rev()
        .find(|key| key.created + ACTIVATION <= now)
        .or_else(|| keys.first())
}

/// The keys whose tokens count: all but those whose successor has been signing for [`RETIREMENT`].
fn verifying(keys: &[Key], now: DateTime<Utc>) -> impl Iterator<Item = &Key> {
    let successors = keys.iter().skip(1).map(Some).chain([None]);
    let retired = move |successor: &Key| successor.created + ACTIVATION + RETIREMENT <= now;
    keys.iter()
        .zip(successors)
        .filter(move |(_, successor)| !successor.is_some_and(retired))
        .map(|(key, _)| key)
}

/// In the order of their age.
fn read_folder(folder: &Path) -> anyhow::Result<Vec<Key>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", folder.display()));
        }
    };
    let mut keys = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if hidden || path.extension().is_none_or(|extension| extension != "pem") {
            continue;
        }
        keys.push(read_key(&path).with_context(|| format!("cannot use {}", path.display()))?);
    }
    keys.sort_by(|a: &Key, b| (a.created, &a.kid).cmp(&(b.created, &b.kid)));
    Ok(keys)
}

fn read_key(path: &Path) -> anyhow::Result<Key> {
    let mut text = String::new();
    File::open(path)?
        .take(MAX_FILE_BYTES + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > MAX_FILE_BYTES {
        bail!("larger than {MAX_FILE_BYTES} bytes");
    }
    let start = text.find("-----BEGIN").context("no PEM block")?;
    let (before, pem) = text.split_at(start);
    let secret = SigningKey::from_pkcs8_pem(pem.trim_end())
        .ok()
        .context("no Ed25519 key in PKCS#8 form")?;
    let created = before.lines().find_map(|line| line.strip_prefix(CREATED));
    let created = created
        .map(DateTime::parse_from_rfc3339)
        .transpose()
        .context("cannot read when it was created")?;
    let created = created.map_or(DateTime::UNIX_EPOCH, |created| created.with_timezone(&Utc));
    Ok(Key {
        file: path.to_owned(),
        kid: thumbprint(&secret.verifying_key()),
        created,
        secret,
    })
}

/// Readers see the whole file or none, also after a power cut.
fn write_atomically(folder: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
