//! Who is in a room, over all replicas: what `user_joined` and `user_left` tell.
//!
//! Each replica holds a lease for each of its users in a room, `user/replica.visit`, and renews it. Somebody joins
//! with the first lease and leaves with the last; the leases of a replica that died run out, and whoever
//! removes them tells it. The store says in the same step who was first or last, so exactly one replica tells. Rooms that are large on a replica are left out: a notice to everybody of everybody
//! costs the square of their number.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use folkmoot_common::{Context, kv::KvError};
use folkmoot_realtime::{Engine, Publication};
use parking_lot::Mutex;
use tokio::{
    sync::{Mutex as AsyncMutex, OwnedMutexGuard, RwLock},
    task::JoinHandle,
};
use tracing::debug;

use crate::{frames, model::Author};

const TTL: Duration = Duration::from_secs(30);
const RENEW_EVERY: Duration = Duration::from_secs(10);
const SWEEP_LIMIT: u32 = 100;

/// The members of this replica's rooms.
#[derive(Clone)]
pub(crate) struct Members(Arc<Shared>);

struct Shared {
    ctx: Context,
    engine: Engine,
    replica: String,
    rooms: Mutex<HashMap<Arc<str>, RoomMembers>>,
    /// Numbers the visits: one that ends while the next begins must not take the lease of the next.
    visits: AtomicU64,
    /// Written while a room is renewed: a lease that is given back meanwhile must not come back.
    renewing: RwLock<()>,
}

/// By user id.
type RoomMembers = HashMap<Arc<str>, Member>;

struct Member {
    username: Arc<str>,
    sockets: usize,
    lease: Arc<VisitLease>,
}

/// The lease of a user's visit to a room on this replica.
#[derive(Debug)]
struct VisitLease {
    name: String,
    /// Locked while the lease is being taken: it is not given back before that.
    taking: Arc<AsyncMutex<()>>,
}

impl Members {
    pub(crate) fn start(ctx: &Context, engine: &Engine) -> Self {
        let shared = Shared {
            ctx: ctx.clone(),
            engine: engine.clone(),
            replica: ctx.ids.next().simple().to_string(),
            rooms: Mutex::default(),
            visits: AtomicU64::new(0),
            renewing: RwLock::default(),
        };
        let members = Self(Arc::new(shared));
        ctx.every(RENEW_EVERY, members.clone(), async |members| {
            members.renew().await;
        });
        members
    }

    /// A socket of `author` joined. While Redis is away nobody is told, which costs a notice and no message.
    /// What it returns ends when those that should be told are.
    pub(crate) fn join(&self, room_id: &Arc<str>, author: &Author) -> Option<JoinHandle<()>> {
        let (lease, taking) = self.add(room_id, author)?;
        let (members, room_id, author) = (self.clone(), Arc::clone(room_id), author.clone());
        // A task of its own: the socket may end meanwhile.
        Some(self.0.ctx.tasks.spawn(async move {
            members.enter(&room_id, &author, &lease).await;
            drop(taking);
        }))
    }

    async fn enter(&self, room_id: &Arc<str>, author: &Author, lease: &VisitLease) {
        let (set, kv) = (set(room_id), &self.0.ctx.kv);
        let entered = kv.enter(&set, &lease.name, &author.username, TTL).await;
        if entered.unwrap_or_default() {
            self.tell("user_joined", room_id, &author.user_id, &author.username)
                .await;
        }
    }

    /// A socket that had joined closed.
    pub(crate) async fn leave(&self, room_id: &Arc<str>, author: &Author) {
        let Some(lease) = self.remove(room_id, &author.user_id) else {
            return;
        };
        let _taken = lease.taking.lock().await;
        let _renewed = self.0.renewing.read().await;
        let left = self.0.ctx.kv.leave(&set(room_id), &lease.name).await;
        if left.unwrap_or_default() {
            self.tell("user_left", room_id, &author.user_id, &author.username)
                .await;
        }
    }

    /// The lease to take, for the first socket of the user in the room.
    fn add(
        &self,
        room_id: &Arc<str>,
        author: &Author,
    ) -> Option<(Arc<VisitLease>, OwnedMutexGuard<()>)> {
        let mut rooms = self.0.rooms.lock();
        let members = rooms.entry(Arc::clone(room_id)).or_default();
        match members.entry(Arc::clone(&author.user_id)) {
            Entry::Occupied(mut member) => {
                member.get_mut().sockets += 1;
                None
            }
            Entry::Vacant(free) => {
                let lease = Arc::new(self.new_lease(&author.user_id));
                free.insert(Member {
                    username: Arc::clone(&author.username),
                    sockets: 1,
                    lease: Arc::clone(&lease),
                });
                let taking = Arc::clone(&lease.taking).try_lock_owned().ok()?;
                Some((lease, taking))
            }
        }
    }

    /// The lease to give back, for the last one.
    fn remove(&self, room_id: &Arc<str>, user_id: &Arc<str>) -> Option<Arc<VisitLease>> {
        let mut rooms = self.0.rooms.lock();
        let members = rooms.get_mut(room_id)?;
        let member = members.get_mut(user_id)?;
        member.sockets -= 1;
        if member.sockets > 0 {
            return None;
        }
        let gone = members.remove(user_id);
        if members.is_empty() {
            rooms.remove(room_id);
        }
        gone.map(|member| member.lease)
    }

    /// A `/` is in no user id, so the leases of one user are a group.
    fn new_lease(&self, user_id: &str) -> VisitLease {
        let visit = self.0.visits.fetch_add(1, Relaxed);
        VisitLease {
            name: format!("{user_id}/{}.{visit:x}", self.0.replica),
            taking: Arc::default(),
        }
    }

    async fn renew(&self) {
        let rooms: Vec<_> = self.0.rooms.lock().keys().cloned().collect();
        for room_id in rooms {
            if let Err(error) = self.renew_room(&room_id).await {
                debug!(%error, "leases of members are not renewed");
                return;
            }
            self.sweep(&room_id).await;
        }
    }

    async fn renew_room(&self, room_id: &Arc<str>) -> Result<(), KvError> {
        let _alone = self.0.renewing.write().await;
        let leases = self.leases(room_id);
        self.0.ctx.kv.lease_many(&set(room_id), &leases, TTL).await
    }

    /// The leases that this replica holds in a room: member and value.
    fn leases(&self, room_id: &Arc<str>) -> Vec<(String, String)> {
        let rooms = self.0.rooms.lock();
        let members = rooms.get(room_id).into_iter().flat_map(RoomMembers::values);
        let lease = |member: &Member| (member.lease.name.clone(), member.username.to_string());
        members.map(lease).collect()
    }

    /// Tells of the members of replicas that are gone.
    async fn sweep(&self, room_id: &Arc<str>) {
        let gone = self.0.ctx.kv.sweep_groups(&set(room_id), SWEEP_LIMIT).await;
        for lease in gone.unwrap_or_default() {
            if let Some((user_id, _)) = lease.member.split_once('/') {
                self.tell("user_left", room_id, user_id, &lease.value).await;
            }
        }
    }

    async fn tell(&self, what: &'static str, room_id: &Arc<str>, user_id: &str, username: &str) {
        let frame = frames::presence(what, user_id, username, room_id, self.0.ctx.clock.now());
        self.0
            .engine
            .publish(vec![Publication::message(Arc::clone(room_id), frame)])
            .await;
    }
}

fn set(room_id: &str) -> String {
    format!("room:{room_id}:members")
}
