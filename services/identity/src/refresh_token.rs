//! Refresh tokens: random, stored as hashes, used once.

use anyhow::anyhow;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

/// How long a used token may be presented again: two tabs of one browser may refresh at the same moment, and an answer
/// may be lost on its way.
pub(crate) const GRACE: TimeDelta = TimeDelta::seconds(10);
/// Goes into the hash that makes a successor, so that it is never the stored hash of anything.
const DOMAIN: &[u8] = b"folkmoot refresh token successor";

/// A refresh token: 256 bits. It does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken([u8; 32]);

/// 256 random bits from which, together with a token, its successor is made.
pub(crate) type Seed = [u8; 32];

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl RefreshToken {
    /// A new one.
    ///
    /// # Errors
    /// If there is no randomness.
    pub(crate) fn random() -> anyhow::Result<Self> {
        Ok(Self(random()?))
    }

    /// Reads what a caller presents.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        // A slice that is too small for the text is an error too.
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        (length == bytes.len()).then_some(Self(bytes))
    }

    /// What a caller gets.
    #[must_use]
    pub(crate) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is stored. A fast hash is enough for 256 random bits.
    #[must_use]
    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }

    /// The token that replaces this one. It can be made again from this token and the stored seed, but from neither alone, so
    /// that a second request within [`GRACE`] gets the same successor instead of splitting the family.
    #[must_use]
    pub(crate) fn successor(&self, seed: &Seed) -> Self {
        // Every part has a fixed length, and nobody learns a digest of which they could go on from.
        let digest = Sha256::new()
            .chain_update(DOMAIN)
            .chain_update(seed)
            .chain_update(self.0)
            .finalize();
        Self(digest.into())
    }
}

/// A seed for a successor.
///
/// # Errors
/// If there is no randomness.
pub(crate) fn random_seed() -> anyhow::Result<Seed> {
    random()
}

fn random() -> anyhow::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no randomness: {error}"))?;
    Ok(bytes)
}

/// What is known of a presented token, whose session is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Presented {
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was used first.
    pub used_at: Option<DateTime<Utc>>,
    /// The seed of its successor, while that was not used.
    pub successor_seed: Option<Seed>,
}

/// What to do with a presented token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// Replace it.
    Replace,
    /// Hand out its successor again.
    Repeat(Seed),
    /// It has ended.
    Refuse,
    /// It was used before: either this caller or the one before has stolen it. The session ends.
    Revoke,
}

/// Decides on a presented token.
#[must_use]
pub(crate) fn decide(presented: &Presented, now: DateTime<Utc>) -> Rotation {
    match (presented.used_at, presented.successor_seed) {
        (None, _) if presented.expires_at <= now => Rotation::Refuse,
        (None, _) => Rotation::Replace,
        (Some(used_at), Some(seed)) if now - used_at <= GRACE => Rotation::Repeat(seed),
        (Some(_), _) => Rotation::Revoke,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_handed_out_is_read() {
        let token = RefreshToken::random().unwrap();
        assert_eq!(RefreshToken::parse(&token.encode()), Some(token.clone()));
        for bad in [
            "",
            "x",
            "AAAA",
            &"A".repeat(44),
            &format!("{}=", token.encode()),
            &"A".repeat(1_000_000),
            "' or 1=1 --",
        ] {
            assert_eq!(
                RefreshToken::parse(bad),
                None,
                "{:?}",
                &bad[..bad.len().min(50)]
            );
        }
        assert_eq!(format!("{token:?}"), "[redacted]");
    }

    #[test]
    fn a_successor_needs_both_the_token_and_the_seed() {
        let (token, seed) = (RefreshToken::random().unwrap(), random_seed().unwrap());
        assert_eq!(token.successor(&seed), token.successor(&seed));
        assert_ne!(
            token.successor(&seed),
            token.successor(&random_seed().unwrap())
        );
        assert_ne!(
            token.successor(&seed),
            RefreshToken::random().unwrap().successor(&seed)
        );
        assert_ne!(token.successor(&seed).hash(), token.hash());
    }

    #[test]
    fn a_used_token_counts_again_only_shortly_and_while_its_successor_is_unused() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let later = now + TimeDelta::days(1);
        let used = |seconds, successor_seed| Presented {
            expires_at: later,
            used_at: Some(now - TimeDelta::seconds(seconds)),
            successor_seed,
        };
        assert_eq!(
            decide(
                &Presented {
                    expires_at: later,
                    used_at: None,
                    successor_seed: None
                },
                now
            ),
            Rotation::Replace
        );
        assert_eq!(
            decide(
                &Presented {
                    expires_at: now,
                    used_at: None,
                    successor_seed: None
                },
                now
            ),
            Rotation::Refuse
        );
        assert_eq!(
            decide(&used(10, Some([7; 32])), now),
            Rotation::Repeat([7; 32])
        );
        assert_eq!(decide(&used(11, Some([7; 32])), now), Rotation::Revoke);
        assert_eq!(decide(&used(1, None), now), Rotation::Revoke);
    }
}
