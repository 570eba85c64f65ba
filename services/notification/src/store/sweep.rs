//! Forgetting what is too old or too much.

use chrono::TimeDelta;
use folkmoot_common::{db::sqlx, with_reader, with_writer};

use super::{
    BATCH, Store,
    sql::{Sql, values},
};

/// How long a mention waits for somebody of its name, and an event is recognised that comes again.
const PENDING_FOR: TimeDelta = TimeDelta::days(7);
/// How long it is remembered who did what to a thing of which nobody is told any more.
const ACTORS_FOR: TimeDelta = TimeDelta::days(90);
/// Most mentions that wait; beyond it the oldest are dropped.
const MAX_PENDING: i64 = 100_000;

const OLD: [&str; 3] = [
    "delete from pending_mentions where (event_id, username_key) in ( \
        select event_id, username_key from pending_mentions where sent_at < $1 order by sent_at, event_id limit $2)",
    "delete from waiting_mentions where (event_id, username_key) in ( \
        select event_id, username_key from waiting_mentions where sent_at < $1 order by sent_at, event_id limit $2)",
    "delete from handled_events where id in ( \
        select id from handled_events where handled_at < $1 order by handled_at, id limit $2)",
];
const OLD_ACTORS: &str = "delete from group_actors where (group_key, actor_id) in ( \
    select group_key, actor_id from group_actors where changed_at < $1 and (notification_id is null \
        or not exists (select 1 from notifications n where n.id = notification_id)) limit $2)";
const COUNT: [&str; 2] = [
    "select count(*) from pending_mentions",
    "select count(*) from waiting_mentions",
];
const DROP_OLDEST: [&str; 2] = [
    "delete from pending_mentions where (event_id, username_key) in ( \
        select event_id, username_key from pending_mentions order by sent_at, event_id limit $1)",
    "delete from waiting_mentions where (event_id, username_key) in ( \
        select event_id, username_key from waiting_mentions order by sent_at, event_id limit $1)",
];

impl Store {
    /// Forgets what is too old or too much. Says whether there may be more of it.
    pub(crate) async fn sweep(&self) -> sqlx::Result<bool> {
        let now = self.clock.now();
        let mut more = false;
        for statement in OLD {
            more |= self.forget(statement, now - PENDING_FOR).await?;
        }
        more |= self.forget(OLD_ACTORS, now - ACTORS_FOR).await?;
        for (count, drop) in COUNT.into_iter().zip(DROP_OLDEST) {
            more |= self.drop_surplus(count, drop).await?;
        }
        Ok(more)
    }

    async fn forget(
        &self,
        statement: &'static str,
        before: chrono::DateTime<chrono::Utc>,
    ) -> sqlx::Result<bool> {
        let forgotten = with_writer!(&self.db, db => {
            let mut db = db.clone();
            db.run(statement, values![before, BATCH]).await?
        });
        Ok(forgotten == BATCH.unsigned_abs())
    }

    async fn drop_surplus(&self, count: &'static str, drop: &'static str) -> sqlx::Result<bool> {
        let waiting: Option<(i64,)> = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.first(count, values![]).await?
        });
        let surplus = waiting.map_or(0, |(waiting,)| (waiting - MAX_PENDING).clamp(0, BATCH));
        if surplus > 0 {
            with_writer!(&self.db, db => { let mut db = db.clone(); db.run(drop, values![surplus]).await? });
        }
        Ok(surplus == BATCH)
    }
}
