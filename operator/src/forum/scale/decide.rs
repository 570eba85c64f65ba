//! How many chat pods there should be: a pure function of what is wanted, what is seen and what was seen lately.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    policy::{Policy, Target},
    reason,
    window::Window,
};

/// Time after a move of sockets during which their number is too small, because some are on their way.
pub const MOVE_SETTLES: TimeDelta = TimeDelta::seconds(30);

/// A chat pod, as far as its number is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// Its name.
    pub name: String,
    /// Its open sockets, if known. A pod whose process does not run has none.
    pub sockets: Option<u32>,
    /// Whether it serves.
    pub ready: bool,
    /// Whether its ReplicaSet counts it; if not, it is ending.
    pub active: bool,
    /// Whether it sends its sockets away.
    pub draining: bool,
    /// The revision of the Deployment that it was made from.
    pub revision: Option<String>,
}

/// What is seen.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// Pods that the Deployment asks for; `None` if there is no Deployment.
    pub current: Option<i32>,
    /// All chat pods that have not ended.
    pub pods: &'a [Load],
    /// Whether the Deployment has nothing left to do.
    pub quiet: bool,
    /// When sockets were asked to move the last time.
    pub moved: Option<DateTime<Utc>>,
}

/// How many pods there should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Pods to ask for now. It is at most one less than there are.
    pub replicas: i32,
    /// Pods that there should be in the end.
    pub desired: i32,
    /// Why, for people.
    pub reason: String,
    /// Whether to look again soon without being told of news: something is being waited for.
    pub waiting: bool,
}

/// Decides. What is recommended is noted in `window`.
pub fn decide(
    policy: &Policy,
    situation: &Situation<'_>,
    window: &mut Window,
    now: DateTime<Utc>,
) -> Decision {
    match policy {
        Policy::Fixed(replicas) => {
            // Autoscaling that is switched on later must not remember what was before.
            *window = Window::default();
            fixed(*replicas, situation)
        }
        Policy::BySockets(target) => by_sockets(target, situation, window, now),
    }
}

fn fixed(replicas: i32, situation: &Situation<'_>) -> Decision {
    match situation.current {
        Some(current) if current > replicas => match unsettled(situation, current) {
            Some(obstacle) => decision(
                current,
                replicas,
                reason::fixed_waits(replicas, &obstacle),
                true,
            ),
            None => decision(current - 1, replicas, reason::fixed(replicas), true),
        },
        _ => decision(replicas, replicas, reason::fixed(replicas), false),
    }
}

const fn decision(replicas: i32, desired: i32, reason: String, waiting: bool) -> Decision {
    Decision {
        replicas,
        desired,
        reason,
        waiting,
    }
}

fn by_sockets(
    target: &Target,
    situation: &Situation<'_>,
    window: &mut Window,
    now: DateTime<Utc>,
) -> Decision {
    let count = Count::of(situation.pods);
    let needed = target.pods_for(count.known);
    // A Deployment of no pods has nobody to count sockets; it begins with the fewest.
    let current = situation.current.unwrap_or(0);
    let recommended = match count.unknown {
        Some(_) => needed.max(current),
        None => needed.max(target.pods_to_keep(count.known).min(current)),
    };
    window.record(now, recommended.min(target.max));
    if needed > current {
        return decision(needed, needed, reason::needs(target, &count), false);
    }
    if current > target.max {
        return above_most(target.max, current, situation);
    }
    let seen = Seen {
        target,
        count: &count,
        current,
    };
    downwards(&seen, situation, window, now)
}

/// The most was lowered: that is an order, which waits for nothing but the pods that are ending.
fn above_most(max: i32, current: i32, situation: &Situation<'_>) -> Decision {
    match unsettled(situation, current) {
        Some(obstacle) => decision(current, max, reason::most_waits(max, &obstacle), true),
        None => decision(current - 1, max, reason::most(max), true),
    }
}

fn downwards(
    seen: &Seen<'_>,
    situation: &Situation<'_>,
    window: &Window,
    now: DateTime<Utc>,
) -> Decision {
    let Seen {
        target,
        count,
        current,
    } = *seen;
    if let Some(pod) = &count.unknown {
        return decision(
            current,
            current,
            reason::unknown(target, count, current, pod),
            false,
        );
    }
    let Some(since) = window.below_since(current) else {
        return decision(
            current,
            current,
            reason::fits(target, count, current),
            false,
        );
    };
    let fewer = target.pods_to_keep(count.known).min(current);
    let desired = window
        .largest(target.window)
        .map_or(current, |most| most.min(current));
    if desired >= current {
        let text = reason::window(target, count, current, fewer, since);
        return decision(current, current, text, true);
    }
    let settled = unsettled(situation, current)
        .or_else(|| (!situation.quiet).then(|| "a rollout to end".to_owned()))
        .or_else(|| moving(situation, now));
    match settled {
        Some(obstacle) => {
            let text = reason::fewer_waits(target, count, current, fewer, &obstacle);
            decision(current, desired, text, true)
        }
        None => decision(
            current - 1,
            desired,
            reason::fewer(target, count, current, fewer),
            true,
        ),
    }
}

/// What is behind a decision.
#[derive(Clone, Copy)]
struct Seen<'a> {
    target: &'a Target,
    count: &'a Count,
    current: i32,
}

/// The sockets of all pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Those that are known of.
    pub known: u64,
    /// A pod whose sockets are not known, if there is one.
    pub unknown: Option<String>,
}

impl Count {
    /// Counts. The sockets of pods that are ending count too: they are on their way to the others.
    #[must_use]
    pub fn of(pods: &[Load]) -> Self {
        let known = pods
            .iter()
            .filter_map(|pod| pod.sockets)
            .map(u64::from)
            .sum();
        let unknown = pods.iter().find(|pod| pod.sockets.is_none());
        Self {
            known,
            unknown: unknown.map(|pod| pod.name.clone()),
        }
    }
}

/// What must end before another pod may go, if something must: a pod that is ending, or one too many whose end is
/// not seen yet.
fn unsettled(situation: &Situation<'_>, current: i32) -> Option<String> {
    let ending = situation
        .pods
        .iter()
        .find(|pod| !pod.active || pod.draining);
    if let Some(pod) = ending {
        return Some(format!("pod {} to hand over its sockets", pod.name));
    }
    let active = i32::try_from(situation.pods.len()).unwrap_or(i32::MAX);
    let surge = i32::from(revisions(situation.pods) > 1);
    (active > current + surge).then(|| "a pod to end".to_owned())
}

fn revisions(pods: &[Load]) -> usize {
    let mut revisions: Vec<_> = pods.iter().map(|pod| pod.revision.as_deref()).collect();
    revisions.sort_unstable();
    revisions.dedup();
    revisions.len()
}

fn moving(situation: &Situation<'_>, now: DateTime<Utc>) -> Option<String> {
    let moved = situation.moved?;
    // The clock may have been set back.
    ((now - moved).abs() < MOVE_SETTLES).then(|| "sockets that move between the pods".to_owned())
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
