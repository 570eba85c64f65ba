//! Making a timeline from the tables, in the background, once for all who miss it.

use folkmoot_common::kv::Slice;
use tracing::{debug, warn};

use super::{View, ViewError, Views};

impl Views {
    /// Begins to make a view, unless that is under way or too many are: then the next reader begins.
    pub(super) fn rebuild(&self, view: &View) {
        let name = view.name();
        let Ok(permit) = self.permits.clone().try_acquire_owned() else {
            return;
        };
        if !self.rebuilding.lock().insert(name.clone()) {
            return;
        }
        let (views, view, shutdown) = (self.clone(), view.clone(), self.ctx.shutdown.clone());
        self.ctx.tasks.spawn(async move {
            let made = shutdown.run_until_cancelled(views.make(&view)).await;
            views.rebuilding.lock().remove(&name);
            drop(permit);
            match made {
                Some(Ok(true)) => {
                    metrics::counter!("folkmoot_feed_rebuilds_total").increment(1);
                }
                Some(Err(ViewError::Sql(error))) => warn!(%error, name, "cannot make a timeline"),
                Some(Err(ViewError::Kv(error))) => debug!(%error, name, "cannot make a timeline"),
                Some(Ok(false)) | None => {}
            }
        });
    }

    /// Whether nothing is being made.
    #[cfg(test)]
    pub(crate) fn is_idle(&self) -> bool {
        self.rebuilding.lock().is_empty()
    }

    /// False if another replica makes it, or it was thrown away meanwhile.
    async fn make(&self, view: &View) -> Result<bool, ViewError> {
        let (name, bounds) = (view.name(), self.bounds(view));
        let opened = self.ctx.kv.open_timeline(&name, self.ctx.ids.next());
        let Some(filling) = opened.await? else {
            return Ok(false);
        };
        // Read after it was opened: what commits from now on is added by whoever tells of it.
        let limit = bounds.capacity as usize;
        let ids = match view {
            View::Recent(audience) => self.store.newest_for(audience, limit).await?,
            View::User(user_id) => self.store.newest_of(user_id, limit).await?,
            View::Home(user_id) => self.store.newest_of_home(user_id, limit).await?,
        };
        let is_end = ids.len() < limit;
        let slice = Slice { ids, is_end };
        let filled = self.ctx.kv.fill_timeline(&name, filling, &slice, bounds);
        Ok(filled.await?)
    }
}
