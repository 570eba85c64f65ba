//! The local members of a topic: dense for the fan-out, indexed for leaving.

use std::{collections::HashMap, sync::Arc};

use crate::connection::{Conn, ConnectionId};

#[derive(Debug, Default)]
pub(crate) struct Members {
    list: Vec<Arc<Conn>>,
    places: HashMap<ConnectionId, u32>,
}

impl Members {
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn insert(&mut self, conn: Arc<Conn>) {
        self.places.insert(conn.id, self.list.len() as u32);
        self.list.push(conn);
    }

    pub(crate) fn remove(&mut self, id: ConnectionId) -> bool {
        let Some(place) = self.places.remove(&id) else {
            return false;
        };
        self.list.swap_remove(place as usize);
        if let Some(moved) = self.list.get(place as usize) {
            self.places.insert(moved.id, place);
        }
        if self.list.is_empty() {
            *self = Self::default();
        }
        true
    }

    pub(crate) fn contains(&self, id: ConnectionId) -> bool {
        self.places.contains_key(&id)
    }

    pub(crate) fn chunks(&self, size: usize) -> impl Iterator<Item = &[Arc<Conn>]> {
        self.list.chunks(size)
    }
}
