//! The Secrets that a forum has of its own: made once from given randomness, and never changed afterwards.

use chrono::{DateTime, SecondsFormat, Utc};
use ed25519_dalek::{
    SigningKey,
    pkcs8::{EncodePrivateKey as _, spki::der::pem::LineEnding},
};
use folkmoot_common::ServiceName;
use folkmoot_crds::{ForumInstance, SecretKeyRef, condition};
use k8s_openapi::{
    ByteString, api::core::v1::Secret, apimachinery::pkg::apis::meta::v1::ObjectMeta,
};

use super::build::{
    Part,
    metadata::{self, owner},
    ports::{NATS as NATS_PORT, POSTGRES as POSTGRES_PORT, REDIS as REDIS_PORT},
};

/// Random bytes from which one Secret is made.
pub const RANDOM_BYTES: usize = 64;
/// Role, user, database and access key of the managed stores.
pub(super) const ROLE: &str = "folkmoot";
const ALPHABET: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// A Secret that the operator makes once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GeneratedSecret {
    /// The keys with which identity signs tokens.
    SigningKeys,
    /// The token of chat's administration.
    Admin,
    /// How to log in to the managed PostgreSQL.
    Postgres,
    /// How to log in to the managed Redis.
    Redis,
    /// How to log in to the managed NATS.
    Nats,
    /// How to log in to the managed object store.
    Objects,
}

impl GeneratedSecret {
    /// The Secret's name.
    #[must_use]
    pub fn name(self, forum: &str) -> String {
        let suffix = match self {
            Self::SigningKeys => "signing-keys",
            Self::Admin => "admin",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Nats => "nats",
            Self::Objects => "objects",
        };
        format!("{forum}-{suffix}")
    }

    /// The keys that pods use. Of the signing keys it is any whose name ends so.
    pub(super) const fn used_keys(self) -> &'static [&'static str] {
        match self {
            Self::SigningKeys => &[".pem"],
            Self::Admin => &["token"],
            Self::Postgres => &["dbname", "password", "uri", "username"],
            Self::Redis => &["password", "uri"],
            Self::Nats => &["password", "uri", "user"],
            Self::Objects => &["access-key", "secret-key"],
        }
    }

    /// The condition that is false while a used key is not there.
    pub(super) const fn condition(self) -> &'static str {
        match self {
            Self::SigningKeys | Self::Admin => condition::DEGRADED,
            Self::Postgres => condition::POSTGRES_READY,
            Self::Redis => condition::REDIS_READY,
            Self::Nats => condition::NATS_READY,
            Self::Objects => condition::OBJECT_STORAGE_READY,
        }
    }

    /// One of the Secret's keys.
    pub(super) fn key(self, forum: &str, key: &str) -> SecretKeyRef {
        SecretKeyRef {
            name: self.name(forum),
            key: key.to_owned(),
        }
    }

    const fn part(self) -> Part {
        match self {
            Self::SigningKeys => Part::Service(ServiceName::Identity),
            Self::Admin => Part::Service(ServiceName::Chat),
            Self::Postgres => Part::Postgres,
            Self::Redis => Part::Redis,
            Self::Nats => Part::Nats,
            Self::Objects => Part::Objects,
        }
    }
}

/// The Secrets that `forum` needs of its own.
#[must_use]
pub fn needed(forum: &ForumInstance) -> Vec<GeneratedSecret> {
    let spec = &forum.spec;
    [
        (GeneratedSecret::SigningKeys, true),
        (GeneratedSecret::Admin, true),
        (GeneratedSecret::Postgres, spec.postgres.managed.is_some()),
        (GeneratedSecret::Redis, spec.redis.managed.is_some()),
        (GeneratedSecret::Nats, spec.nats.managed.is_some()),
        (
            GeneratedSecret::Objects,
            spec.object_storage.managed.is_some(),
        ),
    ]
    .into_iter()
    .filter_map(|(secret, needed)| needed.then_some(secret))
    .collect()
}

