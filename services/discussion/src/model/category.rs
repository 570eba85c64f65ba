use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::present;

/// Where threads are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Category {
    /// Its id.
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// What belongs there.
    pub description: String,
    /// Its place among the categories: the lowest comes first.
    pub position: i32,
    /// The role that one needs to read it; null for everybody.
    pub read_role: Option<String>,
    /// The role that one needs to write in it; null for every member.
    pub post_role: Option<String>,
    /// Whether the caller may write in it.
    pub may_post: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A category to make.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCategory {
    /// 1 to 50 of a-z 0-9 -.
    pub slug: String,
    /// 1 to 100 characters.
    pub name: String,
    /// At most 1000 characters.
    #[serde(default)]
    pub description: String,
    /// Its place among the categories: the lowest comes first.
    #[serde(default)]
    pub position: i32,
    /// The role that one needs to read it; everybody may if it is left out.
    #[serde(default)]
    pub read_role: Option<String>,
    /// The role that one needs to write in it; every member may if it is left out.
    #[serde(default)]
    pub post_role: Option<String>,
}

/// What is to change in a category; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryEdit {
    /// 1 to 50 of a-z 0-9 -.
    #[serde(default)]
    pub slug: Option<String>,
    /// 1 to 100 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// At most 1000 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// Its place among the categories: the lowest comes first.
    #[serde(default)]
    pub position: Option<i32>,
    /// The role that one needs to read it; null for everybody.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>)]
    pub read_role: Option<Option<String>>,
    /// The role that one needs to write in it; null for every member.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>)]
    pub post_role: Option<Option<String>>,
}
