//! The forums themselves: one store that the watches of all scopes fill.

use std::{
    collections::{HashMap, HashSet},
    fmt::Debug,
    sync::Arc,
};

use folkmoot_crds::{ForumInstance, condition};
use futures_util::StreamExt;
use kube::{
    Resource as _, ResourceExt,
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
    cache::{Key, Scope, WatchBackoff, Watches, version_of},
    context::Context,
    forum::conditions::find,
    metrics,
};

/// A forum, or why it is none.
pub type Guarded = DeserializeGuard<ForumInstance>;

/// What a condition can be.
const STATUSES: [&str; 3] = ["True", "False", "Unknown"];

/// The forums of all scopes.
pub struct Forums {
    writer: Mutex<Writer<Guarded>>,
    reader: Store<Guarded>,
    listing: Mutex<HashSet<String>>,
    counts: Mutex<Counts>,
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
            counts: Mutex::default(),
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
                let version = version_of(forum.meta());
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
        forum.meta_mut().managed_fields = None;
        let before = self.reader.get(&reference(&key(&forum)));
        self.counts.lock().change(before.as_deref(), Some(&forum));
        self.writer.lock().apply_watcher_event(&Event::Apply(forum));
    }

    fn remove(&self, forum: &Guarded) {
        let before = self.reader.get(&reference(&key(forum)));
        self.counts.lock().change(before.as_deref(), None);
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
}

/// How many forums have a condition with a status.
#[derive(Debug)]
struct Counts(HashMap<(&'static str, &'static str), u32>);

impl Default for Counts {
    fn default() -> Self {
        let statuses = |kind| STATUSES.map(|status| ((kind, status), 0));
        let counts = condition::ALL.into_iter().flat_map(statuses);
        Self(counts.inspect(|(of, count)| tell(*of, *count)).collect())
    }
}

impl Counts {
    /// A forum was `old` and is `new`; none before it was made, and none when it is gone.
    fn change(&mut self, old: Option<&Guarded>, new: Option<&Guarded>) {
        for kind in condition::ALL {
            let was = old.and_then(|forum| status_of(forum, kind));
            let is = new.and_then(|forum| status_of(forum, kind));
            if was != is {
                self.set(kind, was, |count| count.saturating_sub(1));
                self.set(kind, is, |count| count.saturating_add(1));
            }
        }
    }

    fn set(&mut self, kind: &'static str, status: Option<&str>, change: impl Fn(u32) -> u32) {
        let status = STATUSES.into_iter().find(|known| Some(*known) == status);
        let Some(of) = status.map(|status| (kind, status)) else {
            return;
        };
        let count = self.0.entry(of).or_default();
        *count = change(*count);
        tell(of, *count);
    }
}

fn tell((kind, status): (&'static str, &'static str), count: u32) {
    metrics::forums(kind, status, count);
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn forum(name: &str, conditions: &Value) -> Guarded {
        let object = json!({
            "apiVersion": "folkmoot.dev/v1alpha1", "kind": "ForumInstance",
            "metadata": {"name": name, "namespace": "n"}, "spec": {}, "status": {"conditions": conditions},
        });
        serde_json::from_value(object).unwrap()
    }

    fn condition_of(kind: &str, status: &str) -> Value {
        let time = "2026-01-01T00:00:00Z";
        json!({"type": kind, "status": status, "reason": "R", "message": "", "lastTransitionTime": time})
    }

    fn counts(forums: &Forums) -> Vec<(&'static str, &'static str, u32)> {
        let counts = forums.counts.lock();
        let mut counts: Vec<_> = counts.0.iter().map(|(of, n)| (of.0, of.1, *n)).collect();
        counts.retain(|(_, _, count)| *count > 0);
        counts.sort_unstable();
        counts
    }

    #[test]
    fn forums_are_counted_by_condition_as_they_come_change_and_go() {
        let forums = Forums::new(&[Scope(String::new())]);
        let ready = json!([
            condition_of("Ready", "True"),
            condition_of("Paused", "False")
        ]);
        forums.put(forum("a", &ready));
        forums.put(forum("b", &ready));
        forums.put(forum("b", &ready));
        assert_eq!(
            counts(&forums),
            [("Paused", "False", 2), ("Ready", "True", 2)]
        );
        let lost = json!([
            condition_of("Ready", "Unknown"),
            condition_of("Of others", "True")
        ]);
        forums.put(forum("a", &lost));
        assert_eq!(
            counts(&forums),
            [
                ("Paused", "False", 1),
                ("Ready", "True", 1),
                ("Ready", "Unknown", 1)
            ]
        );
        forums.remove(&forum("a", &ready));
        forums.remove(&forum("a", &ready));
        forums.remove(&forum("b", &ready));
        assert_eq!(counts(&forums), []);
    }
}