/// Makes a Secret, to be created if there is none of its name. `None` if the forum has no name or uid yet.
#[must_use]
pub fn generate(
    forum: &ForumInstance,
    secret: GeneratedSecret,
    random: &[u8; RANDOM_BYTES],
    now: DateTime<Utc>,
) -> Option<Secret> {
    let owner = owner(forum)?;
    let part = secret.part();
    let content = content(secret, &owner.name, random, now)?;
    Some(Secret {
        metadata: ObjectMeta {
            name: Some(secret.name(&owner.name)),
            namespace: forum.metadata.namespace.clone(),
            labels: Some(metadata::labels(&owner.name, part)),
            owner_references: Some(vec![owner]),
            ..ObjectMeta::default()
        },
        type_: Some("Opaque".to_owned()),
        string_data: None,
        data: Some(
            content
                .into_iter()
                .map(|(key, value)| (key.to_owned(), ByteString(value.into_bytes())))
                .collect(),
        ),
        immutable: None,
    })
}

type Content = Vec<(&'static str, String)>;

fn content(
    secret: GeneratedSecret,
    forum: &str,
    random: &[u8; RANDOM_BYTES],
    now: DateTime<Utc>,
) -> Option<Content> {
    let password = password(random);
    let host = secret.part().object_name(forum);
    Some(match secret {
        GeneratedSecret::SigningKeys => return signing_key(random, now),
        GeneratedSecret::Admin => vec![("token", password)],
        GeneratedSecret::Postgres => postgres(&host, password),
        GeneratedSecret::Redis => vec![
            ("uri", format!("redis://:{password}@{host}:{REDIS_PORT}")),
            ("password", password),
        ],
        GeneratedSecret::Nats => vec![
            (
                "uri",
                format!("nats://{ROLE}:{password}@{host}:{NATS_PORT}"),
            ),
            ("user", ROLE.to_owned()),
            ("password", password),
        ],
        GeneratedSecret::Objects => vec![("access-key", ROLE.to_owned()), ("secret-key", password)],
    })
}

/// With the keys that CloudNativePG gives, so that other tools find what they know.
fn postgres(host: &str, password: String) -> Content {
    vec![
        (
            "uri",
            format!("postgresql://{ROLE}:{password}@{host}:{POSTGRES_PORT}/{ROLE}"),
        ),
        ("username", ROLE.to_owned()),
        ("password", password),
        ("dbname", ROLE.to_owned()),
        ("host", host.to_owned()),
        ("port", POSTGRES_PORT.to_string()),
    ]
}

/// As `folkmoot_common::auth` reads it: its age is a line before the PEM block.
fn signing_key(random: &[u8; RANDOM_BYTES], now: DateTime<Utc>) -> Option<Content> {
    let seed = random.first_chunk::<32>()?;
    let pem = SigningKey::from_bytes(seed)
        .to_pkcs8_pem(LineEnding::LF)
        .ok()?;
    let created = now.to_rfc3339_opts(SecondsFormat::Micros, true);
    let text = format!("Created: {created}\n{}", pem.as_str());
    Some(vec![("signing-key.pem", text)])
}

/// 32 letters and digits, of which the first is a letter, so that no configuration language takes it for a number;
/// nothing in it needs quoting in a URL, in SQL or in a shell. 189 bits.
fn password(random: &[u8; RANDOM_BYTES]) -> String {
    let (letters, all) = (&ALPHABET[..52], ALPHABET);
    // Two bytes a letter: the remainder favours none by more than one in a thousand.
    let numbers = random
        .chunks_exact(2)
        .map(|pair| usize::from(u16::from_le_bytes([pair[0], pair[1]])));
    numbers
        .enumerate()
        .map(|(index, number)| {
            let alphabet = if index == 0 { letters } else { all };
            char::from(alphabet[number % alphabet.len()])
        })
        .collect()
}

#[cfg(test)]
mod tests;
