//! What identity tells.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The type of [`UserRegistered`].
pub const USER_REGISTERED: &str = "identity.user.registered";
/// The type of [`UserDeleted`].
pub const USER_DELETED: &str = "identity.user.deleted";
/// The type of [`UserBanned`].
pub const USER_BANNED: &str = "identity.user.banned";
/// The type of [`UserUnbanned`].
pub const USER_UNBANNED: &str = "identity.user.unbanned";
/// The type of [`RolesChanged`].
pub const ROLES_CHANGED: &str = "identity.roles.changed";
/// The type of [`ProfileUpdated`].
pub const PROFILE_UPDATED: &str = "identity.profile.updated";
/// The type of [`SessionRevoked`].
pub const SESSION_REVOKED: &str = "identity.session.revoked";
/// The type of a [`Relation`] that was made: somebody follows somebody.
pub const FOLLOW_CREATED: &str = "identity.follow.created";
/// The type of a [`Relation`] that was ended.
pub const FOLLOW_DELETED: &str = "identity.follow.deleted";
/// The type of a [`Relation`] that was made: neither hears of the other any more. Follows between them have ended.
pub const BLOCK_CREATED: &str = "identity.block.created";
/// The type of a [`Relation`] that was ended.
pub const BLOCK_DELETED: &str = "identity.block.deleted";
/// The type of a [`Relation`] that was made: one does not want to hear of the other, who does not learn of it.
pub const MUTE_CREATED: &str = "identity.mute.created";
/// The type of a [`Relation`] that was ended.
pub const MUTE_DELETED: &str = "identity.mute.deleted";
/// The type of [`ExportRequested`].
pub const EXPORT_REQUESTED: &str = "identity.export.requested";

/// An account was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRegistered {
    /// The account's id.
    pub user_id: String,
    /// Its name.
    pub username: String,
    /// What it may do.
    #[serde(default)]
    pub roles: Vec<String>,
    /// When.
    pub registered_at: DateTime<Utc>,
}

/// An account is gone for good. What it wrote is shown without its name; what it had is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDeleted {
    /// The account's id.
    pub user_id: String,
    /// When.
    pub deleted_at: DateTime<Utc>,
}

/// Somebody may not come in for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserBanned {
    /// Who.
    pub user_id: String,
    /// Their name.
    pub username: String,
    /// The moderator.
    pub moderator_id: String,
    /// The moderator's name.
    pub moderator_name: String,
    /// Why, for people.
    pub reason: String,
    /// Until when; for ever without.
    pub until: Option<DateTime<Utc>>,
    /// When.
    pub banned_at: DateTime<Utc>,
}

/// A ban was lifted before its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserUnbanned {
    /// Who.
    pub user_id: String,
    /// Their name.
    pub username: String,
    /// The moderator.
    pub moderator_id: String,
    /// The moderator's name.
    pub moderator_name: String,
    /// When.
    pub unbanned_at: DateTime<Utc>,
}

/// What an account may do has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolesChanged {
    /// Who.
    pub user_id: String,
    /// All roles they have now.
    pub roles: Vec<String>,
    /// Who changed them; nobody when it was done from the shell.
    pub changed_by: Option<String>,
    /// When. Of two the later counts.
    pub changed_at: DateTime<Utc>,
}

/// How somebody is shown has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileUpdated {
    /// Who.
    pub user_id: String,
    /// The name that is unique and mentioned.
    pub username: String,
    /// The name for people, if they gave one.
    pub display_name: Option<String>,
    /// Where their picture is, at the edge.
    pub avatar_url: Option<String>,
    /// When. Of two the later counts.
    pub updated_at: DateTime<Utc>,
}

/// A session was ended before its time. Access tokens that carry its id as `sid` count no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRevoked {
    /// The session's id.
    pub session_id: String,
    /// Whose it was.
    pub user_id: String,
    /// When.
    pub revoked_at: DateTime<Utc>,
}

/// Somebody follows, blocks or mutes somebody, or does so no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// Who follows, blocks or mutes.
    pub user_id: String,
    /// Their name.
    pub username: String,
    /// Whom.
    pub target_id: String,
    /// When. Of two between the same users the later counts.
    pub changed_at: DateTime<Utc>,
}

/// Somebody wants all that is kept of them. Every service that keeps something writes its part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRequested {
    /// The export's id.
    pub export_id: String,
    /// Whose.
    pub user_id: String,
    /// When.
    pub requested_at: DateTime<Utc>,
}
