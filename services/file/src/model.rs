//! Files, as they are stored and as they are told.

use chrono::{DateTime, Utc};
use folkmoot_common::row;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

row! {
    /// A stored file.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct FileRow {
        pub(crate) id: Uuid,
        pub(crate) object_key: String,
        pub(crate) filename: String,
        pub(crate) content_type: String,
        pub(crate) size: i64,
        pub(crate) sha256: String,
        pub(crate) room_id: Option<String>,
        pub(crate) uploaded_by: Option<String>,
        pub(crate) created_at: DateTime<Utc>,
    }
}

/// A file's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct File {
    /// UUID, version 7.
    pub(crate) id: Uuid,
    /// The name its uploader gave it, without path, control characters and text direction overrides.
    #[schema(example = "standing-stones.png")]
    pub(crate) filename: String,
    /// What it is by its bytes.
    #[schema(example = "image/png")]
    pub(crate) content_type: String,
    /// In bytes.
    #[schema(minimum = 0)]
    pub(crate) size: i64,
    /// The room it was uploaded to.
    #[schema(example = "general")]
    pub(crate) room_id: Option<String>,
    /// Who uploaded it; nobody when no token is required and none was named.
    pub(crate) uploaded_by: Option<String>,
    /// When it was stored.
    pub(crate) created_at: DateTime<Utc>,
    /// Where its content is, at the edge.
    #[schema(example = "/api/files/01937f2e-0000-7000-8000-000000000000/download")]
    pub(crate) url: String,
}

impl From<FileRow> for File {
    fn from(row: FileRow) -> Self {
        Self {
            url: format!("/api/files/{}/download", row.id),
            id: row.id,
            filename: row.filename,
            content_type: row.content_type,
            size: row.size,
            room_id: row.room_id,
            uploaded_by: row.uploaded_by,
            created_at: row.created_at,
        }
    }
}
