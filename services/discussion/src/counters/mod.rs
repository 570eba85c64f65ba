//! Counters of threads and comments. Whoever changes one adds a row of its own, so that nobody waits for anybody; this
//! task adds the rows up, many at a time, and moves threads up in which somebody commented. What is still pending is
//! added by whoever reads a counter ([`pending!`](crate::pending)), so that it is exact at any time.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::{Db, sqlx},
    row,
};
use sqlx::QueryBuilder;
use tokio::sync::Notify;
use tracing::warn;
use uuid::Uuid;

use crate::{AppState, store::Store};

/// Changes that one transaction adds up.
const BATCH: i64 = 500;
/// How long changes may gather.
const GATHER: Duration = Duration::from_millis(100);
/// How often what other replicas left behind is looked for.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// One replica at a time does it; the number is any that nobody else uses.
const LOCK: &str = "select pg_try_advisory_xact_lock(5150117725)";
const TAKE: &str = "delete from counter_changes where id in (select id from counter_changes order by id limit $1) \
    returning target_id, kind, change, happened_at";

/// Wakes the folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folder(Arc<Notify>);

impl Folder {
    /// Tells the folder that a transaction with [`change_counter!`](crate::change_counter) has committed.
    pub(crate) fn wake(&self) {
        self.0.notify_one();
    }
}

row! {
    struct Change {
        target_id: Uuid,
        kind: String,
        change: i64,
        happened_at: DateTime<Utc>,
    }
}

/// What is to be added to a thread or a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sum {
    likes: i64,
    comments: i64,
    /// Of the newest comment; long ago if there is none.
    active_at: DateTime<Utc>,
}

impl Default for Sum {
    fn default() -> Self {
        Self {
            likes: 0,
            comments: 0,
            active_at: DateTime::UNIX_EPOCH,
        }
    }
}

pub(crate) fn start(state: &AppState) {
    let (state, tasks) = (state.clone(), state.ctx.tasks.clone());
    let shutdown = state.ctx.shutdown.clone();
    tasks.spawn(async move { shutdown.run_until_cancelled(run(state)).await });
}

async fn run(state: AppState) {
    loop {
        let _ = tokio::time::timeout(LOOK_EVERY, state.counters.0.notified()).await;
        tokio::time::sleep(GATHER).await;
        while let Some(folded) = fold_or_warn(&state.store).await {
            if folded < BATCH as usize {
                break;
            }
        }
    }
}

async fn fold_or_warn(store: &Store) -> Option<usize> {
    let folded = store.fold_counters().await;
    folded
        .inspect_err(|error| warn!(%error, "cannot add up counters; they are tried again"))
        .ok()
}

fn sums(changes: Vec<Change>) -> BTreeMap<Uuid, Sum> {
    let mut sums: BTreeMap<Uuid, Sum> = BTreeMap::new();
    for change in changes {
        let sum = sums.entry(change.target_id).or_default();
        match change.kind.as_str() {
            "like" => sum.likes += change.change,
            "comment" => sum.comments += change.change,
            _ => {}
        }
        if change.kind == "comment" && change.change > 0 {
            sum.active_at = sum.active_at.max(change.happened_at);
        }
    }
    sums
}

impl Store {
    /// Adds up a batch of changes; says how many there were.
    pub(crate) async fn fold_counters(&self) -> sqlx::Result<usize> {
        macro_rules! fold {
            ($tx:ident) => {{
                let changes: Vec<Change> = sqlx::query_as(TAKE).bind(BATCH).fetch_all(&mut *$tx).await?;
                let count = changes.len();
                let sums = sums(changes);
                if !sums.is_empty() {
                    // Both dialects name the columns of a bare `values` column1, column2.
                    let mut query = QueryBuilder::new(
                        "update threads set like_count = threads.like_count + x.column2, \
                         comment_count = threads.comment_count + x.column3, last_activity_at = case \
                         when x.column4 > threads.last_activity_at then x.column4 else threads.last_activity_at end from (",
                    );
                    query.push_values(&sums, |mut row, (id, sum)| {
                        row.push_bind(*id).push_bind(sum.likes).push_bind(sum.comments).push_bind(sum.active_at);
                    });
                    query.push(") as x where threads.id = x.column1");
                    query.build().execute(&mut *$tx).await?;
                    let mut query = QueryBuilder::new(
                        "update comments set like_count = comments.like_count + x.column2 from (",
                    );
                    query.push_values(&sums, |mut row, (id, sum)| {
                        row.push_bind(*id).push_bind(sum.likes);
                    });
                    query.push(") as x where comments.id = x.column1 and x.column2 <> 0");
                    query.build().execute(&mut *$tx).await?;
                }
                $tx.commit().await?;
                Ok(count)
            }};
        }
        match &self.db {
            Db::Sqlite(sqlite) => {
                // Without this, an idle forum would write every two seconds.
                let any: Option<i64> = sqlx::query_scalar("select 1 from counter_changes limit 1")
                    .fetch_optional(sqlite.reader())
                    .await?;
                if any.is_none() {
                    return Ok(0);
                }
                let mut tx = sqlite.writer().begin_with("begin immediate").await?;
                fold!(tx)
            }
            Db::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                let is_ours: bool = sqlx::query_scalar(LOCK).fetch_one(&mut *tx).await?;
                if !is_ours {
                    return Ok(0);
                }
                fold!(tx)
            }
        }
    }
}
