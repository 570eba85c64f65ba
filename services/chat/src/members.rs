//! Who is in a room, over all replicas: what `user_joined` and `user_left` tell.
//!
//! Each replica holds a lease for each of its users in a room, `user/replica`, and renews it. Somebody joins
//! with the first lease and leaves with the last; the leases of a replica that died run out, and whoever
//! removes them tells it. Rooms that are large on a replica are left out: a notice to everybody of everybody
//! costs the square of their number.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use folkmoot_common::Context;
use folkmoot_realtime::{Engine, Publication};
use parking_lot::Mutex;
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
}

type RoomLeases = (Arc<str>, Vec<(String, String)>);
/// By user id.
type RoomMembers = HashMap<Arc<str>, Member>;

struct Member {
    username: Arc<str>,
    sockets: usize,
}

impl Members {
    pub(crate) fn start(ctx: &Context, engine: &Engine) -> Self {
        let shared = Shared {
            ctx: ctx.clone(),
            engine: engine.clone(),
            replica: ctx.ids.next().simple().to_string(),
            rooms: Mutex::default(),
        };
        let members = Self(Arc::new(shared));
        let (renewing, shutdown) = (members.clone(), ctx.shutdown.clone());
        ctx.tasks.spawn(async move {
            while shutdown
                .run_until_cancelled(tokio::time::sleep(RENEW_EVERY))
                .await
                .is_some()
            {
                renewing.renew().await;
            }
        });
        members
    }

    /// A socket of `author` joined. While Redis is away nobody is told, which costs a notice and no message.
    pub(crate) async fn join(&self, room_id: &Arc<str>, author: &Author) {
        if !self.add(room_id, author) {
            return;
        }
        let set = set(room_id);
        let present = self.is_present(&set, &author.user_id).await;
        let leased = self
            .0
            .ctx
            .kv
            .lease(&set, &self.lease_of(&author.user_id), &author.username, TTL)
            .await;
        if leased.is_ok() && !present {
            self.tell("user_joined", room_id, &author.user_id, &author.username)
                .await;
        }
    }

    /// A socket that had joined closed.
    pub(crate) async fn leave(&self, room_id: &Arc<str>, author: &Author) {
        if !self.remove(room_id, &author.user_id) {
            return;
        }
        let set = set(room_id);
        let released = self
            .0
            .ctx
            .kv
            .release(&set, &self.lease_of(&author.user_id))
            .await;
        if released.is_ok() && !self.is_present(&set, &author.user_id).await {
            self.tell("user_left", room_id, &author.user_id, &author.username)
                .await;
        }
    }

    /// True for the first socket of the user in the room.
    fn add(&self, room_id: &Arc<str>, author: &Author) -> bool {
        let mut rooms = self.0.rooms.lock();
        match rooms
            .entry(Arc::clone(room_id))
            .or_default()
            .entry(Arc::clone(&author.user_id))
        {
            Entry::Occupied(mut member) => {
                member.get_mut().sockets += 1;
                false
            }
            Entry::Vacant(free) => {
                free.insert(Member {
                    username: Arc::clone(&author.username),
                    sockets: 1,
                });
                true
            }
        }
    }

    /// True for the last one.
    fn remove(&self, room_id: &Arc<str>, user_id: &Arc<str>) -> bool {
        let mut rooms = self.0.rooms.lock();
        let Some(members) = rooms.get_mut(room_id) else {
            return false;
        };
        let Some(member) = members.get_mut(user_id) else {
            return false;
        };
        member.sockets -= 1;
        let gone = member.sockets == 0;
        if gone {
            members.remove(user_id);
        }
        if members.is_empty() {
            rooms.remove(room_id);
        }
        gone
    }

    /// A `/` is in no user id, so the leases of one user lie together and behind no other's.
    fn lease_of(&self, user_id: &str) -> String {
        format!("{user_id}/{}", self.0.replica)
    }

    async fn is_present(&self, set: &str, user_id: &str) -> bool {
        let prefix = format!("{user_id}/");
        let next = self
            .0
            .ctx
            .kv
            .list(set, Some(&prefix), 1)
            .await
            .unwrap_or_default();
        next.first()
            .is_some_and(|lease| lease.member.starts_with(&prefix))
    }

    /// The leases that this replica holds, by room: member and value.
    fn leases(&self) -> Vec<RoomLeases> {
        let rooms = self.0.rooms.lock();
        let lease = |(user_id, member): (&Arc<str>, &Member)| {
            (self.lease_of(user_id), member.username.to_string())
        };
        let of_room = |members: &RoomMembers| members.iter().map(lease).collect();
        rooms
            .iter()
            .map(|(room_id, members)| (Arc::clone(room_id), of_room(members)))
            .collect()
    }

    async fn renew(&self) {
        for (room_id, leases) in self.leases() {
            if let Err(error) = self.0.ctx.kv.lease_many(&set(&room_id), &leases, TTL).await {
                debug!(%error, "leases of members are not renewed");
                return;
            }
            self.sweep(&room_id).await;
        }
    }

    /// Tells of the members of replicas that are gone.
    async fn sweep(&self, room_id: &Arc<str>) {
        let set = set(room_id);
        for lease in self
            .0
            .ctx
            .kv
            .sweep(&set, SWEEP_LIMIT)
            .await
            .unwrap_or_default()
        {
            let Some((user_id, _)) = lease.member.split_once('/') else {
                continue;
            };
            if !self.is_present(&set, user_id).await {
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
