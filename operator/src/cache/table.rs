//! Objects of one kind by namespace and name, kept by one watch or by one a namespace.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::runtime::watcher::Event;
use parking_lot::RwLock;

/// Namespace and name of an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Where it is.
    pub namespace: String,
    /// What it is called there.
    pub name: String,
}

impl Key {
    /// `name` in `namespace`.
    pub fn new(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// The resource version as a number, of which a later one is larger; `None` if it is none.
#[must_use]
pub fn version_of(metadata: &ObjectMeta) -> Option<u64> {
    metadata.resource_version.as_deref()?.parse().ok()
}

/// What a table holds.
pub trait Entry {
    /// Where it is.
    fn key(&self) -> &Key;
    /// Its resource version as a number: a later one is larger.
    fn version(&self) -> u64;
    /// Name of the forum that it is of.
    fn forum(&self) -> Option<&str>;
    /// Whether a pass would do the same for both.
    fn same(&self, other: &Self) -> bool;
    /// Takes over what was found out about the one before.
    fn inherit(&self, _before: &Self) {}
}

/// Objects of one kind.
#[derive(Debug)]
pub struct Table<T>(RwLock<Inner<T>>);

#[derive(Debug)]
struct Inner<T> {
    objects: BTreeMap<Key, Arc<T>>,
    /// What a list that is not at its end has brought, by scope.
    listing: HashMap<String, BTreeMap<Key, Arc<T>>>,
    /// Scopes that have been listed.
    listed: HashSet<String>,
    /// The newest version that each scope's watch has told.
    told: HashMap<String, u64>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(RwLock::new(Inner {
            objects: BTreeMap::new(),
            listing: HashMap::new(),
            listed: HashSet::new(),
            told: HashMap::new(),
        }))
    }
}

impl<T: Entry> Table<T> {
    /// The object at `key`.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<Arc<T>> {
        self.0.read().objects.get(key).cloned()
    }

    /// The objects of a forum, in order of their names.
    #[must_use]
    pub fn of_forum(&self, namespace: &str, forum: &str) -> Vec<Arc<T>> {
        let inner = self.0.read();
        let first = Key::new(namespace, "");
        let here = inner
            .objects
            .range(first..)
            .take_while(|(key, _)| key.namespace == namespace);
        here.filter(|(_, object)| object.forum() == Some(forum))
            .map(|(_, object)| object.clone())
            .collect()
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<T>> {
        self.0.read().objects.values().cloned().collect()
    }

    /// Whether everything in `scope` has been listed once.
    #[must_use]
    pub fn is_listed(&self, scope: &str) -> bool {
        self.0.read().listed.contains(scope)
    }

    /// Takes what the watch of `scope` (a namespace, or empty for all) told. Answers the forums (namespace and
    /// name) that a pass should look at because of it.
    pub fn take(&self, scope: &str, event: Event<T>) -> Vec<Key> {
        let mut inner = self.0.write();
        match event {
            Event::Apply(object) => inner.apply(scope, object),
            Event::Delete(object) => inner.delete(scope, &object),
            Event::Init => {
                inner.listing.insert(scope.to_owned(), BTreeMap::new());
                Vec::new()
            }
            Event::InitApply(object) => {
                if let Some(old) = inner.objects.get(object.key()) {
                    object.inherit(old);
                }
                let listing = inner.listing.entry(scope.to_owned()).or_default();
                listing.insert(object.key().clone(), Arc::new(object));
                Vec::new()
            }
            Event::InitDone => inner.listed(scope),
        }
    }

    /// Puts the answer to a write of ours in, unless the watch is past it already.
    pub fn written(&self, object: T) {
        let mut inner = self.0.write();
        let scopes = ["", object.key().namespace.as_str()];
        let told = scopes
            .iter()
            .filter_map(|scope| inner.told.get(*scope))
            .max();
        let told = told.copied().unwrap_or(0);
        if object.version() <= told {
            return;
        }
        inner.objects.insert(object.key().clone(), Arc::new(object));
    }
}

impl<T: Entry> Inner<T> {
    fn hear(&mut self, scope: &str, version: u64) {
        let told = self.told.entry(scope.to_owned()).or_default();
        *told = version.max(*told);
    }

    fn apply(&mut self, scope: &str, object: T) -> Vec<Key> {
        self.hear(scope, object.version());
        let old = self.objects.get(object.key());
        if old.is_some_and(|old| old.version() >= object.version()) {
            return Vec::new();
        }
        if let Some(old) = old {
            object.inherit(old);
        }
        let mut forums = Vec::new();
        if !old.is_some_and(|old| old.same(&object)) {
            forums.extend(forum_of(&object));
            forums.extend(old.and_then(|old| forum_of(old.as_ref())));
            forums.dedup();
        }
        self.objects.insert(object.key().clone(), Arc::new(object));
        forums
    }

