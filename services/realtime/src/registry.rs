//! All open sockets, in as many shards as a ping interval has seconds: the sweeper visits one shard a
//! second, so that one timer serves all sockets and pings are spread.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    close,
    connection::{Conn, ConnectionId},
    engine::Shared,
    frame,
};

#[derive(Debug)]
pub(crate) struct Registry {
    shards: Vec<Mutex<HashMap<ConnectionId, Arc<Conn>>>>,
    /// Ends of sessions, in whole seconds since the engine began.
    ends: Mutex<BTreeSet<(u64, ConnectionId)>>,
    count: AtomicUsize,
}

impl Registry {
    pub(crate) fn new(shards: usize) -> Self {
        let shards = (0..shards.max(1)).map(|_| Mutex::default()).collect();
        Self {
            shards,
            ends: Mutex::default(),
            count: AtomicUsize::new(0),
        }
    }

    fn shard(&self, id: ConnectionId) -> &Mutex<HashMap<ConnectionId, Arc<Conn>>> {
        &self.shards[id.0 as usize % self.shards.len()]
    }

    /// Takes a place for a socket that is about to open; false when there is none.
    pub(crate) fn reserve(&self, max: usize) -> bool {
        self.count
            .fetch_update(Relaxed, Relaxed, |count| (count < max).then_some(count + 1))
            .is_ok()
    }

    /// Gives a place back.
    pub(crate) fn unreserve(&self) {
        self.count.fetch_sub(1, Relaxed);
    }

    /// Sockets that are open or opening.
    pub(crate) fn len(&self) -> usize {
        self.count.load(Relaxed)
    }

    pub(crate) fn insert(&self, conn: &Arc<Conn>, ends_at: Option<Duration>) {
        if let Some(at) = ends_at {
            self.ends.lock().insert((at.as_secs(), conn.id));
        }
        self.shard(conn.id).lock().insert(conn.id, Arc::clone(conn));
    }

    pub(crate) fn remove(&self, id: ConnectionId, ends_at: Option<Duration>) {
        if let Some(at) = ends_at {
            self.ends.lock().remove(&(at.as_secs(), id));
        }
        self.shard(id).lock().remove(&id);
    }

    pub(crate) fn contains(&self, id: ConnectionId) -> bool {
        self.shard(id).lock().contains_key(&id)
    }

    /// All sockets that satisfy a condition, without holding a lock afterwards.
    pub(crate) fn select(&self, which: impl Fn(&Conn) -> bool) -> Vec<Arc<Conn>> {
        let mut selected = Vec::new();
        for shard in &self.shards {
            selected.extend(shard.lock().values().filter(|conn| which(conn)).cloned());
        }
        selected
    }

    /// At most `count` sockets that `choose` takes, which is asked no more than that.
    pub(crate) fn choose(&self, count: usize, choose: impl Fn(&Conn) -> bool) -> Vec<Arc<Conn>> {
        let mut chosen = Vec::new();
        for shard in &self.shards {
            let missing = count - chosen.len();
            let shard = shard.lock();
            let takes = shard.values().filter(|conn| choose(conn));
            chosen.extend(takes.take(missing).cloned());
        }
        chosen
    }

    fn of_shard(&self, index: usize) -> Vec<Arc<Conn>> {
        self.shards[index].lock().values().cloned().collect()
    }

    fn take_ended(&self, now: Duration) -> Vec<Arc<Conn>> {
        let mut ends = self.ends.lock();
        let later = ends.split_off(&(now.as_secs(), ConnectionId(0)));
        let ended = std::mem::replace(&mut *ends, later);
        drop(ends);
        ended
            .iter()
            .filter_map(|(_, id)| self.shard(*id).lock().get(id).cloned())
            .collect()
    }
}

/// Pings, drops the silent, ends sessions.
pub(crate) async fn sweep(shared: Arc<Shared>) {
    let registry = &shared.registry;
    let shards = registry.shards.len();
    let mut ticks = interval(shared.config.ping_interval / shards as u32);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for turn in 0.. {
        ticks.tick().await;
        for conn in registry.take_ended(shared.started.elapsed()) {
            conn.close_with(
                close::UNAUTHORISED,
                frame::close(close::UNAUTHORISED, "token ended"),
            );
        }
        for (index, conn) in registry.of_shard(turn % shards).into_iter().enumerate() {
            if conn.miss_ping() >= shared.config.max_missed_pings {
                conn.cut();
            } else {
                conn.ping();
            }
            if index % 128 == 127 {
                tokio::task::yield_now().await;
            }
        }
    }
}
