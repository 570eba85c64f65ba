//! The watches that fill the cache and say which forums a change touches.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use futures_util::StreamExt;
use k8s_openapi::{
    NamespaceResourceScope,
    api::core::v1::{ConfigMap, Pod, Secret},
};
use kube::{
    Api, Client, Resource, ResourceExt,
    core::{DynamicObject, PartialObjectMeta},
    runtime::{
        WatchStreamExt,
        watcher::{self, Event, watcher},
    },
};
use parking_lot::RwLock;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::warn;

use super::{Cache, Entry, Key, Live, Table, UseKind, WatchBackoff};
use crate::{
    kinds::Kind,
    metrics,
    names::{OTHERS, OURS},
};

/// Objects of one answer to a list: more would make the memory that a start needs larger.
const PAGE: u32 = 100;

/// Where the operator looks: one namespace, or all when it is empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope(pub String);

impl Scope {
    /// All namespaces if `namespaces` is empty.
    #[must_use]
    pub fn of(namespaces: &[String]) -> Vec<Self> {
        if namespaces.is_empty() {
            return vec![Self(String::new())];
        }
        namespaces.iter().cloned().map(Self).collect()
    }

    /// The objects of a type that are in it.
    pub fn api<K>(&self, client: Client) -> Api<K>
    where
        K: Resource<Scope = NamespaceResourceScope>,
        K::DynamicType: Default,
    {
        if self.0.is_empty() {
            return Api::all(client);
        }
        Api::namespaced(client, &self.0)
    }

    fn dynamic(&self, client: Client, kind: Kind) -> Api<DynamicObject> {
        if self.0.is_empty() {
            return Api::all_with(client, &kind.resource());
        }
        Api::namespaced_with(client, &self.0, &kind.resource())
    }
}

/// What the watches share.
#[derive(Clone)]
pub struct Watches {
    /// To watch with.
    pub client: Client,
    /// What they fill.
    pub cache: Arc<Cache>,
    /// Where forums are sent that a pass should look at.
    pub touched: UnboundedSender<Key>,
    /// They end with it.
    pub stop: CancellationToken,
    /// They run on it.
    pub tasks: TaskTracker,
    /// Why a watch does not work, by its name.
    troubles: Arc<RwLock<HashMap<String, String>>>,
    forums: Arc<RwLock<Option<AllForums>>>,
}

/// Names all forums.
type AllForums = Arc<dyn Fn() -> Vec<Key> + Send + Sync>;

/// Between two looks whether everything is listed.
const LOOK: Duration = Duration::from_millis(20);

