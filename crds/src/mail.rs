//! How a forum sends mail.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::{self, SecretKeyRef};

/// How mail is sent: codes to reset a password and to prove an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailSpec {
    /// From whom mails are: `forum@example.org`, or `Our forum <forum@example.org>`.
    #[schemars(schema_with = "schema::mailbox")]
    pub from: String,
    /// The server that takes them.
    pub smtp: SmtpSpec,
}

/// A mail server that others run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SmtpSpec {
    /// Which key of which Secret holds `smtps://USER:PASSWORD@HOST:PORT`, or the same with `smtp`, which demands TLS before it
    /// says the password unless the URL ends in `?tls=none`.
    pub url: SecretKeyRef,
}
