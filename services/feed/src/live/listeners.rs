//! The sockets of this replica, and who reads them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use folkmoot_realtime::{Connection, ConnectionId, Frame};
use parking_lot::RwLock;

use crate::policy::Reader;

/// All of them.
#[derive(Default)]
pub(super) struct Listeners(RwLock<State>);

#[derive(Default)]
struct State {
    sockets: HashMap<ConnectionId, Listener>,
    users: HashMap<String, HashSet<ConnectionId>>,
}

struct Listener {
    connection: Connection,
    reader: Reader,
    /// Of whom the reader hears nothing; nothing is told before that is known.
    hidden: Option<Arc<HashSet<String>>>,
}

impl Listener {
    fn hears(&self, authors: &[String]) -> bool {
        let hidden = self.hidden.as_ref();
        hidden.is_some_and(|hidden| !authors.iter().any(|author| hidden.contains(author)))
    }
}

impl Listeners {
    pub(super) fn add(&self, connection: &Connection, reader: Reader) {
        let (id, user_id) = (connection.id(), reader.user_id().to_owned());
        let listener = Listener {
            connection: connection.clone(),
            reader,
            hidden: None,
        };
        let mut state = self.0.write();
        state.sockets.insert(id, listener);
        state.users.entry(user_id).or_default().insert(id);
    }

    pub(super) fn remove(&self, connection: &Connection) {
        let mut state = self.0.write();
        let Some(listener) = state.sockets.remove(&connection.id()) else {
            return;
        };
        let user_id = listener.reader.user_id();
        if let Some(sockets) = state.users.get_mut(user_id) {
            sockets.remove(&connection.id());
            if sockets.is_empty() {
                state.users.remove(user_id);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.read().sockets.is_empty()
    }

    pub(super) fn has(&self, user_id: &str) -> bool {
        self.0.read().users.contains_key(user_id)
    }

    pub(super) fn users(&self) -> Vec<String> {
        self.0.read().users.keys().cloned().collect()
    }

    /// A user hears of everybody but these.
    pub(super) fn hide(&self, user_id: &str, hidden: &Arc<HashSet<String>>) {
        self.set_hidden(user_id, Some(hidden));
    }

    /// A user hears of nobody.
    pub(super) fn mute(&self, user_id: &str) {
        self.set_hidden(user_id, None);
    }

    fn set_hidden(&self, user_id: &str, hidden: Option<&Arc<HashSet<String>>>) {
        let mut state = self.0.write();
        let State { sockets, users } = &mut *state;
        for id in users.get(user_id).into_iter().flatten() {
            if let Some(listener) = sockets.get_mut(id) {
                listener.hidden = hidden.cloned();
            }
        }
    }

    /// A frame to those who may read it; `before` to those who may not, but could.
    pub(super) fn deliver(
        &self,
        read_role: Option<&str>,
        authors: &[String],
        frame: &str,
        before: Option<&(Option<String>, String)>,
    ) {
        let frame = Frame::text(frame);
        let before = before.map(|(role, frame)| (role.as_deref(), Frame::text(frame)));
        for listener in self.0.read().sockets.values() {
            if !listener.hears(authors) {
                continue;
            }
            if listener.reader.may_read(read_role) {
                listener.connection.send(&frame);
            } else if let Some((role, frame)) = &before
                && listener.reader.may_read(*role)
            {
                listener.connection.send(frame);
            }
        }
    }

    pub(super) fn to_all(&self, frame: &str) {
        let frame = Frame::text(frame);
        for listener in self.0.read().sockets.values() {
            listener.connection.send(&frame);
        }
    }
}
