//! Deleting what has ended, a batch at a time.

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{auth::revocations::REMEMBERED, db::sqlx, with_writer};

use super::Store;
use crate::mail::COUNTED;

const TOKENS: &str = "delete from refresh_tokens where hash in \
    (select hash from refresh_tokens where expires_at < $1 order by expires_at, hash limit $2)";
const SESSIONS: &str = "delete from sessions where id in \
    (select id from sessions where expires_at < $1 order by expires_at, id limit $2)";
const CODES: &str = "delete from codes where hash in \
    (select hash from codes where expires_at < $1 order by expires_at limit $2)";
const REGISTRATIONS: &str = "delete from registrations where id in \
    (select id from registrations where expires_at < $1 order by expires_at limit $2)";
const MAILS: &str = "delete from mails where id in \
    (select id from mails where created_at < $1 and next_attempt_at is null order by created_at limit $2)";
const LIFTED: &str = "delete from bans where user_id in \
    (select user_id from bans where lifted_at < $1 order by lifted_at limit $2)";

/// Rows deleted by one statement.
const BATCH: i64 = 500;
/// How long a mail that was sent is kept, from when it was put into the queue: longer than it can have waited.
const MAILS_KEPT: TimeDelta = TimeDelta::hours(24);

impl Store {
    /// Deletes what has ended.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn sweep(&self) -> sqlx::Result<()> {
        let now = self.ctx.clock.now();
        let ends = [
            (TOKENS, now),
            (SESSIONS, now),
            (CODES, now),
            (REGISTRATIONS, now),
            (MAILS, now - MAILS_KEPT - COUNTED),
            (LIFTED, now - REMEMBERED),
        ];
        for (statement, before) in ends {
            while self.sweep_batch(statement, before).await? == BATCH.unsigned_abs() {}
        }
        Ok(())
    }

    async fn sweep_batch(
        &self,
        statement: &'static str,
        before: DateTime<Utc>,
    ) -> sqlx::Result<u64> {
        with_writer!(&self.db, db => {
            Ok(sqlx::query(statement).bind(before).bind(BATCH).execute(db).await?.rows_affected())
        })
    }
}
