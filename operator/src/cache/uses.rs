//! Secrets and ConfigMaps of others that forums name: which forums, and the digests that were read.
//!
//! Their metadata is watched and their content is read only when a forum names them and they are new or changed.

use std::collections::{BTreeSet, HashMap};

use parking_lot::Mutex;

use super::table::Key;
use crate::forum::references::SecretDigest;

/// What is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UseKind {
    /// A Secret.
    Secret,
    /// A ConfigMap.
    ConfigMap,
}

/// What forums name, in all namespaces.
#[derive(Debug, Default)]
pub struct Uses(Mutex<HashMap<(UseKind, Key), Use>>);

#[derive(Debug, Default)]
struct Use {
    forums: BTreeSet<String>,
    read: Option<Read>,
    /// Counts what the watch told: an answer that was asked for before is not kept.
    told: u64,
}

#[derive(Debug, Clone)]
struct Read {
    /// Of the object that was read; `None` if there was none.
    version: Option<String>,
    digest: Option<SecretDigest>,
}

impl Uses {
    /// Notes what `forum` names now, and forgets what it does not name any more.
    pub fn name(&self, namespace: &str, forum: &str, named: &BTreeSet<(UseKind, String)>) {
        let mut uses = self.0.lock();
        for (kind, name) in named {
            let entry = uses
                .entry((*kind, Key::new(namespace, name.as_str())))
                .or_default();
            if !entry.forums.contains(forum) {
                entry.forums.insert(forum.to_owned());
            }
        }
        uses.retain(|(kind, key), entry| {
            let still = key.namespace != namespace || named.contains(&(*kind, key.name.clone()));
            if !still {
                entry.forums.remove(forum);
            }
            !entry.forums.is_empty()
        });
    }

    /// What was read, if it still holds: outer `None` means that it must be read.
    #[must_use]
    pub fn known(&self, kind: UseKind, key: &Key) -> Option<Option<SecretDigest>> {
        let uses = self.0.lock();
        let read = uses.get(&(kind, key.clone()))?.read.as_ref()?;
        Some(read.digest.clone())
    }

    /// To be asked before reading, and given to [`Uses::found`].
    #[must_use]
    pub fn before_reading(&self, kind: UseKind, key: &Key) -> u64 {
        let uses = self.0.lock();
        uses.get(&(kind, key.clone())).map_or(0, |entry| entry.told)
    }

    /// Keeps what was read (version and digest), unless the watch told something since `before`.
    pub fn found(
        &self,
        kind: UseKind,
        key: &Key,
        before: u64,
        read: Option<(String, SecretDigest)>,
    ) {
        let mut uses = self.0.lock();
        let Some(entry) = uses.get_mut(&(kind, key.clone())) else {
            return;
        };
        if entry.told == before {
            let (version, digest) = read.unzip();
            entry.read = Some(Read { version, digest });
        }
    }

    /// The watch told of `version` of an object, or that it is gone. Answers the forums that name it.
    pub fn told(&self, kind: UseKind, key: &Key, version: Option<&str>) -> Vec<Key> {
        let mut uses = self.0.lock();
        let Some(entry) = uses.get_mut(&(kind, key.clone())) else {
            return Vec::new();
        };
        let known = entry.read.as_ref().map(|read| read.version.as_deref());
        if known == Some(version) {
            return Vec::new();
        }
        entry.told += 1;
        entry.read = None;
        let forums = entry.forums.iter();
        forums
            .map(|forum| Key::new(key.namespace.as_str(), forum.as_str()))
            .collect()
    }

    /// A whole list of `scope` (a namespace, or empty for all) was told: what is not in it is gone.
    pub fn listed(&self, kind: UseKind, scope: &str, found: &HashMap<Key, String>) -> Vec<Key> {
        let named: Vec<Key> = {
            let uses = self.0.lock();
            let here = uses.keys().filter(|(named, key)| {
                *named == kind && (scope.is_empty() || key.namespace == scope)
            });
            here.map(|(_, key)| key.clone()).collect()
        };
        named
            .iter()
            .flat_map(|key| self.told(kind, key, found.get(key).map(String::as_str)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn digest(text: &str) -> SecretDigest {
        SecretDigest(BTreeMap::from([("k".to_owned(), text.to_owned())]))
    }

    fn named() -> (Uses, Key) {
        let uses = Uses::default();
        uses.name(
            "n",
            "demo",
            &BTreeSet::from([(UseKind::Secret, "db".to_owned())]),
        );
        (uses, Key::new("n", "db"))
    }

    #[test]
    fn what_was_read_holds_until_the_watch_tells_another_version() {
        let (uses, key) = named();
        assert_eq!(uses.known(UseKind::Secret, &key), None);
        let before = uses.before_reading(UseKind::Secret, &key);
        uses.found(
            UseKind::Secret,
            &key,
            before,
            Some(("5".to_owned(), digest("a"))),
        );
        assert_eq!(uses.known(UseKind::Secret, &key), Some(Some(digest("a"))));
        assert!(uses.told(UseKind::Secret, &key, Some("5")).is_empty());
        assert_eq!(
            uses.told(UseKind::Secret, &key, Some("6")),
            vec![Key::new("n", "demo")]
        );
        assert_eq!(uses.known(UseKind::Secret, &key), None);
    }

    #[test]
    fn an_answer_older_than_what_the_watch_told_is_not_kept() {
        let (uses, key) = named();
        let before = uses.before_reading(UseKind::Secret, &key);
        uses.told(UseKind::Secret, &key, Some("6"));
        uses.found(
            UseKind::Secret,
            &key,
            before,
            Some(("5".to_owned(), digest("a"))),
        );
        assert_eq!(uses.known(UseKind::Secret, &key), None);
    }

    #[test]
    fn that_it_is_missing_is_known_until_it_appears() {
        let (uses, key) = named();
        uses.found(UseKind::Secret, &key, 0, None);
        assert_eq!(uses.known(UseKind::Secret, &key), Some(None));
        assert!(
            uses.listed(UseKind::Secret, "n", &HashMap::new())
                .is_empty()
        );
        let found = HashMap::from([(key.clone(), "1".to_owned())]);
        assert_eq!(
            uses.listed(UseKind::Secret, "", &found),
            vec![Key::new("n", "demo")]
        );
    }

    #[test]
    fn what_nobody_names_any_more_is_forgotten() {
        let (uses, key) = named();
        uses.name(
            "n",
            "other",
            &BTreeSet::from([(UseKind::Secret, "db".to_owned())]),
        );
        uses.name("n", "demo", &BTreeSet::new());
        assert_eq!(
            uses.told(UseKind::Secret, &key, Some("1")),
            vec![Key::new("n", "other")]
        );
        uses.name("n", "other", &BTreeSet::new());
        assert!(uses.told(UseKind::Secret, &key, Some("2")).is_empty());
    }
}
