//! Follows, blocks and mutes.
//!
//! Whatever changes between two people is done under one lock of the two, so that no follow slips in beside a block,
//! and of two changes the later one is told as the later.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    bus::Event,
    db::sqlx,
    http::{ApiError, ApiResult},
    in_transaction, row, with_reader,
};
use uuid::Uuid;

use super::Store;
use crate::{
    events::{FOLLOW_DELETED, Relation},
    people::{
        no_account, no_such_user,
        relation::{Kind, RelationRow, Relationship, check, lock_key},
    },
};

/// SQLite has one writer at a time anyway.
const LOCK_SQLITE: &str = "select $1";
const LOCK_POSTGRES: &str = "select pg_advisory_xact_lock($1)";
const NAMES: &str = "select id, username from users where id in ($1, $2)";
const BETWEEN: &str = "select kind, user_id from relations where user_id = $1 and target_id = $2 \
    union all select kind, user_id from relations where user_id = $2 and target_id = $1";
const COUNT: &str = "select count(*) from (select 1 as one from relations \
    where user_id = $1 and kind = $2 limit $3) as counted";
const INSERT: &str = "insert into relations (kind, user_id, target_id, id, created_at) \
    values ($1, $2, $3, $4, $5) on conflict do nothing";
const DELETE: &str = "delete from relations where kind = $1 and user_id = $2 and target_id = $3";
const CHANGE: &str =
    "insert into follow_changes (user_id, followers, following) values ($1, 0, $3), ($2, $3, 0)";

row! {
    struct NameRow {
        id: Uuid,
        username: String,
    }
}

/// The names of the two.
struct Names {
    user: String,
    target: String,
}

/// Keeps in the transaction `$tx` that one follows another so many times more.
macro_rules! count_follow {
    ($tx:ident, $user:expr, $target:expr, $by:expr) => {
        sqlx::query(CHANGE)
            .bind($user)
            .bind($target)
            .bind($by)
            .execute(&mut *$tx)
            .await?
    };
}

/// Ends a relation in the transaction `$tx`; says whether there was one.
macro_rules! end {
    ($tx:ident, $kind:expr, $user:expr, $target:expr) => {
        sqlx::query(DELETE)
            .bind($kind.as_str())
            .bind($user)
            .bind($target)
            .execute(&mut *$tx)
            .await?
            .rows_affected()
            > 0
    };
}

