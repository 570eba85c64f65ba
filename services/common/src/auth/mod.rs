//! Who is calling: access tokens, the keys they are signed with, and what a handler may ask of its caller.
//!
//! identity signs Ed25519 tokens ([RFC 8037], [RFC 9068]); every service verifies them itself with identity's
//! public keys and believes no identity header. With `AUTH=open` a request without a token acts as whoever
//! its path names. A token that is given counts in either mode: a wrong one is refused, never ignored.
//!
//! [RFC 8037]: https://www.rfc-editor.org/rfc/rfc8037
//! [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068

mod caller;
mod eddsa;
pub mod jwks;
pub mod keys;
pub mod origin;
pub mod revocations;
mod source;
pub mod token;
mod verifier;

#[cfg(test)]
mod caller_tests;
#[cfg(test)]
mod token_tests;

use chrono::{DateTime, Utc};

pub use crate::config::AuthMode;
pub use caller::Caller;
pub use revocations::Revocations;
pub use verifier::Verifier;

/// The subprotocol by which a browser's socket carries a token: it offers `access_token, <token>` and the server
/// answers with `access_token`.
pub const TOKEN_SUBPROTOCOL: &str = "access_token";

/// Somebody, as a token (or, in open mode, the path) names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The account.
    pub user_id: String,
    /// The name that others see.
    pub username: String,
    /// What they may do, for example `member` or `admin`; empty for somebody whom only a path names.
    pub roles: Vec<String>,
    /// The session that the token belongs to.
    pub session_id: Option<String>,
    /// When the token was made.
    pub issued_at: Option<DateTime<Utc>>,
    /// When the token ends. A socket must not outlive it.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Principal {
    /// Whether they have `role`.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|own| own == role)
    }
}
