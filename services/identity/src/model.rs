//! Rows and what is shown of them.

use chrono::{DateTime, Utc};
use folkmoot_common::{auth::Principal, row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::refresh_token::RefreshToken;

row! {
    /// An account as it is stored.
    #[derive(Debug, Clone)]
    pub(crate) struct UserRow {
        /// `UUIDv7`.
        pub id: Uuid,
        /// As it is shown.
        pub username: String,
        /// As it was written.
        pub email: String,
        /// When somebody showed that mail to it reaches them.
        pub email_verified_at: Option<DateTime<Utc>>,
        /// PHC string format.
        pub password_hash: String,
        /// Separated by spaces.
        pub roles: String,
        /// Access tokens that were made before count no more.
        pub tokens_valid_from: Option<DateTime<Utc>>,
        /// When it was made.
        pub created_at: DateTime<Utc>,
    }
}

impl UserRow {
    /// What its owner sees.
    #[must_use]
    pub(crate) fn to_user(&self) -> User {
        User {
            id: self.id,
            username: self.username.clone(),
            email: self.email.clone(),
            email_verified: self.email_verified_at.is_some(),
            roles: self.role_names(),
            created_at: self.created_at,
        }
    }

    /// What they may do, by name.
    #[must_use]
    pub(crate) fn role_names(&self) -> Vec<String> {
        let roles = self.roles.split_ascii_whitespace();
        roles.map(str::to_owned).collect()
    }

    /// Whether they have `role`.
    #[must_use]
    pub(crate) fn has_role(&self, role: &str) -> bool {
        self.roles.split_ascii_whitespace().any(|own| own == role)
    }
}

/// An account, as its owner sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// The account's id.
    pub id: Uuid,
    /// The name that others see.
    #[schema(example = "ann")]
    pub username: String,
    /// For logging in.
    #[schema(example = "ann@example.org")]
    pub email: String,
    /// Whether mail to the address was seen to reach its owner.
    #[serde(default)]
    pub email_verified: bool,
    /// What the account may do.
    #[schema(example = json!(["member"]))]
    pub roles: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What a caller gets who registers, logs in or refreshes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionAnswer {
    /// The account.
    pub user: User,
    /// Goes into the `Authorization` header and to sockets.
    pub access_token: String,
    /// The same as `access_token`.
    pub token: String,
    /// `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: String,
    /// Seconds until the access token ends.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// Gets the next access token, once. Left out when the cookie was used, so that no script sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

/// Whom a token belongs to, as a forward-auth proxy asks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Validation {
    /// The account's id.
    pub user_id: String,
    /// Its name.
    pub username: String,
    /// What it may do.
    pub roles: Vec<String>,
}

impl From<&Principal> for Validation {
    fn from(principal: &Principal) -> Self {
        Self {
            user_id: principal.user_id.clone(),
            username: principal.username.clone(),
            roles: principal.roles.clone(),
        }
    }
}

/// A session whose newest refresh token has just been handed out.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// The session's id.
    pub id: Uuid,
    /// Whose it is.
    pub user: UserRow,
    /// The newest refresh token.
    pub refresh_token: RefreshToken,
}
