//! What can go wrong in a pass.

use crate::{cache::Key, kinds::Kind};

/// Why a pass ended early. It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The API did not do what was asked.
    #[error("cannot {action} {what}: {source}")]
    Api {
        /// A verb.
        action: &'static str,
        /// Kind and name.
        what: String,
        /// What it answered.
        source: Box<kube::Error>,
    },
    /// An object could not be written as JSON, or read.
    #[error("cannot encode: {0}")]
    Encode(#[from] serde_json::Error),
    /// The operating system has no random bytes.
    #[error("no random bytes: {0}")]
    Random(String),
    /// The pass took too long.
    #[error("the pass took longer than {0} s")]
    Timeout(u64),
}

impl Error {
    /// The API did not `action` an object.
    pub fn api(
        action: &'static str,
        kind: impl std::fmt::Display,
        key: &Key,
        source: kube::Error,
    ) -> Self {
        Self::Api {
            action,
            what: format!("{kind} {}", key.name),
            source: Box::new(source),
        }
    }

    /// For metrics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Api { .. } => "Api",
            Self::Encode(_) => "Encode",
            Self::Random(_) => "Random",
            Self::Timeout(_) => "Timeout",
        }
    }
}

/// Something that keeps a forum from being as its spec says, and that a person may have to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Of [`crate::forum::reasons`].
    pub reason: &'static str,
    /// Names the object.
    pub message: String,
}

impl Trouble {
    /// With `reason`, on an object.
    pub fn on(
        reason: &'static str,
        kind: Kind,
        key: &Key,
        message: impl std::fmt::Display,
    ) -> Self {
        Self {
            reason,
            message: format!("{kind} {}: {message}", key.name),
        }
    }
}
