//! Changing timelines when the tables have changed. All of it may be done twice.

use std::time::Instant;

use uuid::Uuid;

use super::{View, ViewError, Views};
use crate::{
    policy::Audience,
    store::{Kind, State},
};

/// Followers whose feeds are changed in one round trip.
const CHUNK: usize = 500;

/// How far a change of an entry goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It is new, or back, or it is not known what was done before.
    Everything,
    /// Who may read it has changed.
    Streams,
}

impl Views {
    /// Puts an entry where it belongs now, or takes it away.
    ///
    /// # Errors
    /// If the tables cannot be read. While the key-value store is away the change is remembered.
    pub(crate) async fn entry(&self, id: Uuid, reach: Reach) -> Result<(), ViewError> {
        let put = self.put(id, reach).await;
        self.or_defer(put, &[(Kind::Entry, id.to_string())]).await
    }

    /// Until nothing has changed meanwhile: what another replica put there must not be taken away by what was true before.
    pub(super) async fn put(&self, id: Uuid, reach: Reach) -> Result<(), ViewError> {
        let Some(mut state) = self.store.state(id).await? else {
            return Ok(());
        };
        loop {
            self.put_as(id, &state, reach).await?;
            match self.store.state(id).await? {
                Some(now) if now != state => state = now,
                _ => return Ok(()),
            }
        }
    }

    async fn put_as(&self, id: Uuid, state: &State, reach: Reach) -> Result<(), ViewError> {
        if state.deleted_at.is_some() {
            return self.take_away(id, state).await;
        }
        let author = View::User(state.author_id.clone());
        self.add(&[author], &[id]).await?;
        self.put_into_streams(id, state.read_role.as_deref())
            .await?;
        if reach == Reach::Everything && !state.is_large {
            self.hand_out(&state.author_id, &[id]).await?;
        }
        Ok(())
    }

    async fn put_into_streams(&self, id: Uuid, read_role: Option<&str>) -> Result<(), ViewError> {
        let audience = Audience::of(read_role);
        let mut streams = vec![View::Recent(audience.clone())];
        if read_role.is_some() {
            streams.push(View::Recent(Audience::Admins));
        }
        self.add(&streams, &[id]).await?;
        let mut others = self.streams().await?;
        others.retain(|stream| !streams.contains(stream));
        self.remove(&others, &[id]).await
    }

    /// Home feeds are left as they are: who reads them sees what is deleted in none of them.
    async fn take_away(&self, id: Uuid, state: &State) -> Result<(), ViewError> {
        let mut views = self.streams().await?;
        views.push(View::User(state.author_id.clone()));
        self.remove(&views, &[id]).await
    }

    /// Every stream there may be.
    async fn streams(&self) -> Result<Vec<View>, ViewError> {
        let roles = self.store.roles().await?.into_iter().map(Audience::Role);
        let all = [Audience::Everybody, Audience::Admins].into_iter();
        Ok(all.chain(roles).map(View::Recent).collect())
    }

    /// Gives entries of an author to all followers who ask for their feed, and to the author.
    pub(super) async fn hand_out(&self, author_id: &str, ids: &[Uuid]) -> Result<usize, ViewError> {
        let (started, active_after) = (Instant::now(), self.ctx.clock.now() - self.active);
        self.add(&[View::Home(author_id.to_owned())], ids).await?;
        let (mut behind, mut handed) = (String::new(), 0);
        loop {
            let followers =
                self.store
                    .active_followers(author_id, &behind, active_after, CHUNK as i64);
            let followers = followers.await?;
            handed += followers.len();
            let is_last = followers.len() < CHUNK;
            if let Some(last) = followers.last() {
                behind.clone_from(last);
            }
            let feeds: Vec<_> = followers.into_iter().map(View::Home).collect();
            self.add(&feeds, ids).await?;
            if is_last {
                break;
            }
        }
        metrics::histogram!("folkmoot_feed_fan_out_followers").record(handed as f64);
        metrics::histogram!("folkmoot_feed_fan_out_duration_seconds")
            .record(started.elapsed().as_secs_f64());
        Ok(handed)
    }

