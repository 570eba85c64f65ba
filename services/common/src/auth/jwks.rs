//! Public keys as JSON Web Key Sets ([RFC 7517], [RFC 8037]).
//!
//! [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517
//! [RFC 8037]: https://www.rfc-editor.org/rfc/rfc8037

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::token::ALGORITHM;

/// Most keys of one set.
const MAX_KEYS: usize = 64;
/// Longest key id in bytes.
const MAX_KID_BYTES: usize = 128;

/// The keys with which tokens are verified, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicKeys(BTreeMap<String, VerifyingKey>);

/// A key set, as it is published.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// One public key. Keys of other kinds are allowed in a set, and left out of account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Jwk {
    /// `OKP`.
    #[schema(example = "OKP")]
    pub kty: String,
    /// `Ed25519`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ed25519")]
    pub crv: Option<String>,
    /// The public key, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// The key's id: its thumbprint (RFC 7638).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// `EdDSA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "EdDSA")]
    pub alg: Option<String>,
    /// `sig`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "sig")]
    pub r#use: Option<String>,
}

impl PublicKeys {
    /// The key of this id.
    #[must_use]
    pub fn get(&self, kid: &str) -> Option<&VerifyingKey> {
        self.0.get(kid)
    }

    /// Adds a key.
    pub fn insert(&mut self, kid: impl Into<String>, key: VerifyingKey) {
        self.0.insert(kid.into(), key);
    }

    /// Adds the keys of `others`.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Reads a key set. Keys that cannot sign our tokens are skipped.
    ///
    /// # Errors
    /// If it is no key set, is too large, or has a broken Ed25519 key or the same id twice.
    pub fn from_jwks(json: &[u8]) -> anyhow::Result<Self> {
        let set: JwkSet = serde_json::from_slice(json).context("not a JSON Web Key Set")?;
        if set.keys.len() > MAX_KEYS {
            bail!("more than {MAX_KEYS} keys");
        }
        let mut keys = Self::default();
        for jwk in &set.keys {
            let Some((kid, key)) = jwk.public_key()? else {
                continue;
            };
            if keys.0.insert(kid.to_owned(), key).is_some() {
                bail!("two keys have the same id");
            }
        }
        Ok(keys)
    }

    /// The set to publish.
    #[must_use]
    pub fn to_jwks(&self) -> JwkSet {
        JwkSet {
            keys: self.0.iter().map(|(kid, key)| Jwk::new(kid, key)).collect(),
        }
    }
}

impl FromIterator<(String, VerifyingKey)> for PublicKeys {
    fn from_iter<T: IntoIterator<Item = (String, VerifyingKey)>>(keys: T) -> Self {
        Self(keys.into_iter().collect())
    }
}

impl Jwk {
    fn new(kid: &str, key: &VerifyingKey) -> Self {
        Self {
            kty: "OKP".to_owned(),
            crv: Some("Ed25519".to_owned()),
            x: Some(URL_SAFE_NO_PAD.encode(key.as_bytes())),
            kid: Some(kid.to_owned()),
            alg: Some(ALGORITHM.to_owned()),
            r#use: Some("sig".to_owned()),
        }
    }

    fn public_key(&self) -> anyhow::Result<Option<(&str, VerifyingKey)>> {
        let signs = self.alg.as_deref().is_none_or(|alg| alg == ALGORITHM)
            && self.r#use.as_deref().is_none_or(|usage| usage == "sig");
        let (Some(kid), Some(x)) = (self.kid.as_deref(), self.x.as_deref()) else {
            return Ok(None);
        };
        if self.kty != "OKP" || self.crv.as_deref() != Some("Ed25519") || !signs {
            return Ok(None);
        }
        if !(1..=MAX_KID_BYTES).contains(&kid.len()) {
            bail!("a key id must have 1 to {MAX_KID_BYTES} bytes");
        }
        let bytes: Vec<u8> = URL_SAFE_NO_PAD
            .decode(x)
            .context("a key is not base64url")?;
        let bytes: [u8; 32] = bytes
            .try_into()
            .ok()
            .context("an Ed25519 key has 32 bytes")?;
        let key = VerifyingKey::from_bytes(&bytes).context("a key is not a point of the curve")?;
        if key.is_weak() {
            bail!("a key is weak");
        }
        Ok(Some((kid, key)))
    }
}

/// The id of a key: its thumbprint ([RFC 7638], with the members of [RFC 8037]).
///
/// [RFC 7638]: https://www.rfc-editor.org/rfc/rfc7638
/// [RFC 8037]: https://www.rfc-editor.org/rfc/rfc8037#section-2
#[must_use]
pub fn thumbprint(key: &VerifyingKey) -> String {
    let x = URL_SAFE_NO_PAD.encode(key.as_bytes());
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.3.
    #[test]
    fn the_thumbprint_is_that_of_the_rfc() {
        let x = URL_SAFE_NO_PAD
            .decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
            .unwrap();
        let key = VerifyingKey::from_bytes(&x.try_into().unwrap()).unwrap();
        assert_eq!(
            thumbprint(&key),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn keys_of_other_kinds_are_skipped_and_broken_ones_refused() {
        let good = r#"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let others = r#"{"kty":"RSA","kid":"r","n":"x","e":"AQAB"},{"kty":"oct","kid":"h","k":"x"},{"kty":"OKP","crv":"X25519","kid":"x","x":"AA"}"#;
        let set = |keys: &str| PublicKeys::from_jwks(format!(r#"{{"keys":[{keys}]}}"#).as_bytes());
        let keys = set(&format!("{good},{others}")).unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(
            PublicKeys::from_jwks(&serde_json::to_vec(&keys.to_jwks()).unwrap()).unwrap(),
            keys
        );
        let weak = URL_SAFE_NO_PAD.encode([0; 32]);
        let broken = [
            format!("{good},{good}"),
            good.replace("11qY", "11qYAA"),
            good.replace("\"a\"", "\"\""),
            good.replace("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", &weak),
            vec![good; 65].join(","),
        ];
        for keys in &broken {
            assert!(set(keys).is_err(), "{keys}");
        }
        assert!(PublicKeys::from_jwks(b"<html>").is_err());
    }
}
