//! From a validated forum to its objects: pure, without a client.
//!
//! Nothing of the operator's own version is in here, so that a new operator restarts no pod.

mod config_hash;
mod deployment;
mod environment;
pub mod metadata;
mod part;
mod pod;
pub mod ports;
mod probes;
mod services;
mod stores;

use folkmoot_common::ServiceName;

use super::{
    resources::{Resources, Wave, Workload},
    validate::ValidatedForum,
};

pub use config_hash::CONFIG_HASH;
pub use part::Part;
pub use pod::SERVICE_CONTAINER;

/// Builds every object of a forum. `chat_replicas` is the number that the scaler chose, or that of the spec.
#[must_use]
pub fn build(forum: &ValidatedForum, chat_replicas: i32) -> Resources {
    let services = |names: &[ServiceName]| {
        let deployments = names
            .iter()
            .map(|name| deployment::service(forum, *name, chat_replicas));
        deployments
            .map(|deployment| Workload::Deployment(Box::new(deployment)))
            .collect()
    };
    let stores = stores::all(forum);
    let stateful_sets = stores.stateful_sets.into_iter();
    let stateful_sets = stateful_sets
        .map(|set| Workload::StatefulSet(Box::new(set)))
        .collect();
    let wave = |name, workloads| Wave { name, workloads };
    Resources {
        config_maps: stores.config_maps,
        volume_claims: stores.volume_claims,
        services: [stores.services, services::all(forum)].concat(),
        waves: vec![
            wave("stores", stateful_sets),
            wave("identity", services(&[ServiceName::Identity])),
            wave(
                "services",
                services(&[
                    ServiceName::Presence,
                    ServiceName::Notification,
                    ServiceName::File,
                    ServiceName::Web,
                ]),
            ),
            wave("chat", services(&[ServiceName::Chat])),
        ],
        ..Resources::default()
    }
}
