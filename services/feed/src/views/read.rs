//! Answering readers: from timelines where they are there, else from the tables at once.

use folkmoot_common::{
    auth::Principal,
    db::sqlx,
    kv::{Slice, TimelineRead},
};
use uuid::Uuid;

use super::{View, Views, merge::merge};
use crate::{model::EntryRow, policy::Reader, store::Filter};

/// The activity stream is so long.
pub(crate) const RECENT: usize = 1_000;
/// The stream of one user is so long.
pub(crate) const USER: usize = 100;
/// Ids read beyond those that are wanted, for what is left out.
const SLACK: usize = 20;
/// Most large authors whose timelines are merged for one reader. Who follows more reads from the tables.
const MAX_MERGED: usize = 100;

impl Views {
    /// The part of the activity stream behind the first `skip`.
    pub(crate) async fn stream(
        &self,
        reader: &Reader,
        skip: usize,
        limit: usize,
    ) -> sqlx::Result<Vec<EntryRow>> {
        let wanted = (skip + limit).min(RECENT);
        if skip >= wanted {
            return Ok(Vec::new());
        }
        let views: Vec<_> = reader.audiences().into_iter().map(View::Recent).collect();
        let found = self.read(&views, None, wanted + SLACK, RECENT).await;
        if skip == 0
            && let Some(found) = &found
        {
            let entries = self.store.entries(Filter::All, &found.ids, reader, wanted);
            let entries = entries.await?;
            if entries.len() == wanted || found.is_end {
                return Ok(counted("stream", true, entries));
            }
        } else if let Some(found) = &found {
            let ids = self.store.visible(Filter::All, &found.ids, reader, wanted);
            let ids = ids.await?;
            if ids.len() == wanted || found.is_end {
                return self
                    .shown("stream", true, Filter::All, &ids, reader, skip)
                    .await;
            }
        }
        let ids = self.store.newest(reader, wanted).await?;
        self.shown("stream", false, Filter::All, &ids, reader, skip)
            .await
    }

    /// The part of a user's stream behind the first `skip`.
    pub(crate) async fn user_stream(
        &self,
        user_id: &str,
        reader: &Reader,
        skip: usize,
        limit: usize,
    ) -> sqlx::Result<Vec<EntryRow>> {
        let wanted = (skip + limit).min(USER);
        if skip >= wanted {
            return Ok(Vec::new());
        }
        let ids = self.user_ids(user_id, reader, wanted).await?;
        self.shown("user", true, Filter::OfUser, &ids, reader, skip)
            .await
    }

    /// The newest ids of a user's stream that a reader may see.
    pub(crate) async fn user_ids(
        &self,
        user_id: &str,
        reader: &Reader,
        wanted: usize,
    ) -> sqlx::Result<Vec<Uuid>> {
        let view = [View::User(user_id.to_owned())];
        if let Some(found) = self.read(&view, None, wanted + SLACK, USER).await {
            let ids = self
                .store
                .visible(Filter::OfUser, &found.ids, reader, wanted);
            let ids = ids.await?;
            if ids.len() == wanted || found.is_end {
                return Ok(ids);
            }
        }
        self.store.of_user(user_id, reader, wanted).await
    }

    /// The ids of the activity stream that a reader may see.
    pub(crate) async fn stream_ids(&self, reader: &Reader) -> sqlx::Result<Vec<Uuid>> {
        let views: Vec<_> = reader.audiences().into_iter().map(View::Recent).collect();
        if let Some(found) = self.read(&views, None, RECENT, RECENT).await {
            let ids = self.store.visible(Filter::All, &found.ids, reader, RECENT);
            let ids = ids.await?;
            if ids.len() == RECENT || found.is_end {
                return Ok(ids);
            }
        }
        self.store.newest(reader, RECENT).await
    }

    /// A page of somebody's home feed: what is older than `before`.
    pub(crate) async fn home(
        &self,
        principal: &Principal,
        before: Option<Uuid>,
        limit: usize,
    ) -> sqlx::Result<Vec<EntryRow>> {
        let reader = Reader::new(Some(principal.clone()));
        let user_id = principal.user_id.as_str();
        // Before anything is read or made: from here on new entries are handed out to this reader.
        self.store.touch(user_id, &principal.username).await?;
        let large = self.store.large_followed(user_id, MAX_MERGED as i64 + 1);
        let large = large.await?;
        if large.len() <= MAX_MERGED {
            let mut views = vec![View::Home(user_id.to_owned())];
            views.extend(large.into_iter().map(View::User));
            let capacity = self.home_entries as usize;
            if let Some(found) = self.read(&views, before, 2 * limit + SLACK, capacity).await {
                let entries = self.store.entries(Filter::Home, &found.ids, &reader, limit);
                let entries = entries.await?;
                if entries.len() == limit || found.is_end {
                    return Ok(counted("home", true, entries));
                }
            }
        }
        let entries = self.store.home(&reader, before, limit).await?;
        Ok(counted("home", false, entries))
    }

    async fn shown(
        &self,
        view: &'static str,
        from_timelines: bool,
        filter: Filter,
        ids: &[Uuid],
        reader: &Reader,
        skip: usize,
    ) -> sqlx::Result<Vec<EntryRow>> {
        let ids = ids.get(skip..).unwrap_or_default();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let entries = self.store.entries(filter, ids, reader, ids.len()).await?;
        Ok(counted(view, from_timelines, entries))
    }

    /// Reads views as one; nothing if any of them is not there. Then those that are not begin to be made.
    async fn read(
        &self,
        views: &[View],
        before: Option<Uuid>,
        limit: usize,
        most: usize,
    ) -> Option<Slice> {
        let limit = u32::try_from(limit.min(most)).unwrap_or(u32::MAX);
        let reads: Vec<_> = views
            .iter()
            .map(|view| TimelineRead {
                name: view.name(),
                before,
                limit,
                ttl: self.kept,
            })
            .collect();
        // While the store is away there is nothing to make either.
        let slices = self.ctx.kv.read_timelines(&reads).await.ok()?;
        let missing = views.iter().zip(&slices);
        for (view, _) in missing.filter(|(_, slice)| slice.is_none()) {
            self.rebuild(view);
        }
        let slices: Option<Vec<Slice>> = slices.into_iter().collect();
        slices.map(|slices| merge(&slices))
    }
}

/// Counts what readers were answered from.
fn counted(view: &'static str, from_timelines: bool, entries: Vec<EntryRow>) -> Vec<EntryRow> {
    let source = if from_timelines {
        "timelines"
    } else {
        "tables"
    };
    metrics::counter!("folkmoot_feed_reads_total", "view" => view, "source" => source).increment(1);
    entries
}
