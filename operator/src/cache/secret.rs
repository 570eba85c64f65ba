//! Secrets that the operator made: their keys and digests, never their values.

use std::collections::BTreeMap;

use k8s_openapi::{
    ByteString,
    api::core::v1::{ConfigMap, Secret},
};
use kube::ResourceExt;
use sha2::{Digest, Sha256};

use super::table::{Entry, Key, version_of};
use crate::{forum::references::SecretDigest, names::LABEL_INSTANCE};

/// A Secret without its values.
#[derive(Debug, Clone)]
pub struct SecretState {
    key: Key,
    version: u64,
    forum: Option<String>,
    /// Its keys, and the hashes of their values.
    pub digest: SecretDigest,
}

impl From<Secret> for SecretState {
    fn from(secret: Secret) -> Self {
        Self {
            key: Key::new(secret.namespace().unwrap_or_default(), secret.name_any()),
            version: version_of(&secret.metadata).unwrap_or(0),
            forum: secret.labels().get(LABEL_INSTANCE).cloned(),
            digest: digest_of_secret(&secret),
        }
    }
}

impl Entry for SecretState {
    fn key(&self) -> &Key {
        &self.key
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn forum(&self) -> Option<&str> {
        self.forum.as_deref()
    }

    fn same(&self, other: &Self) -> bool {
        self.digest == other.digest && self.forum == other.forum
    }
}

/// The digest of each value of a Secret.
#[must_use]
pub(crate) fn digest_of_secret(secret: &Secret) -> SecretDigest {
    let values = secret.data.iter().flatten();
    SecretDigest(
        values
            .map(|(key, ByteString(value))| (key.clone(), hex(value)))
            .collect(),
    )
}

/// The digest of each value of a ConfigMap.
#[must_use]
pub(crate) fn digest_of_config_map(map: &ConfigMap) -> SecretDigest {
    let texts = map.data.iter().flatten();
    let bytes = map.binary_data.iter().flatten();
    let mut digests: BTreeMap<String, String> = texts
        .map(|(key, value)| (key.clone(), hex(value.as_bytes())))
        .collect();
    digests.extend(bytes.map(|(key, ByteString(value))| (key.clone(), hex(value))));
    SecretDigest(digests)
}

/// SHA-256 in hexadecimal.
#[must_use]
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(bytes);
    digest
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_names_keys_and_holds_no_value() {
        let secret = Secret {
            data: Some(BTreeMap::from([(
                "uri".to_owned(),
                ByteString(b"postgres://secret".to_vec()),
            )])),
            ..Secret::default()
        };
        let state = SecretState::from(secret);
        assert_eq!(state.digest.0["uri"].len(), 64);
        assert!(!format!("{state:?}").contains("postgres"));
        assert_eq!(
            hex(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
