//! What is in the cluster, as watches told it: a pass over a forum reads this and not the API.
//!
//! Objects are kept small (as JSON text, or as the few fields that are looked at) because a cluster may hold
//! thousands of them. A write's answer is put into the cache at once, so that the next pass does not act on what
//! was before it, and so that the watch's echo of a write of ours starts no pass.

mod live;
mod pod;
mod secret;
mod table;
mod uses;
mod watch;

use std::collections::BTreeMap;

pub use live::{Live, Owner};
pub use pod::{PodState, Trouble, TroubleKind};
pub use secret::SecretState;
pub use table::{Entry, Key, Table};
pub use uses::{UseKind, Uses};
pub use watch::{Scope, Watches};

use crate::kinds::Kind;

/// All that is known of the cluster.
#[derive(Debug)]
pub struct Cache {
    objects: BTreeMap<Kind, Table<Live>>,
    /// Pods of forums.
    pub pods: Table<PodState>,
    /// Secrets that the operator made.
    pub secrets: Table<SecretState>,
    /// Secrets and ConfigMaps of others that forums name.
    pub uses: Uses,
}

impl Default for Cache {
    fn default() -> Self {
        let kinds = Kind::ALWAYS.into_iter().chain(Kind::OPTIONAL);
        Self {
            objects: kinds.map(|kind| (kind, Table::default())).collect(),
            pods: Table::default(),
            secrets: Table::default(),
            uses: Uses::default(),
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
}
