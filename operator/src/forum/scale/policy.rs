//! What a forum's spec says of the number of chat pods.

use chrono::TimeDelta;
use folkmoot_crds::{AutoscalingSpec, ChatSpec, MAX_REPLICAS};

/// Who chooses the number of chat pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The spec, and whoever writes it.
    Fixed(i32),
    /// The operator, by the sockets.
    BySockets(Target),
}

/// How many pods for how many sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Fewest pods.
    pub min: i32,
    /// Most pods.
    pub max: i32,
    /// Sockets that one pod should hold; at least 1.
    pub per_pod: u32,
    /// For how long fewer pods must have been enough.
    pub window: TimeDelta,
}

impl Policy {
    /// Reads a spec. What the schema forbids is brought within its bounds, because a schema may be older than we are.
    #[must_use]
    pub fn of(chat: &ChatSpec) -> Self {
        match &chat.autoscaling {
            None => Self::Fixed(chat.replicas.clamp(0, MAX_REPLICAS)),
            Some(autoscaling) => Self::BySockets(Target::of(autoscaling)),
        }
    }
}

impl Target {
    fn of(spec: &AutoscalingSpec) -> Self {
        let min = spec.min_replicas.clamp(1, MAX_REPLICAS);
        Self {
            min,
            max: spec.max_replicas.clamp(min, MAX_REPLICAS),
            per_pod: u32::try_from(spec.sockets_per_replica).unwrap_or(1).max(1),
            window: TimeDelta::seconds(spec.scale_down_stabilization_seconds.clamp(0, 3600).into()),
        }
    }

    /// Pods that `sockets` need.
    #[must_use]
    pub fn pods_for(&self, sockets: u64) -> i32 {
        self.pods_of(sockets, self.per_pod)
    }

    /// Pods to which one may go down with `sockets`: with a tenth of each pod left free, so that a number of sockets
    /// about a border does not take a pod away and bring it back.
    #[must_use]
    pub fn pods_to_keep(&self, sockets: u64) -> i32 {
        self.pods_of(sockets, self.per_pod - self.per_pod / 10)
    }

    fn pods_of(&self, sockets: u64, each: u32) -> i32 {
        let pods = sockets.div_ceil(u64::from(each));
        i32::try_from(pods)
            .unwrap_or(i32::MAX)
            .clamp(self.min, self.max)
    }
}
