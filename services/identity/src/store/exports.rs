//! Exports that were asked for.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    bus::Event,
    db::sqlx,
    exports::PARTS,
    http::{ApiError, ApiResult},
    in_transaction, row, with_reader, with_writer,
};
use serde::Serialize;
use uuid::Uuid;

use super::Store;
use crate::{
    events::{EXPORT_REQUESTED, ExportRequested},
    people::{
        export::{ASK_AGAIN_AFTER, ExportRow, GIVE_UP_AFTER, KEPT, PartRow},
        no_account,
    },
};

const LOCK_USER: &str = "update users set username = username where id = $1";
const INSERT: &str = "insert into exports (id, user_id, running, requested_at, told_at, expires_at) \
    values ($1, $2, true, $3, $3, $4) on conflict do nothing";
const FIND: &str = "select id, user_id, running, requested_at, expires_at from exports \
    where id = $1 and user_id = $2 and expires_at > $3";
const LIST: &str = "select id, user_id, running, requested_at, expires_at from exports \
    where user_id = $1 and id < $2 and expires_at > $3 order by id desc limit $4";
const PARTS_OF: &str = "select export_id, service, bytes, written_at from export_parts where export_id = $1 order by service";
/// Of all exports of somebody that count: no more than were asked for in a week.
const PARTS_OF_USER: &str = "select export_id, service, bytes, export_parts.written_at from export_parts \
    join exports on exports.id = export_id where user_id = $1 and expires_at > $2 order by service";
const IS_KNOWN: &str = "select 1 from exports where id = $1 and expires_at > $2";
const INSERT_PART: &str = "insert into export_parts (export_id, service, bytes, written_at) \
    select id, $2, $3, $4 from exports where id = $1 on conflict do nothing";
const END_IF_DONE: &str = "update exports set running = false where id = $1 and running = true \
    and (select count(*) from export_parts where export_id = $1) >= $2";
const WAITING: &str = "select id, user_id, running, requested_at, expires_at from exports \
    where running = true and told_at < $1 order by told_at, id limit $2";
const TELL_AGAIN: &str =
    "update exports set told_at = $2 where id = $1 and running = true and told_at < $3";
const GIVE_UP: &str = "update exports set running = false where id = $1";
const EXPIRED: &str =
    "select id from exports where expires_at <= $1 order by expires_at, id limit $2";
const DELETE: &str = "delete from exports where id = $1";

/// Rows of one look.
const BATCH: i64 = 50;

row! {
    struct AccountRow {
        id: Uuid,
        username: String,
        email: String,
        roles: String,
        created_at: DateTime<Utc>,
    }
}

row! {
    struct SessionRow {
        id: Uuid,
        created_at: DateTime<Utc>,
        refreshed_at: DateTime<Utc>,
        user_agent: Option<String>,
        network: Option<String>,
    }
}

row! {
    struct RelatedRow {
        id: Uuid,
        kind: String,
        target_id: Uuid,
        username: String,
        created_at: DateTime<Utc>,
    }
}

/// What an export tells of the account itself.
#[derive(Debug, Serialize)]
pub(crate) struct AccountLine {
    id: Uuid,
    username: String,
    email: String,
    roles: String,
    created_at: DateTime<Utc>,
}

/// What an export tells of a session.
#[derive(Debug, Serialize)]
pub(crate) struct SessionLine {
    #[serde(skip)]
    pub(crate) id: Uuid,
    created_at: DateTime<Utc>,
    refreshed_at: DateTime<Utc>,
    user_agent: Option<String>,
    network: Option<String>,
}

/// What an export tells of a relation.
#[derive(Debug, Serialize)]
pub(crate) struct RelationLine {
    #[serde(skip)]
    pub(crate) id: Uuid,
    kind: String,
    user_id: Uuid,
    username: String,
    created_at: DateTime<Utc>,
}

impl Store {
    /// Takes note of a wish for an export and tells all services.
    ///
    /// # Errors
    /// 404 if the account is gone, 409 `export_running` if one is on its way.
    pub(crate) async fn request_export(&self, user_id: Uuid) -> ApiResult<ExportRow> {
        let now = self.ctx.clock.now();
        let export = ExportRow {
            id: self.ctx.ids.next(),
            user_id,
            running: true,
            requested_at: now,
            expires_at: now + KEPT,
        };
        let event = self.export_requested(&export)?;
        in_transaction!(&self.db, tx => {
            let found = sqlx::query(LOCK_USER).bind(user_id).execute(&mut *tx).await?.rows_affected();
            if found == 0 {
                return Err(no_account());
            }
            let made = sqlx::query(INSERT)
                .bind(export.id).bind(user_id).bind(now).bind(export.expires_at)
                .execute(&mut *tx).await?.rows_affected();
            if made == 0 {
                return Err(ApiError::conflict("export_running", "an export is on its way"));
            }
            self.outbox.enqueue(&mut *tx, &event).await?;
        });
        self.outbox.wake();
        Ok(export)
    }

