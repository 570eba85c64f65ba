//! People, as they are stored and as they are shown.

use chrono::{DateTime, Utc};
use folkmoot_common::row;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{profile::avatar_url, relation::Relationship};

row! {
    /// Somebody's own profile.
    #[derive(Debug, Clone)]
    pub(crate) struct ProfileRow {
        pub user_id: Uuid,
        pub username: String,
        pub display_name: Option<String>,
        pub bio: Option<String>,
        pub website: Option<String>,
        pub location: Option<String>,
        pub avatar_file_id: Option<Uuid>,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }
}

/// A profile, as its owner sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Profile {
    /// Whose it is.
    pub user_id: Uuid,
    /// The name that is unique and mentioned.
    #[schema(example = "ann")]
    pub username: String,
    /// The name for people.
    pub display_name: Option<String>,
    /// Plain text.
    pub bio: Option<String>,
    /// An address with http or https.
    pub website: Option<String>,
    /// Plain text.
    pub location: Option<String>,
    /// Where the picture is, at the edge.
    #[schema(example = "/api/files/01937f2e-0000-7000-8000-000000000000/download")]
    pub avatar_url: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

impl From<ProfileRow> for Profile {
    fn from(row: ProfileRow) -> Self {
        Self {
            user_id: row.user_id,
            username: row.username,
            display_name: row.display_name,
            bio: row.bio,
            website: row.website,
            location: row.location,
            avatar_url: row.avatar_file_id.map(avatar_url),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

row! {
    /// Somebody, with all that others may know of them.
    #[derive(Debug, Clone)]
    pub(crate) struct PersonRow {
        pub id: Uuid,
        pub username: String,
        pub display_name: Option<String>,
        pub bio: Option<String>,
        pub website: Option<String>,
        pub location: Option<String>,
        pub avatar_file_id: Option<Uuid>,
        pub follower_count: i64,
        pub following_count: i64,
        pub created_at: DateTime<Utc>,
    }
}

/// Somebody, as others see them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Person {
    /// The account's id.
    pub user_id: Uuid,
    /// The name that is unique and mentioned.
    #[schema(example = "ann")]
    pub username: String,
    /// The name for people.
    pub display_name: Option<String>,
    /// Plain text.
    pub bio: Option<String>,
    /// An address with http or https.
    pub website: Option<String>,
    /// Plain text.
    pub location: Option<String>,
    /// Where the picture is, at the edge.
    pub avatar_url: Option<String>,
    /// How many follow them.
    #[schema(minimum = 0)]
    pub follower_count: i64,
    /// How many they follow.
    #[schema(minimum = 0)]
    pub following_count: i64,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// What is between the caller and them; null for oneself and for who has no token.
    pub relationship: Option<Relationship>,
}

impl Person {
    pub(crate) fn new(row: PersonRow, relationship: Option<Relationship>) -> Self {
        Self {
            user_id: row.id,
            username: row.username,
            display_name: row.display_name,
            bio: row.bio,
            website: row.website,
            location: row.location,
            avatar_url: row.avatar_file_id.map(avatar_url),
            follower_count: row.follower_count.max(0),
            following_count: row.following_count.max(0),
            created_at: row.created_at,
            relationship,
        }
    }
}

row! {
    /// Somebody in a list.
    #[derive(Debug, Clone)]
    pub(crate) struct ListedRow {
        /// What the list is ordered by, if that is a relation.
        pub relation_id: Uuid,
        pub id: Uuid,
        pub username: String,
        pub display_name: Option<String>,
        pub avatar_file_id: Option<Uuid>,
    }
}

/// Somebody in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Listed {
    /// The account's id.
    pub user_id: Uuid,
    /// The name that is unique and mentioned.
    #[schema(example = "ann")]
    pub username: String,
    /// The name for people.
    pub display_name: Option<String>,
    /// Where the picture is, at the edge.
    pub avatar_url: Option<String>,
}

impl From<ListedRow> for Listed {
    fn from(row: ListedRow) -> Self {
        Self {
            user_id: row.id,
            username: row.username,
            display_name: row.display_name,
            avatar_url: row.avatar_file_id.map(avatar_url),
        }
    }
}