    /// Somebody follows an author, or hears of them again: their newest come into the feed.
    ///
    /// # Errors
    /// As [`Self::entry`].
    pub(crate) async fn join(&self, user_id: &str, author_id: &str) -> Result<(), ViewError> {
        let home = View::Home(user_id.to_owned());
        let joined = async {
            if !self.store.follows(user_id, author_id).await? {
                return Ok(());
            }
            // As many as the feed holds: with less there would be holes between older ones of others.
            let ids = self.store.newest_of(author_id, self.home_entries as usize);
            let ids = ids.await?;
            self.add(std::slice::from_ref(&home), &ids).await
        };
        let joined = joined.await;
        self.or_defer(joined, &[(Kind::Timeline, home.name())])
            .await
    }

    /// Somebody does not want to hear of an author: theirs leave the feed.
    ///
    /// # Errors
    /// As [`Self::entry`].
    pub(crate) async fn part(&self, user_id: &str, author_id: &str) -> Result<(), ViewError> {
        let home = View::Home(user_id.to_owned());
        let parted = async {
            let ids = self.store.newest_of(author_id, self.home_entries as usize);
            let ids = ids.await?;
            self.remove(std::slice::from_ref(&home), &ids).await?;
            // They may have made it up meanwhile.
            if self.store.hears(user_id, author_id).await? {
                self.add(std::slice::from_ref(&home), &ids).await?;
            }
            Ok(())
        };
        let parted = parted.await;
        self.or_defer(parted, &[(Kind::Timeline, home.name())])
            .await
    }

    /// An author has so few followers now that what they write is handed out: what was not so far is.
    ///
    /// # Errors
    /// As [`Self::entry`].
    pub(crate) async fn author(&self, author_id: &str) -> Result<(), ViewError> {
        let handed = self.hand_out_newest(author_id).await;
        self.or_defer(handed, &[(Kind::Author, author_id.to_owned())])
            .await
    }

    pub(super) async fn hand_out_newest(&self, author_id: &str) -> Result<(), ViewError> {
        let ids = self.store.newest_of(author_id, self.home_entries as usize);
        let ids = ids.await?;
        self.hand_out(author_id, &ids).await.map(|_| ())
    }

    /// Who may read a category has changed: the streams are made anew.
    ///
    /// # Errors
    /// As [`Self::entry`].
    pub(crate) async fn categories(&self) -> Result<(), ViewError> {
        let streams = self.streams().await?;
        self.throw_away(&streams).await
    }

    /// Somebody is gone.
    ///
    /// # Errors
    /// As [`Self::entry`].
    pub(crate) async fn forget(&self, user_id: &str) -> Result<(), ViewError> {
        self.throw_away(&[View::Home(user_id.to_owned())]).await
    }

    async fn throw_away(&self, views: &[View]) -> Result<(), ViewError> {
        let names = names(views);
        let dropped = self.ctx.kv.drop_timelines(&names).await;
        let again: Vec<_> = names
            .into_iter()
            .map(|name| (Kind::Timeline, name))
            .collect();
        self.or_defer(dropped.map_err(ViewError::Kv), &again).await
    }

    async fn add(&self, views: &[View], ids: &[Uuid]) -> Result<(), ViewError> {
        let Some(first) = views.first() else {
            return Ok(());
        };
        let capacity = self.bounds(first).capacity;
        Ok(self
            .ctx
            .kv
            .add_to_timelines(&names(views), ids, capacity)
            .await?)
    }

    async fn remove(&self, views: &[View], ids: &[Uuid]) -> Result<(), ViewError> {
        Ok(self
            .ctx
            .kv
            .remove_from_timelines(&names(views), ids)
            .await?)
    }

    /// Remembers what is to be done again if the key-value store was away.
    async fn or_defer(
        &self,
        done: Result<(), ViewError>,
        again: &[(Kind, String)],
    ) -> Result<(), ViewError> {
        let Err(ViewError::Kv(error)) = done else {
            return done;
        };
        tracing::debug!(%error, "a change of timelines waits");
        for (kind, target) in again {
            self.store.defer(*kind, target).await?;
        }
        Ok(())
    }
}

fn names(views: &[View]) -> Vec<String> {
    views.iter().map(View::name).collect()
}