impl Watches {
    /// None yet.
    #[must_use]
    pub fn new(
        client: Client,
        cache: Arc<Cache>,
        touched: UnboundedSender<Key>,
        stop: CancellationToken,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            client,
            cache,
            touched,
            stop,
            tasks,
            troubles: Arc::default(),
            forums: Arc::default(),
        }
    }

    /// What does not work, if something does not.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let troubles = self.troubles.read();
        let (name, trouble) = troubles.iter().min()?;
        Some(format!("{name}: {trouble} ({} in all)", troubles.len()))
    }

    /// Says how to find all forums.
    pub fn all_forums(&self, forums: impl Fn() -> Vec<Key> + Send + Sync + 'static) {
        *self.forums.write() = Some(Arc::new(forums));
    }

    /// Has a pass look at every forum.
    pub fn touch_all(&self) {
        let forums = self.forums.read().clone();
        for forum in forums.map(|forums| forums()).into_iter().flatten() {
            let _ = self.touched.send(forum);
        }
    }

    /// Waits until all that is watched has been listed once; `kinds` are those besides the ones of every cluster.
    pub async fn wait_until_listed(&self, scopes: &[Scope], kinds: &BTreeSet<Kind>) {
        let kinds: Vec<Kind> = Kind::ALWAYS
            .into_iter()
            .chain(kinds.iter().copied())
            .collect();
        let cache = &self.cache;
        let listed = |scope: &Scope| {
            kinds
                .iter()
                .all(|kind| cache.table(*kind).is_listed(&scope.0))
                && cache.pods.is_listed(&scope.0)
                && cache.secrets.is_listed(&scope.0)
        };
        while !scopes.iter().all(listed) {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Begins to watch what every cluster has, in each of `scopes`.
    pub fn start(&self, scopes: &[Scope]) {
        for scope in scopes {
            for kind in Kind::ALWAYS {
                self.watch_kind(scope, kind);
            }
            self.watch_pods(scope);
            self.watch_secrets(scope);
            self.watch_uses::<Secret>(scope, UseKind::Secret, "Secrets of others");
            self.watch_uses::<ConfigMap>(scope, UseKind::ConfigMap, "ConfigMaps of others");
        }
    }

    /// Begins to watch an object kind in `scope`.
    pub fn watch_kind(&self, scope: &Scope, kind: Kind) {
        let api = scope.dynamic(self.client.clone(), kind);
        let cache = self.cache.clone();
        let table = move |scope: &str, event| take(cache.table(kind), scope, event, Live::new);
        self.spawn(kind.name(), scope, api, OURS, table);
    }

    fn watch_pods(&self, scope: &Scope) {
        let cache = self.cache.clone();
        let api = scope.api::<Pod>(self.client.clone());
        self.spawn("Pod", scope, api, OURS, move |scope: &str, event| {
            take(&cache.pods, scope, event, Into::into)
        });
    }

    fn watch_secrets(&self, scope: &Scope) {
        let cache = self.cache.clone();
        let api = scope.api::<Secret>(self.client.clone());
        self.spawn("Secret", scope, api, OURS, move |scope: &str, event| {
            take(&cache.secrets, scope, event, Into::into)
        });
    }

    fn watch_uses<K>(&self, scope: &Scope, kind: UseKind, name: &'static str)
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + std::fmt::Debug
            + DeserializeOwned
            + Send
            + 'static,
    {
        let cache = self.cache.clone();
        let api = scope.api::<PartialObjectMeta<K>>(self.client.clone());
        let mut listing = HashMap::new();
        let take = move |scope: &str, event: Event<PartialObjectMeta<K>>| match event {
            Event::Apply(object) => {
                let (key, version) = identity(&object);
                cache.uses.told(kind, &key, Some(&version))
            }
            Event::Delete(object) => cache.uses.told(kind, &identity(&object).0, None),
            Event::Init => {
                listing.clear();
                Vec::new()
            }
            Event::InitApply(object) => {
                listing.extend([identity(&object)]);
                Vec::new()
            }
            Event::InitDone => cache
                .uses
                .listed(kind, scope, &std::mem::take(&mut listing)),
        };
        self.spawn(name, scope, api, OTHERS, take);
    }

    fn spawn<K>(
        &self,
        name: &'static str,
        scope: &Scope,
        api: Api<K>,
        labels: &str,
        mut take: impl FnMut(&str, Event<K>) -> Vec<Key> + Send + 'static,
    ) where
        K: Resource + Clone + std::fmt::Debug + DeserializeOwned + Send + 'static,
    {
        let config = watcher::Config::default().labels(labels).page_size(PAGE);
        let label = match scope.0.as_str() {
            "" => name.to_owned(),
            namespace => format!("{name} in {namespace}"),
        };
        let (shared, scope, stop) = (self.clone(), scope.clone(), self.stop.clone());
        shared.trouble(&label, Some("not listed yet".to_owned()));
        self.tasks.spawn(async move {
            let mut events = watcher(api, config)
                .backoff(WatchBackoff::default())
                .boxed();
            let mut listed = false;
            while let Some(Some(event)) = stop.run_until_cancelled(events.next()).await {
                match event {
                    Ok(event) => {
                        if matches!(event, Event::InitDone) {
                            listed = true;
                            shared.trouble(&label, None);
                        }
                        for forum in take(&scope.0, event) {
                            let _ = shared.touched.send(forum);
                        }
                    }
                    Err(error) => {
                        warn!(watch = label, %error, "a watch was interrupted");
                        metrics::watch_error(name);
                        // One that was listed goes on where it was, and does not say when.
                        if !listed {
                            shared.trouble(&label, Some(error.to_string()));
                        }
                    }
                }
            }
        });
    }

    fn trouble(&self, label: &str, trouble: Option<String>) {
        let mut troubles = self.troubles.write();
        match trouble {
            Some(trouble) => {
                troubles.insert(label.to_owned(), trouble);
            }
            None => {
                troubles.remove(label);
            }
        }
    }
}

fn take<K, T: Entry>(
    table: &Table<T>,
    scope: &str,
    event: Event<K>,
    convert: impl Fn(K) -> T,
) -> Vec<Key> {
    let event = match event {
        Event::Apply(object) => Event::Apply(convert(object)),
        Event::Delete(object) => Event::Delete(convert(object)),
        Event::Init => Event::Init,
        Event::InitApply(object) => Event::InitApply(convert(object)),
        Event::InitDone => Event::InitDone,
    };
    table.take(scope, event)
}

fn identity<K: Resource>(object: &K) -> (Key, String) {
    let key = Key::new(object.namespace().unwrap_or_default(), object.name_any());
    (key, object.resource_version().unwrap_or_default())
}
