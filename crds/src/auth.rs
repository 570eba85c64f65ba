//! Who may come in.

#![expect(
    unreachable_pub,
    reason = "KubeSchema derives from a public shadow of each struct inside a function"
)]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who may come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "self.mode != 'open' || self.allowOpen",
    "auth.mode open lets anybody act as anybody: set auth.allowOpen to true as well if that is wanted"
))]
pub struct AuthSpec {
    /// Whether callers must present a token.
    #[serde(default)]
    pub mode: AuthMode,
    /// Must be true for the mode `open`.
    #[serde(default)]
    pub allow_open: bool,
    /// Whether anybody may make an account.
    #[serde(default)]
    pub registration: Registration,
    /// Whether what is open to every member, as the threads of public categories and the activity stream, may be read
    /// without a token.
    #[serde(default = "AuthSpec::default_public_read")]
    pub public_read: bool,
    /// Whether a new account must prove its address by a mail before it is used. `required` needs `mail`.
    #[serde(default)]
    pub email_verification: EmailVerification,
}

impl AuthSpec {
    const fn default_public_read() -> bool {
        true
    }
}

impl Default for AuthSpec {
    fn default() -> Self {
        Self {
            mode: AuthMode::default(),
            allow_open: false,
            registration: Registration::default(),
            public_read: Self::default_public_read(),
            email_verification: EmailVerification::default(),
        }
    }
}

/// Whether callers must present a token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuthMode {
    /// Every request and socket carries a token that identity signed.
    #[default]
    Required,
    /// The path names the user and nothing is checked: for trying out.
    Open,
}

/// Whether anybody may make an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Anybody.
    #[default]
    Open,
    /// Nobody.
    Closed,
}

/// Whether a new account must prove its address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EmailVerification {
    /// It serves at once.
    #[default]
    Optional,
    /// Nobody logs in before.
    Required,
}
