//! Deleting what is no longer needed, a batch at a time.

use chrono::TimeDelta;
use folkmoot_common::{db::sqlx, with_writer};

use super::Store;

/// The bus keeps events for a week: older ones cannot come again.
const KEPT: TimeDelta = TimeDelta::days(8);
const BATCH: i64 = 1000;

const SWEEPS: [&str; 4] = [
    "delete from handled_events where id in \
     (select id from handled_events where handled_at < $1 order by handled_at, id limit $2)",
    "delete from relations where not is_active and changed_at < $1 and (kind, user_id, target_id) in \
     (select kind, user_id, target_id from relations where not is_active and changed_at < $1 order by changed_at limit $2)",
    "delete from likes where not is_active and changed_at < $1 and (entry_id, user_id) in \
     (select entry_id, user_id from likes where not is_active and changed_at < $1 order by changed_at limit $2)",
    "delete from comments where not is_active and changed_at < $1 and id in \
     (select id from comments where not is_active and changed_at < $1 order by changed_at limit $2)",
];

impl Store {
    /// Deletes a batch of each kind. True if there may be more.
    pub(crate) async fn sweep(&self) -> sqlx::Result<bool> {
        let before = self.now() - KEPT;
        let mut more = false;
        for statement in SWEEPS {
            let swept = with_writer!(&self.db, db => {
                let sweep = sqlx::query(statement).bind(before).bind(BATCH).execute(db).await;
                sweep.map(|done| done.rows_affected())
            })?;
            more |= swept >= BATCH.unsigned_abs();
        }
        Ok(more)
    }
}
