//! Everything that a forum consists of, as built and not yet applied.

use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    batch::v1::Job,
    core::v1::{ConfigMap, PersistentVolumeClaim, Service, ServiceAccount},
    networking::v1::{Ingress, NetworkPolicy},
    policy::v1::PodDisruptionBudget,
};
use kube::core::DynamicObject;

/// The objects of a forum, in the order in which they are applied: what is mounted before what mounts it,
/// workloads last and in waves. Whoever applies them takes the struct apart without `..`, so that no kind is forgotten.
#[derive(Debug, Clone, Default)]
pub struct Resources {
    /// Accounts without rights and without tokens.
    pub service_accounts: Vec<ServiceAccount>,
    /// The edge's configuration.
    pub config_maps: Vec<ConfigMap>,
    /// Volumes of managed stores. Those to be retained have no owner.
    pub volume_claims: Vec<PersistentVolumeClaim>,
    /// Names of the parts.
    pub services: Vec<Service>,
    /// Who may speak to whom.
    pub network_policies: Vec<NetworkPolicy>,
    /// How many pods may be away.
    pub disruption_budgets: Vec<PodDisruptionBudget>,
    /// With `edge.ingress`.
    pub ingresses: Vec<Ingress>,
    /// With `edge.gateway`, where the cluster knows the kind.
    pub http_routes: Vec<DynamicObject>,
    /// With `monitoring.serviceMonitor`, where the cluster knows the kind.
    pub service_monitors: Vec<DynamicObject>,
    /// What runs, wave by wave; a wave begins when the one before is rolled out.
    pub waves: Vec<Wave>,
}

/// Workloads that are rolled out together.
#[derive(Debug, Clone)]
pub struct Wave {
    /// For conditions and events: `stores`, `migration`, `identity`, `services`, `chat`, `edge`.
    pub name: &'static str,
    /// What runs.
    pub workloads: Vec<Workload>,
}

/// Something with pods.
#[derive(Debug, Clone)]
pub enum Workload {
    /// A service or the edge.
    Deployment(Box<Deployment>),
    /// A managed store.
    StatefulSet(Box<StatefulSet>),
    /// The migrations; it must have completed.
    Job(Box<Job>),
}