    /// An export of `user_id`, with its parts.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn export(
        &self,
        id: Uuid,
        user_id: Uuid,
    ) -> sqlx::Result<Option<(ExportRow, Vec<PartRow>)>> {
        let now = self.ctx.clock.now();
        let found: Option<ExportRow> = with_reader!(&self.db, db => {
            sqlx::query_as(FIND).bind(id).bind(user_id).bind(now).fetch_optional(db).await
        })?;
        let Some(export) = found else { return Ok(None) };
        let parts =
            with_reader!(&self.db, db => sqlx::query_as(PARTS_OF).bind(id).fetch_all(db).await)?;
        Ok(Some((export, parts)))
    }

    /// Exports of `user_id` that were asked for before `before`, the newest first, and parts of all theirs.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn exports(
        &self,
        user_id: Uuid,
        before: Option<Uuid>,
        limit: u32,
    ) -> sqlx::Result<(Vec<ExportRow>, Vec<PartRow>)> {
        let (now, before) = (self.ctx.clock.now(), before.unwrap_or(Uuid::max()));
        let exports = with_reader!(&self.db, db => {
            sqlx::query_as(LIST).bind(user_id).bind(before).bind(now).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let parts = with_reader!(&self.db, db => {
            sqlx::query_as(PARTS_OF_USER).bind(user_id).bind(now).fetch_all(db).await
        })?;
        Ok((exports, parts))
    }

    /// Whether there is such an export and it still counts.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn is_export(&self, id: Uuid) -> sqlx::Result<bool> {
        let now = self.ctx.clock.now();
        with_reader!(&self.db, db => {
            Ok(sqlx::query(IS_KNOWN).bind(id).bind(now).fetch_optional(db).await?.is_some())
        })
    }

    /// Takes note of a part; a second time changes nothing.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn add_export_part(&self, part: &PartRow) -> sqlx::Result<()> {
        let all = i64::try_from(PARTS.len()).unwrap_or(i64::MAX);
        in_transaction!(&self.db, tx => {
            sqlx::query(INSERT_PART)
                .bind(part.export_id).bind(&part.service).bind(part.bytes).bind(part.written_at)
                .execute(&mut *tx).await?;
            sqlx::query(END_IF_DONE).bind(part.export_id).bind(all).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Asks again for parts that have not come, and gives up after an hour.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn ask_for_exports_again(&self) -> ApiResult<()> {
        let now = self.ctx.clock.now();
        let before = now - ASK_AGAIN_AFTER;
        let waiting: Vec<ExportRow> = with_reader!(&self.db, db => {
            sqlx::query_as(WAITING).bind(before).bind(BATCH).fetch_all(db).await
        })?;
        for export in waiting {
            if export.requested_at + GIVE_UP_AFTER < now {
                with_writer!(&self.db, db => sqlx::query(GIVE_UP).bind(export.id).execute(db).await.map(|_| ()))?;
                continue;
            }
            let event = self.export_requested(&export)?;
            in_transaction!(&self.db, tx => {
                // Of several replicas one asks.
                let asks = sqlx::query(TELL_AGAIN).bind(export.id).bind(now).bind(before).execute(&mut *tx).await?.rows_affected() > 0;
                if asks {
                    self.outbox.enqueue(&mut *tx, &event).await?;
                }
            });
            self.outbox.wake();
        }
        Ok(())
    }

    /// Exports whose objects are to be removed.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn expired_exports(&self) -> sqlx::Result<Vec<Uuid>> {
        let now = self.ctx.clock.now();
        with_reader!(&self.db, db => sqlx::query_scalar(EXPIRED).bind(now).bind(BATCH).fetch_all(db).await)
    }

    /// Forgets an export whose objects are gone.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn forget_export(&self, id: Uuid) -> sqlx::Result<()> {
        with_writer!(&self.db, db => sqlx::query(DELETE).bind(id).execute(db).await.map(|_| ()))
    }

    fn export_requested(&self, export: &ExportRow) -> ApiResult<Event> {
        let data = ExportRequested {
            export_id: export.id.to_string(),
            user_id: export.user_id.to_string(),
            requested_at: export.requested_at,
        };
        self.event(EXPORT_REQUESTED, &data)
    }
}

/// What identity itself keeps of somebody.
impl Store {
    /// The account.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn account_line(&self, user_id: Uuid) -> sqlx::Result<Option<AccountLine>> {
        const ACCOUNT: &str =
            "select id, username, email, roles, created_at from users where id = $1";
        let row: Option<AccountRow> = with_reader!(&self.db, db => {
            sqlx::query_as(ACCOUNT).bind(user_id).fetch_optional(db).await
        })?;
        Ok(row.map(|row| AccountLine {
            id: row.id,
            username: row.username,
            email: row.email,
            roles: row.roles,
            created_at: row.created_at,
        }))
    }

    /// Sessions behind `after`.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn session_lines(
        &self,
        user_id: Uuid,
        after: Uuid,
        limit: u32,
    ) -> sqlx::Result<Vec<SessionLine>> {
        const SESSIONS: &str = "select id, created_at, refreshed_at, user_agent, network from sessions \
            where user_id = $1 and id > $2 order by id limit $3";
        let rows: Vec<SessionRow> = with_reader!(&self.db, db => {
            sqlx::query_as(SESSIONS).bind(user_id).bind(after).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let line = |row: SessionRow| SessionLine {
            id: row.id,
            created_at: row.created_at,
            refreshed_at: row.refreshed_at,
            user_agent: row.user_agent,
            network: row.network,
        };
        Ok(rows.into_iter().map(line).collect())
    }

    /// Whom somebody follows, blocks and mutes, behind `after`.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn relation_lines(
        &self,
        user_id: Uuid,
        kind: &str,
        after: Uuid,
        limit: u32,
    ) -> sqlx::Result<Vec<RelationLine>> {
        const RELATIONS: &str = "select relations.id, kind, target_id, username, relations.created_at from relations \
            join users on users.id = target_id where user_id = $1 and kind = $2 and relations.id > $3 \
            order by relations.id limit $4";
        let rows: Vec<RelatedRow> = with_reader!(&self.db, db => {
            sqlx::query_as(RELATIONS).bind(user_id).bind(kind).bind(after).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let line = |row: RelatedRow| RelationLine {
            id: row.id,
            kind: row.kind,
            user_id: row.target_id,
            username: row.username,
            created_at: row.created_at,
        };
        Ok(rows.into_iter().map(line).collect())
    }
}