    fn delete(&mut self, scope: &str, object: &T) -> Vec<Key> {
        self.hear(scope, object.version());
        let newer = |old: &Arc<T>| old.version() > object.version();
        if self.objects.get(object.key()).is_none_or(newer) {
            return Vec::new();
        }
        self.objects.remove(object.key());
        forum_of(object).into_iter().collect()
    }

    fn listed(&mut self, scope: &str) -> Vec<Key> {
        let found = self.listing.remove(scope).unwrap_or_default();
        let gone: Vec<Key> = self
            .objects
            .keys()
            .filter(|key| scope.is_empty() || key.namespace == scope)
            .filter(|key| !found.contains_key(*key))
            .cloned()
            .collect();
        let mut forums = Vec::new();
        for key in gone {
            let old = self.objects.remove(&key);
            forums.extend(old.and_then(|old| forum_of(old.as_ref())));
        }
        for (key, object) in found {
            self.hear(scope, object.version());
            let old = self.objects.get(&key);
            if old.is_some_and(|old| old.version() >= object.version()) {
                continue;
            }
            forums.extend(forum_of(object.as_ref()));
            self.objects.insert(key, object);
        }
        self.listed.insert(scope.to_owned());
        forums.sort();
        forums.dedup();
        forums
    }
}

fn forum_of<T: Entry>(object: &T) -> Option<Key> {
    let forum = object.forum()?;
    Some(Key::new(object.key().namespace.as_str(), forum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone)]
    struct Thing {
        key: Key,
        version: u64,
        text: &'static str,
    }

    impl Entry for Thing {
        fn key(&self) -> &Key {
            &self.key
        }
        fn version(&self) -> u64 {
            self.version
        }
        fn forum(&self) -> Option<&str> {
            Some("demo")
        }
        fn same(&self, other: &Self) -> bool {
            self.text == other.text
        }
    }

    fn thing(name: &str, version: u64, text: &'static str) -> Thing {
        Thing {
            key: Key::new("n", name),
            version,
            text,
        }
    }

    fn forums() -> Vec<Key> {
        vec![Key::new("n", "demo")]
    }

    #[test]
    fn the_echo_of_a_write_starts_no_pass_and_a_change_of_others_does() {
        let table = Table::default();
        table.written(thing("a", 5, "ours"));
        assert!(
            table
                .take("", Event::Apply(thing("a", 5, "ours")))
                .is_empty()
        );
        assert!(
            table
                .take("", Event::Apply(thing("a", 6, "ours")))
                .is_empty()
        );
        assert_eq!(
            table.take("", Event::Apply(thing("a", 7, "theirs"))),
            forums()
        );
    }

    #[test]
    fn an_answer_that_comes_after_the_watch_told_of_the_deletion_is_not_kept() {
        let table = Table::default();
        table.take("", Event::Apply(thing("a", 5, "ours")));
        assert_eq!(
            table.take("", Event::Delete(thing("a", 6, "ours"))),
            forums()
        );
        table.written(thing("a", 5, "ours"));
        assert!(table.get(&Key::new("n", "a")).is_none());
    }

    #[test]
    fn an_old_event_does_not_undo_a_newer_write() {
        let table = Table::default();
        table.written(thing("a", 9, "new"));
        table.take("", Event::Apply(thing("a", 8, "old")));
        table.take("", Event::Delete(thing("a", 8, "old")));
        assert_eq!(table.get(&Key::new("n", "a")).unwrap().text, "new");
    }

    #[test]
    fn a_new_list_replaces_what_was_in_its_scope_alone() {
        let table = Table::default();
        let mut elsewhere = thing("b", 3, "x");
        elsewhere.key.namespace = "other".to_owned();
        table.take("other", Event::Apply(elsewhere));
        table.take("n", Event::Apply(thing("a", 1, "x")));
        table.take("n", Event::Init);
        table.take("n", Event::InitApply(thing("c", 4, "x")));
        assert!(!table.is_listed("n"));
        assert_eq!(table.take("n", Event::InitDone), forums());
        assert!(table.is_listed("n"));
        assert!(table.get(&Key::new("n", "a")).is_none());
        assert_eq!(table.of_forum("n", "demo").len(), 1);
        assert_eq!(table.of_forum("other", "demo").len(), 1);
    }

    #[test]
    fn a_list_that_brings_nothing_new_starts_no_pass() {
        let table = Table::default();
        table.take("", Event::Apply(thing("a", 1, "x")));
        table.take("", Event::Init);
        table.take("", Event::InitApply(thing("a", 1, "x")));
        assert!(table.take("", Event::InitDone).is_empty());
    }
}
