//! The types of reports and of the audit log.

use std::borrow::Cow;

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use folkmoot_common::http::{ApiError, ApiResult};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::model::{Author, CategoryRef};

/// Most characters of a reason or a note.
const MAX_REASON_CHARS: usize = 1000;

/// Why something is reported.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReport {
    /// 1 to 1000 characters.
    #[schema(example = "This is an advertisement.")]
    pub(crate) reason: String,
}

/// A report as its reporter sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Reported {
    /// Its id.
    pub(crate) id: Uuid,
    /// The thread, or that of the comment.
    pub(crate) thread_id: Uuid,
    /// The comment, if it is about one.
    pub(crate) comment_id: Option<Uuid>,
    /// Why.
    pub(crate) reason: String,
    /// `open`.
    #[schema(example = "open")]
    pub(crate) status: String,
    /// When.
    pub(crate) created_at: DateTime<Utc>,
}

/// A report as moderators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Report {
    /// Its id; `UUIDv7`.
    pub(crate) id: Uuid,
    /// The thread, or that of the comment.
    pub(crate) thread_id: Uuid,
    /// Its title.
    pub(crate) title: String,
    /// The comment, if it is about one.
    pub(crate) comment_id: Option<Uuid>,
    /// The beginning of what was reported, plain.
    pub(crate) excerpt: String,
    /// Whether that was deleted since.
    pub(crate) is_deleted: bool,
    /// Where it is.
    pub(crate) category: CategoryRef,
    /// Who wrote it.
    pub(crate) author: Author,
    /// Who reported it.
    pub(crate) reporter: Author,
    /// Why.
    pub(crate) reason: String,
    /// `open`, `resolved` or `dismissed`.
    #[schema(example = "open")]
    pub(crate) status: String,
    /// Who resolved or dismissed it.
    pub(crate) resolved_by: Option<String>,
    /// When.
    pub(crate) resolved_at: Option<DateTime<Utc>>,
    /// What they had to say.
    pub(crate) resolution: Option<String>,
    /// When it was reported.
    pub(crate) created_at: DateTime<Utc>,
}

/// What is to become of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// There is nothing wrong.
    Dismiss,
    /// What was reported is deleted; with it all open reports of it are resolved.
    Delete,
    /// Something was done.
    Resolve,
}

/// The end of a report.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resolution {
    /// What is to become of it.
    pub(crate) action: Action,
    /// At most 1000 characters.
    #[serde(default)]
    pub(crate) note: Option<String>,
}

/// Where a thread is to go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Destination {
    /// The slug of the category.
    #[schema(example = "general")]
    pub(crate) category: String,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Actor {
    /// The account; `shell` for what was done there.
    pub(crate) user_id: String,
    /// Its name then.
    pub(crate) username: String,
}

/// Something that a moderator or admin did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LogEntry {
    /// Its id; `UUIDv7`.
    pub(crate) id: Uuid,
    /// Who.
    pub(crate) actor: Actor,
    /// What, for example `thread.locked` or `user.banned`.
    #[schema(example = "thread.locked")]
    pub(crate) action: String,
    /// `thread`, `comment`, `category`, `report` or `user`.
    #[schema(example = "thread")]
    pub(crate) target_type: String,
    /// To which.
    pub(crate) target_id: String,
    /// What it was before, the reason.
    #[schema(value_type = Object)]
    pub(crate) detail: Value,
    /// When.
    pub(crate) created_at: DateTime<Utc>,
}

/// A reason: something, and no control characters but line breaks and tabs.
///
/// # Errors
/// 422 `invalid_reason`.
pub(crate) fn reason(text: &str) -> ApiResult<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(invalid("reason must not be empty"));
    }
    note(text)?;
    Ok(text.to_owned())
}

/// As [`reason`], and may be empty.
///
/// # Errors
/// 422 `invalid_reason`.
pub(crate) fn note(text: &str) -> ApiResult<()> {
    let refused =
        |character: char| character.is_control() && !['\n', '\r', '\t'].contains(&character);
    if text.chars().count() > MAX_REASON_CHARS || text.chars().any(refused) {
        return Err(invalid(format!(
            "reason and note may have {MAX_REASON_CHARS} characters, and no control characters but line breaks and tabs"
        )));
    }
    Ok(())
}

fn invalid(detail: impl Into<Cow<'static, str>>) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_reason", detail)
}
