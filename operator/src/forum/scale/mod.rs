//! How many chat pods a forum has, which of them goes when there are too many, and how sockets come to new ones.
//!
//! [`decide`], [`victim`] and [`moves`] are pure; this module feeds them with what the pods say and does what they
//! decide, but for the number of pods itself, which the pass applies with everything else.

pub mod decide;
pub mod moves;
pub mod policy;
mod reason;
pub mod victim;
pub mod window;

mod hands;
mod look;
#[cfg(test)]
mod simulation;

use std::{collections::HashMap, sync::Arc, time::Duration};

use folkmoot_common::clock::SharedClock;
use folkmoot_crds::{ChatStatus, ForumInstance};
use k8s_openapi::api::apps::v1::Deployment;
use kube::Client;
use parking_lot::Mutex;

use self::{
    decide::{Count, Decision, decide},
    hands::Hands,
    look::Look,
    moves::{Move, Moves, Next},
    policy::Policy,
    victim::Marks,
    window::Window,
};
use crate::{
    cache::{CachedPod, Key},
    pods::{AdminClient, Readings},
};

/// When to look again while something is being waited for, although nothing tells of news.
const WAIT: Duration = Duration::from_secs(10);
/// When to look again whether a mark has arrived, although the watch should tell.
const MARK_WAIT: Duration = Duration::from_secs(3);

/// Scales the chat pods of all forums.
#[derive(Debug)]
pub struct Scaler {
    hands: Hands,
    readings: Readings,
    clock: SharedClock,
    memories: Mutex<HashMap<Key, Memory>>,
}

/// What a pass does with what the scaler found.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaled {
    /// Pods that the Deployment shall ask for now. It may be applied at once, whatever else has to wait.
    pub replicas: i32,
    /// For the forum's status; its selector is empty.
    pub status: ChatStatus,
    /// When to look again at the latest.
    pub again: Option<Duration>,
    /// Events to tell of.
    pub notices: Vec<Notice>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `ScaledUp`, `ScaledDown` or `SocketsMoved`.
    pub reason: &'static str,
    /// For people.
    pub note: String,
}

/// What is remembered of a forum between passes. A restart begins anew, which only delays taking pods away.
#[derive(Debug, Default)]
struct Memory {
    window: Window,
    moves: Moves,
    told: Option<(i32, i32)>,
}

/// What is to be done after a look.
struct Plan {
    decision: Decision,
    marks: Marks,
    moves: Vec<Move>,
    again: Option<Duration>,
    notices: Vec<Notice>,
}

impl Scaler {
    /// A scaler that reads what `readings` holds and writes with `client`.
    #[must_use]
    pub fn new(client: Client, admin: AdminClient, readings: Readings, clock: SharedClock) -> Self {
        Self {
            hands: Hands::new(client, admin),
            readings,
            clock,
            memories: Mutex::default(),
        }
    }

    /// Decides for one forum. `pods` may be all of its pods; `deployment` is chat's, as the cluster has it.
    /// A paused forum is looked at and left alone.
    ///
    /// # Errors
    /// If a pod cannot be marked. The number of pods must then stay what it is.
    pub async fn pass(
        &self,
        forum: &ForumInstance,
        pods: &[Arc<CachedPod>],
        deployment: Option<&Deployment>,
    ) -> kube::Result<Scaled> {
        let look = Look::of(forum, pods, deployment, &self.readings, self.clock.now());
        let key = look.key.clone();
        let plan = {
            let mut memories = self.memories.lock();
            look.plan(memories.entry(key).or_default())
        };
        self.hands.mark(&look, &plan.marks).await?;
        let mut notices = plan.notices;
        notices.extend(self.hands.move_sockets(&look, &plan.moves).await);
        let status = look.status(&plan.decision);
        look.measure(&status);
        Ok(Scaled {
            replicas: plan.decision.replicas,
            status,
            again: plan.again,
            notices,
        })
    }

    /// Forgets a forum that is gone.
    pub fn forget(&self, forum: &Key) {
        if self.memories.lock().remove(forum).is_some() {
            look::forget_metrics(forum);
        }
    }
}

impl Look {
    fn plan(&self, memory: &mut Memory) -> Plan {
        let moved = memory.moves.last();
        if self.paused {
            return Plan::hold(self.current.unwrap_or(0), "the forum is paused");
        }
        let mut decision = decide(
            &self.policy,
            &self.situation(moved),
            &mut memory.window,
            self.now,
        );
        let victim = match self.current {
            Some(current) if decision.replicas < current => victim::choose(&self.candidates),
            _ => None,
        };
        let marks = match victim.is_some() || self.is_counted() {
            true => victim::marks(&self.candidates, victim),
            // A ReplicaSet that has not yet done what it was told still reads the mark.
            false => Marks::default(),
        };
        let mut again = decision.waiting.then_some(WAIT);
        if let (Some(current), true) = (
            self.current.filter(|_| victim.is_some()),
            marks.set.is_some(),
        ) {
            decision.replicas = current;
            again = Some(MARK_WAIT);
        }
        let notices = memory.tell(self.current, &decision).into_iter().collect();
        let moves = match self
            .evenable(&decision)
            .map(|pods| memory.moves.next(&pods, self.now))
        {
            Some(Next::Ask(moves)) => moves,
            Some(Next::Later) => {
                again = again.or(Some(WAIT));
                Vec::new()
            }
            _ => Vec::new(),
        };
        Plan {
            decision,
            marks,
            moves,
            again,
            notices,
        }
    }

    fn status(&self, decision: &Decision) -> ChatStatus {
        let count = Count::of(&self.loads);
        let whole = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let sockets = count.unknown.is_none().then_some(count.known);
        ChatStatus {
            replicas: whole(self.loads.iter().filter(|pod| pod.active).count()),
            ready_replicas: whole(
                self.loads
                    .iter()
                    .filter(|pod| pod.active && pod.ready)
                    .count(),
            ),
            desired_replicas: decision.desired,
            selector: String::new(),
            sockets: sockets.map(|sockets| i32::try_from(sockets).unwrap_or(i32::MAX)),
            reason: Some(decision.reason.clone()),
        }
    }
}

impl Plan {
    fn hold(replicas: i32, reason: &str) -> Self {
        let decision = Decision {
            replicas,
            desired: replicas,
            reason: reason.to_owned(),
            waiting: false,
        };
        Self {
            decision,
            marks: Marks::default(),
            moves: Vec::new(),
            again: None,
            notices: Vec::new(),
        }
    }
}

impl Memory {
    /// An event for each step, once: a pass may see the same again before the step is made.
    fn tell(&mut self, current: Option<i32>, decision: &Decision) -> Option<Notice> {
        let step = current.map(|current| (current, decision.replicas));
        let step = step.filter(|(from, to)| from != to);
        let told = std::mem::replace(&mut self.told, step);
        let (from, to) = step.filter(|_| told != step)?;
        let reason = if to > from { "ScaledUp" } else { "ScaledDown" };
        let note = format!("Chat goes from {from} to {to} pods: {}", decision.reason);
        Some(Notice { reason, note })
    }
}

/// The policy of a forum's spec.
fn policy(forum: &ForumInstance) -> Policy {
    Policy::of(&forum.spec.chat)
}
