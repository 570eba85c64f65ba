//! Forgets handled events that will not come again.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{db::sqlx, with_writer};
use tracing::warn;

use crate::{AppState, store::Store};

const EVERY: Duration = Duration::from_secs(3600);
/// Longer than the bus keeps an event.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Most rows that one statement deletes, so that it holds up nobody.
const BATCH: i64 = 1000;
const SWEEP: &str = "delete from handled_events where id in \
    (select id from handled_events where handled_at < $1 order by handled_at, id limit $2)";

/// Begins to sweep. Several replicas may: each deletes what it finds.
pub(crate) fn start(state: &AppState) {
    state.ctx.every(EVERY, state.store.clone(), sweep);
}

async fn sweep(store: Store) {
    let before = store.ctx.clock.now() - KEPT;
    if let Err(error) = store.forget_events(before).await {
        warn!(%error, "cannot forget handled events; it is tried again");
    }
}

impl Store {
    async fn forget_events(&self, before: DateTime<Utc>) -> sqlx::Result<()> {
        loop {
            let deleted = with_writer!(&self.db, db => {
                let query = sqlx::query(SWEEP).bind(before).bind(BATCH);
                query.execute(db).await.map(|done| done.rows_affected())
            })?;
            if deleted < BATCH as u64 {
                return Ok(());
            }
        }
    }
}
