//! The forums themselves: one store that the watches of all scopes fill.

use std::{collections::HashSet, fmt::Debug, sync::Arc};

use folkmoot_crds::{ForumInstance, condition};
use futures_util::StreamExt;
use kube::{
    ResourceExt,
    core::DeserializeGuard,
    runtime::{
        WatchStreamExt,
        reflector::{ObjectRef, Store, store::Writer},
        watcher::{self, Event, watcher},
    },
};
use parking_lot::Mutex;
use tracing::warn;

use crate::{
    cache::{Key, Scope, WatchBackoff, Watches},
    context::Context,
    forum::conditions::find,
    metrics,
};

/// A forum, or why it is none.
pub type Guarded = DeserializeGuard<ForumInstance>;

/// The forums of all scopes.
pub struct Forums {
    writer: Mutex<Writer<Guarded>>,
    reader: Store<Guarded>,
    listing: Mutex<HashSet<String>>,
}

impl Debug for Forums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forums").finish_non_exhaustive()
    }
}

impl Forums {
    /// None yet.
    #[must_use]
    pub fn new(scopes: &[Scope]) -> Self {
        let writer = Writer::new(());
        Self {
            reader: writer.as_reader(),
            writer: Mutex::new(writer),
            listing: Mutex::new(scopes.iter().map(|scope| scope.0.clone()).collect()),
        }
    }

    /// Reads them.
    #[must_use]
    pub fn reader(&self) -> Store<Guarded> {
        self.reader.clone()
    }

    /// All of them.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        let state = self.reader.state();
        state.iter().map(|forum| key(forum.as_ref())).collect()
    }

    /// Watches those of `scope` until told to stop.
    pub async fn watch(self: Arc<Self>, scope: Scope, watches: Watches, context: Arc<Context>) {
        let api = scope.api::<Guarded>(watches.client.clone());
        let config = watcher::Config::default().page_size(100);
        let mut events = watcher(api, config)
            .backoff(WatchBackoff::default())
            .boxed();
        let mut found = HashSet::new();
        while let Some(Some(event)) = watches.stop.run_until_cancelled(events.next()).await {
            match event {
                Ok(event) => {
                    for forum in self.take(&scope, event, &mut found, &context) {
                        let _ = watches.touched.send(forum);
                    }
                    self.measure();
                }
                Err(error) => warn!(%error, "the watch of forums was interrupted"),
            }
        }
    }

    /// Takes one event; answers the forums that a pass should look at.
    fn take(
        &self,
        scope: &Scope,
        event: Event<Guarded>,
        found: &mut HashSet<Key>,
        context: &Context,
    ) -> Vec<Key> {
        match event {
            Event::Apply(forum) => {
                let key = key(&forum);
                let version = forum
                    .resource_version()
                    .and_then(|version| version.parse().ok());
                let echo = version.is_some_and(|version| context.memories.is_echo(&key, version));
                self.put(forum);
                if echo { Vec::new() } else { vec![key] }
            }
            Event::Delete(forum) => {
                context.forget(&key(&forum));
                self.remove(&forum);
                Vec::new()
            }
            Event::Init => {
                found.clear();
                Vec::new()
            }
            Event::InitApply(forum) => {
                found.insert(key(&forum));
                let touched = vec![key(&forum)];
                self.put(forum);
                touched
            }
            Event::InitDone => {
                self.listed(scope, found, context);
                Vec::new()
            }
        }
    }

    fn put(&self, mut forum: Guarded) {
        use kube::Resource as _;
        forum.meta_mut().managed_fields = None;
        self.writer.lock().apply_watcher_event(&Event::Apply(forum));
    }

    fn remove(&self, forum: &Guarded) {
        self.writer
            .lock()
            .apply_watcher_event(&Event::Delete(forum.clone()));
    }

    /// What was not found any more is gone; the store is ready when each scope has been listed once.
    fn listed(&self, scope: &Scope, found: &HashSet<Key>, context: &Context) {
        let here = |key: &Key| scope.0.is_empty() || key.namespace == scope.0;
        for forum in self.reader.state() {
            let key = key(forum.as_ref());
            if here(&key) && !found.contains(&key) {
                context.forget(&key);
                self.remove(&forum);
            }
        }
        let mut listing = self.listing.lock();
        if listing.remove(&scope.0) && listing.is_empty() {
            // Only the end of a whole list makes a store ready; this one replaces its content by itself.
            let mut writer = self.writer.lock();
            writer.apply_watcher_event(&Event::Init);
            for forum in self.reader.state() {
                writer.apply_watcher_event(&Event::InitApply((*forum).clone()));
            }
            writer.apply_watcher_event(&Event::InitDone);
        }
    }

    fn measure(&self) {
        let forums = self.reader.state();
        for kind in condition::ALL {
            for status in ["True", "False", "Unknown"] {
                let has = |forum: &&Arc<Guarded>| status_of(forum.as_ref(), kind) == Some(status);
                let count = forums.iter().filter(has).count();
                metrics::forums(kind, status, u32::try_from(count).unwrap_or(u32::MAX));
            }
        }
    }
}

fn status_of<'a>(forum: &'a Guarded, kind: &str) -> Option<&'a str> {
    let status = forum.0.as_ref().ok()?.status.as_ref()?;
    Some(find(&status.conditions, kind)?.status.as_str())
}

/// Namespace and name of a forum.
#[must_use]
pub fn key(forum: &Guarded) -> Key {
    Key::new(forum.namespace().unwrap_or_default(), forum.name_any())
}

/// As the controller names it.
#[must_use]
pub fn reference(key: &Key) -> ObjectRef<Guarded> {
    ObjectRef::new(&key.name).within(&key.namespace)
}
