//! The open sockets of this replica by thread.

use std::{collections::HashMap, sync::Arc};

use folkmoot_realtime::{Connection, ConnectionId};
use parking_lot::Mutex;
use uuid::Uuid;

use super::Access;
use crate::policy::Reader;

/// Which sockets are open here, and by what right.
#[derive(Clone, Default)]
pub(crate) struct Sockets(Arc<Mutex<HashMap<Uuid, Vec<Member>>>>);

/// One of them.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) connection: Connection,
    pub(super) reader: Reader,
    /// As it was when it came.
    pub(super) access: Access,
    /// Whether it was another one when the thread was looked at last.
    pub(super) is_outdated: bool,
}

impl Sockets {
    pub(super) fn add(&self, member: Member) {
        let mut threads = self.0.lock();
        threads.entry(member.access.id).or_default().push(member);
    }

    pub(super) fn remove(&self, thread_id: Uuid, id: ConnectionId) {
        let mut threads = self.0.lock();
        let Some(members) = threads.get_mut(&thread_id) else {
            return;
        };
        members.retain(|member| member.connection.id() != id);
        if members.is_empty() {
            threads.remove(&thread_id);
        }
    }

    /// Threads that have any.
    pub(super) fn threads(&self) -> Vec<Uuid> {
        self.0.lock().keys().copied().collect()
    }

    /// Those of a thread that came by another right than `access`, and had when the thread was looked at before: what was
    /// told when it changed, and may still be on its way, reaches them first.
    pub(super) fn outdated(&self, thread_id: Uuid, access: Option<&Access>) -> Vec<Member> {
        let mut threads = self.0.lock();
        let members = threads.get_mut(&thread_id).into_iter().flatten();
        members
            .filter_map(|member| {
                let is_outdated = Some(&member.access) != access;
                let was_outdated = std::mem::replace(&mut member.is_outdated, is_outdated);
                (is_outdated && was_outdated).then(|| member.clone())
            })
            .collect()
    }
}
