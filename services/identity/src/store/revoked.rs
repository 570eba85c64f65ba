//! Which access tokens count no more, although they may not have ended.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    auth::revocations::{REMEMBERED, Revocation},
    db::sqlx,
    row, with_reader,
};
use uuid::Uuid;

use super::Store;

const SESSIONS: &str = "select id, revoked_at as at, revoked_at as until from sessions \
    where revoked_at > $1 order by revoked_at desc, id desc limit $2";
const USERS: &str = "select id, tokens_valid_from as at, tokens_valid_from as until from users \
    where tokens_valid_from > $1 order by tokens_valid_from desc limit $2";
const DELETED: &str = "select user_id as id, deleted_at as at, deleted_at as until from deleted_users \
    where deleted_at > $1 order by deleted_at desc, user_id desc limit $2";
const BANS: &str = "select user_id as id, banned_at as at, until from bans \
    where banned_at > $1 and lifted_at is null order by banned_at desc, user_id desc limit $2";
const LIFTED: &str = "select user_id as id, lifted_at as at, lifted_at as until from bans \
    where lifted_at > $1 order by lifted_at desc limit $2";

/// Most of each kind that are told again; they have been told when they happened.
const MOST: i64 = 1000;

row! {
    struct Row {
        id: Uuid,
        at: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    }
}

impl Store {
    /// What was revoked within the life of an access token, and when.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn revoked_lately(&self) -> sqlx::Result<Vec<(Revocation, DateTime<Utc>)>> {
        let mut lately = Vec::new();
        for statement in [SESSIONS, USERS, DELETED, BANS, LIFTED] {
            let rows = self.revoked(statement).await?;
            lately.extend(
                rows.into_iter()
                    .map(|row| (revocation(statement, &row), row.at)),
            );
        }
        Ok(lately)
    }

    async fn revoked(&self, statement: &'static str) -> sqlx::Result<Vec<Row>> {
        let since = self.ctx.clock.now() - REMEMBERED;
        with_reader!(&self.db, db => sqlx::query_as(statement).bind(since).bind(MOST).fetch_all(db).await)
    }
}

fn revocation(statement: &'static str, row: &Row) -> Revocation {
    let id = row.id.to_string();
    match statement {
        SESSIONS => Revocation::Session { session_id: id },
        BANS => Revocation::Ban {
            user_id: id,
            until: row.until,
        },
        LIFTED => Revocation::Unban { user_id: id },
        _ => Revocation::User {
            user_id: id,
            before: row.at,
        },
    }
}
