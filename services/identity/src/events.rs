//! What identity tells the other services.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The type of [`UserRegistered`].
pub const USER_REGISTERED: &str = "identity.user.registered";
/// The type of [`SessionRevoked`].
pub const SESSION_REVOKED: &str = "identity.session.revoked";

/// An account was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRegistered {
    /// The account's id.
    pub user_id: String,
    /// Its name.
    pub username: String,
    /// When.
    pub registered_at: DateTime<Utc>,
}

/// A session was ended before its time: by its owner, or because one of its refresh tokens came twice.
/// Access tokens that carry its id as `sid` should count no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRevoked {
    /// The session's id.
    pub session_id: String,
    /// Whose it was.
    pub user_id: String,
    /// When.
    pub revoked_at: DateTime<Utc>,
}