impl Store {
    /// All that is between two people.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn relationship(&self, me: Uuid, other: Uuid) -> sqlx::Result<Relationship> {
        let rows: Vec<RelationRow> = with_reader!(&self.db, db => {
            sqlx::query_as(BETWEEN).bind(me).bind(other).fetch_all(db).await
        })?;
        Ok(Relationship::of(me, &rows))
    }

    /// Begins a relation and tells of it; one that is there already stays as it is. A block ends the follows between
    /// the two.
    ///
    /// # Errors
    /// 403 if the other does not want it, 404 if either account is gone, 409 if the caller has too many or blocks the
    /// other.
    pub(crate) async fn relate(
        &self,
        kind: Kind,
        me: Uuid,
        other: Uuid,
    ) -> ApiResult<Relationship> {
        let lock = self.lock();
        let after = in_transaction!(&self.db, tx => {
            sqlx::query(lock).bind(lock_key(me, other)).execute(&mut *tx).await?;
            let names: Vec<NameRow> = sqlx::query_as(NAMES).bind(me).bind(other).fetch_all(&mut *tx).await?;
            let names = Names::of(me, names)?;
            let before: Vec<RelationRow> = sqlx::query_as(BETWEEN).bind(me).bind(other).fetch_all(&mut *tx).await?;
            check(kind, me, &before)?;
            if before.iter().any(|row| row.kind == kind.as_str() && row.user_id == me) {
                return Ok(Relationship::of(me, &before));
            }
            let count: i64 = sqlx::query_scalar(COUNT).bind(me).bind(kind.as_str()).bind(kind.most()).fetch_one(&mut *tx).await?;
            check_count(kind, count)?;
            let now = self.ctx.clock.now();
            sqlx::query(INSERT)
                .bind(kind.as_str()).bind(me).bind(other).bind(self.ctx.ids.next()).bind(now)
                .execute(&mut *tx).await.map_err(gone_or_broken)?;
            if kind == Kind::Follow {
                count_follow!(tx, me, other, 1_i64);
            }
            if kind == Kind::Block && end!(tx, Kind::Follow, me, other) {
                count_follow!(tx, me, other, -1_i64);
                let event = self.told(FOLLOW_DELETED, me, &names.user, other, now)?;
                self.outbox.enqueue(&mut *tx, &event).await?;
            }
            if kind == Kind::Block && end!(tx, Kind::Follow, other, me) {
                count_follow!(tx, other, me, -1_i64);
                let event = self.told(FOLLOW_DELETED, other, &names.target, me, now)?;
                self.outbox.enqueue(&mut *tx, &event).await?;
            }
            let event = self.told(kind.created(), me, &names.user, other, now)?;
            self.outbox.enqueue(&mut *tx, &event).await?;
            let after: Vec<RelationRow> = sqlx::query_as(BETWEEN).bind(me).bind(other).fetch_all(&mut *tx).await?;
            Relationship::of(me, &after)
        });
        self.outbox.wake();
        Ok(after)
    }

    /// Ends a relation and tells of it; one that is not there is no error.
    ///
    /// # Errors
    /// 404 if either account is gone.
    pub(crate) async fn unrelate(
        &self,
        kind: Kind,
        me: Uuid,
        other: Uuid,
    ) -> ApiResult<Relationship> {
        let lock = self.lock();
        let after = in_transaction!(&self.db, tx => {
            sqlx::query(lock).bind(lock_key(me, other)).execute(&mut *tx).await?;
            let names: Vec<NameRow> = sqlx::query_as(NAMES).bind(me).bind(other).fetch_all(&mut *tx).await?;
            let names = Names::of(me, names)?;
            if end!(tx, kind, me, other) {
                if kind == Kind::Follow {
                    count_follow!(tx, me, other, -1_i64);
                }
                let event = self.told(kind.deleted(), me, &names.user, other, self.ctx.clock.now())?;
                self.outbox.enqueue(&mut *tx, &event).await?;
            }
            let after: Vec<RelationRow> = sqlx::query_as(BETWEEN).bind(me).bind(other).fetch_all(&mut *tx).await?;
            Relationship::of(me, &after)
        });
        self.outbox.wake();
        Ok(after)
    }

    fn lock(&self) -> &'static str {
        self.db.choose(LOCK_SQLITE, LOCK_POSTGRES)
    }

    fn told(
        &self,
        r#type: &str,
        user_id: Uuid,
        username: &str,
        target_id: Uuid,
        now: DateTime<Utc>,
    ) -> ApiResult<Event> {
        let data = Relation {
            user_id: user_id.to_string(),
            username: username.to_owned(),
            target_id: target_id.to_string(),
            changed_at: now,
        };
        self.event(r#type, &data)
    }
}

impl Names {
    fn of(me: Uuid, rows: Vec<NameRow>) -> ApiResult<Self> {
        let (mine, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.id == me);
        let name = |rows: Vec<NameRow>| rows.into_iter().next().map(|row| row.username);
        Ok(Self {
            user: name(mine).ok_or_else(no_account)?,
            target: name(others).ok_or_else(no_such_user)?,
        })
    }
}

fn check_count(kind: Kind, count: i64) -> ApiResult<()> {
    if count < kind.most() {
        return Ok(());
    }
    let detail = format!("an account may have {} of these", kind.most());
    Err(ApiError::conflict("too_many", detail))
}

/// The account was deleted since it was looked for.
fn gone_or_broken(error: sqlx::Error) -> ApiError {
    let kind = error.as_database_error().map(|error| error.kind());
    match kind {
        Some(sqlx::error::ErrorKind::ForeignKeyViolation) => no_such_user(),
        _ => error.into(),
    }
}
