//! What is in the cluster, as watches told it: a pass over a forum reads this and not the API.
//!
//! Objects are kept small (as JSON text, or as the few fields that are looked at) because a cluster may hold
//! thousands of them. A write's answer is put into the cache at once, so that the next pass does not act on what
//! was before it, and so that the watch's echo of a write of ours starts no pass.

mod backoff;
mod live;
mod pod;
mod secret;
mod table;
mod uses;
mod watch;

use std::collections::{BTreeMap, HashMap};

use parking_lot::Mutex;

pub use backoff::WatchBackoff;
pub use live::{Live, Owner};
pub use pod::CachedPod;
pub use secret::SecretState;
pub(crate) use secret::{digest_of_config_map, digest_of_secret, hex as sha256_hex};
pub use table::{Entry, Key, Table, version_of};
pub use uses::{UseKind, Uses};
pub use watch::{Scope, Watches};

use crate::kinds::Kind;

/// All that is known of the cluster.
#[derive(Debug)]
pub struct Cache {
    objects: BTreeMap<Kind, Table<Live>>,
    /// Pods of forums.
    pub pods: Table<CachedPod>,
    /// Secrets that the operator made.
    pub secrets: Table<SecretState>,
    /// Secrets and ConfigMaps of others that forums name.
    pub uses: Uses,
    /// What was applied and not kept as applied: hash of what was applied, digest of what was kept.
    settled: Mutex<HashMap<(Kind, Key), (String, u64)>>,
}

impl Default for Cache {
    fn default() -> Self {
        let kinds = Kind::ALWAYS.into_iter().chain(Kind::OPTIONAL);
        Self {
            objects: kinds.map(|kind| (kind, Table::default())).collect(),
            pods: Table::default(),
            secrets: Table::default(),
            uses: Uses::default(),
            settled: Mutex::default(),
        }
    }
}

impl Cache {
    /// The objects of a kind.
    ///
    /// # Panics
    /// Never: there is a table for each kind.
    #[must_use]
    pub fn table(&self, kind: Kind) -> &Table<Live> {
        &self.objects[&kind]
    }

    /// The tables of all kinds.
    pub fn tables(&self) -> impl Iterator<Item = (Kind, &Table<Live>)> {
        self.objects.iter().map(|(kind, table)| (*kind, table))
    }

    /// Notes that the API did not keep an object as it was applied: applying it again would change nothing.
    pub fn settle(&self, kind: Kind, live: &Live, hash: &str) {
        let mut settled = self.settled.lock();
        settled.insert((kind, live.key.clone()), (hash.to_owned(), live.digest));
    }

    /// Whether that was noted, and nobody has changed the object since.
    #[must_use]
    pub fn is_settled(&self, kind: Kind, live: &Live, hash: &str) -> bool {
        let settled = self.settled.lock();
        let noted = settled.get(&(kind, live.key.clone()));
        noted.is_some_and(|(noted, digest)| noted == hash && *digest == live.digest)
    }

    /// Forgets what was noted of a forum that is gone.
    pub fn forget(&self, forum: &Key) {
        let uses = &self.uses;
        uses.name(
            &forum.namespace,
            &forum.name,
            &std::collections::BTreeSet::new(),
        );
        let prefix = format!("{}-", forum.name);
        self.settled.lock().retain(|(_, key), _| {
            key.namespace != forum.namespace || !key.name.starts_with(&prefix)
        });
    }
}
