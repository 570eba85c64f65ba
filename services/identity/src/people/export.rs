//! Exports: what was asked for, and how far it is.

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{exports::PARTS, row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How long an export can be downloaded.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(7);
/// When services that have not answered are asked again.
pub(crate) const ASK_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(2);
/// When it is given up to wait for them. What comes later is taken all the same.
pub(crate) const GIVE_UP_AFTER: TimeDelta = TimeDelta::hours(1);

row! {
    /// An export that was asked for.
    #[derive(Debug, Clone)]
    pub(crate) struct ExportRow {
        pub id: Uuid,
        pub user_id: Uuid,
        pub running: bool,
        pub requested_at: DateTime<Utc>,
        pub expires_at: DateTime<Utc>,
    }
}

row! {
    /// A part that was written.
    #[derive(Debug, Clone)]
    pub(crate) struct PartRow {
        pub export_id: Uuid,
        pub service: String,
        pub bytes: i64,
        pub written_at: DateTime<Utc>,
    }
}

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Parts are still being written.
    Running,
    /// Every part is there.
    Done,
    /// Some services did not answer within an hour.
    Incomplete,
}

/// All that is kept of the caller, in parts: one a service, of JSON lines.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Export {
    /// The export.
    pub id: Uuid,
    /// How far it is.
    pub status: Status,
    /// What can be downloaded.
    pub parts: Vec<Part>,
    /// The services whose parts are not there.
    #[schema(example = json!(["chat"]))]
    pub missing: Vec<String>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When its parts are removed.
    pub expires_at: DateTime<Utc>,
}

/// A part of an export.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Part {
    /// The service that wrote it.
    #[schema(example = "chat")]
    pub service: String,
    /// Its size.
    #[schema(minimum = 0)]
    pub bytes: i64,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// Where it can be downloaded, at the edge.
    pub url: String,
}

impl Export {
    /// From the rows; parts of other exports are passed over.
    pub(crate) fn new(row: &ExportRow, parts: &[PartRow]) -> Self {
        let own = parts.iter().filter(|part| part.export_id == row.id);
        let parts: Vec<Part> = own.map(Part::new).collect();
        let is_missing = |name: &&str| parts.iter().all(|part| part.service != **name);
        let names = PARTS.iter().map(|service| service.as_str());
        let missing: Vec<String> = names.filter(is_missing).map(str::to_owned).collect();
        let status = match (missing.is_empty(), row.running) {
            (true, _) => Status::Done,
            (false, true) => Status::Running,
            (false, false) => Status::Incomplete,
        };
        Self {
            id: row.id,
            status,
            parts,
            missing,
            requested_at: row.requested_at,
            expires_at: row.expires_at,
        }
    }
}

impl Part {
    fn new(row: &PartRow) -> Self {
        Self {
            url: format!("/api/users/me/exports/{}/{}", row.export_id, row.service),
            service: row.service.clone(),
            bytes: row.bytes,
            written_at: row.written_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_done_when_every_part_is_there() {
        let now = DateTime::UNIX_EPOCH;
        let id = Uuid::from_u128(1);
        let export = |running| ExportRow {
            id,
            user_id: Uuid::from_u128(2),
            running,
            requested_at: now,
            expires_at: now + KEPT,
        };
        let part = |export_id, service: &str| PartRow {
            export_id,
            service: service.to_owned(),
            bytes: 1,
            written_at: now,
        };
        let all: Vec<PartRow> = PARTS.iter().map(|name| part(id, name.as_str())).collect();
        for running in [true, false] {
            let done = Export::new(&export(running), &all);
            assert_eq!((done.status, done.parts.len()), (Status::Done, PARTS.len()));
        }
        let others = [part(Uuid::from_u128(3), "chat"), part(id, "file")];
        let running = Export::new(&export(true), &others);
        assert_eq!((running.status, running.parts.len()), (Status::Running, 1));
        assert_eq!(
            running.missing,
            ["identity", "discussion", "chat", "notification"]
        );
        let ended = Export::new(&export(false), &others);
        assert_eq!(ended.status, Status::Incomplete);
        assert_eq!(
            ended.parts[0].url,
            format!("/api/users/me/exports/{id}/file")
        );
    }
}
