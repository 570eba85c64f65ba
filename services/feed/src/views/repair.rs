//! Changes of timelines that the key-value store did not take are made when it is back.

use std::time::Duration;

use tracing::{debug, warn};

use super::{Reach, ViewError, Views};
use crate::store::{Kind, Pending};

const EVERY: Duration = Duration::from_secs(1);
const BATCH: i64 = 100;

/// Begins to look after them. Several replicas may: what is done twice does no harm.
pub(crate) fn start(views: &Views) {
    let (views, shutdown) = (views.clone(), views.ctx.shutdown.clone());
    views.ctx.tasks.clone().spawn(async move {
        let repairing = async {
            views.judge_authors().await;
            loop {
                tokio::time::sleep(EVERY).await;
                views.repair().await;
            }
        };
        shutdown.run_until_cancelled(repairing).await;
    });
}

impl Views {
    /// Makes all that can be made now.
    pub(crate) async fn repair(&self) {
        loop {
            let pending = match self.store.pending(BATCH).await {
                Ok(pending) => pending,
                Err(error) => return debug!(%error, "cannot read what waits"),
            };
            metrics::gauge!("folkmoot_feed_pending_updates").set(pending.len() as f64);
            for one in &pending {
                match self.make_up(one).await {
                    Ok(()) => {}
                    Err(ViewError::Kv(error)) => return debug!(%error, "timelines still wait"),
                    Err(ViewError::Sql(error)) => return warn!(%error, "timelines still wait"),
                }
            }
            if pending.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
                return;
            }
        }
    }

    async fn make_up(&self, pending: &Pending) -> Result<(), ViewError> {
        match (pending.kind, pending.target.parse()) {
            (Kind::Entry, Ok(id)) => self.put(id, Reach::Everything).await?,
            (Kind::Entry, Err(_)) => {}
            (Kind::Author, _) => self.hand_out_newest(&pending.target).await?,
            (Kind::Timeline, _) => {
                let names = std::slice::from_ref(&pending.target);
                self.ctx.kv.drop_timelines(names).await?;
            }
        }
        Ok(self.store.made(pending).await?)
    }

    /// The number of followers beyond which an author is large may be another one since the last start.
    async fn judge_authors(&self) {
        loop {
            let authors = match self.store.misjudged().await {
                Ok(authors) if authors.is_empty() => return,
                Ok(authors) => authors,
                Err(error) => {
                    debug!(%error, "cannot look for large authors yet");
                    tokio::time::sleep(EVERY).await;
                    continue;
                }
            };
            for author_id in authors {
                let judged = async {
                    self.store.shrink(&author_id).await?;
                    self.author(&author_id).await
                };
                if let Err(error) = judged.await {
                    warn!(?error, "cannot hand out what an author wrote");
                }
            }
        }
    }
}
