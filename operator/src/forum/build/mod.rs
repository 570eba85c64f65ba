//! From a validated forum to its objects: pure, without a client.
//!
//! Nothing of the operator's own version is in here, so that a new operator restarts no pod.

mod config_hash;
mod deployment;
mod disruption_budget;
mod edge;
mod environment;
pub mod metadata;
mod migration;
mod network_policy;
mod part;
mod pod;
pub mod ports;
mod probes;
mod service_account;
mod service_monitor;
mod services;
mod stores;
#[cfg(test)]
mod tests;

use folkmoot_common::ServiceName;

use super::{
    resources::{Resources, Wave, Workload},
    validate::ValidatedForum,
};

#[cfg(test)]
pub(super) use tests::fixtures;

pub use config_hash::CONFIG_HASH;
pub use edge::http_route_resource;
pub(super) use environment::OWNED as OWNED_VARIABLES;
pub use part::Part;
pub use pod::SERVICE_CONTAINER;
pub use service_monitor::resource as service_monitor_resource;

/// The services that are rolled out side by side.
const SIDE_BY_SIDE: [ServiceName; 6] = [
    ServiceName::Presence,
    ServiceName::Notification,
    ServiceName::File,
    ServiceName::Discussion,
    ServiceName::Feed,
    ServiceName::Web,
];

/// Builds every object of a forum. `chat_replicas` is the number that the scaler chose, or that of the spec.
#[must_use]
pub fn build(forum: &ValidatedForum, chat_replicas: i32) -> Resources {
    let stores = stores::all(forum);
    let edge = edge::of(forum);
    let services = |names: &[ServiceName]| {
        let deployments = names
            .iter()
            .map(|name| deployment::service(forum, *name, chat_replicas));
        deployments
            .map(|deployment| Workload::Deployment(Box::new(deployment)))
            .collect()
    };
    let stateful_sets = stores.stateful_sets.into_iter().map(Box::new);
    let edge_deployment = edge.deployment.into_iter().map(Box::new);
    let waves = [
        ("stores", stateful_sets.map(Workload::StatefulSet).collect()),
        (
            "migration",
            vec![Workload::Job(Box::new(migration::job(forum)))],
        ),
        ("identity", services(&[ServiceName::Identity])),
        ("services", services(&SIDE_BY_SIDE)),
        ("chat", services(&[ServiceName::Chat])),
        ("edge", edge_deployment.map(Workload::Deployment).collect()),
    ];
    Resources {
        service_accounts: vec![service_account::of(forum)],
        config_maps: stores
            .config_maps
            .into_iter()
            .chain(edge.config_map)
            .collect(),
        volume_claims: stores.volume_claims,
        services: stores
            .services
            .into_iter()
            .chain(services::all(forum))
            .chain(edge.service)
            .collect(),
        network_policies: network_policy::all(forum),
        disruption_budgets: disruption_budget::all(forum),
        ingresses: edge.ingress.into_iter().collect(),
        http_routes: edge.http_route.into_iter().collect(),
        service_monitors: service_monitor::all(forum),
        waves: waves_of(waves),
    }
}

/// A wave without anything to run is none.
fn waves_of(waves: [(&'static str, Vec<Workload>); 6]) -> Vec<Wave> {
    let waves = waves
        .into_iter()
        .map(|(name, workloads)| Wave { name, workloads });
    waves.filter(|wave| !wave.workloads.is_empty()).collect()
}
