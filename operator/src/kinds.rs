//! The kinds of objects that the operator owns.

use kube::core::{ApiResource, GroupVersionKind};

/// A kind of object that the operator owns, besides Secrets, which it only creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// core
    ServiceAccount,
    /// core
    ConfigMap,
    /// core
    PersistentVolumeClaim,
    /// core
    Service,
    /// networking.k8s.io
    NetworkPolicy,
    /// policy
    PodDisruptionBudget,
    /// networking.k8s.io
    Ingress,
    /// gateway.networking.k8s.io, where the cluster knows it
    HttpRoute,
    /// monitoring.coreos.com, where the cluster knows it
    ServiceMonitor,
    /// apps
    StatefulSet,
    /// batch
    Job,
    /// apps
    Deployment,
}

impl Kind {
    /// Those that every cluster knows.
    pub const ALWAYS: [Self; 10] = [
        Self::ServiceAccount,
        Self::ConfigMap,
        Self::PersistentVolumeClaim,
        Self::Service,
        Self::NetworkPolicy,
        Self::PodDisruptionBudget,
        Self::Ingress,
        Self::StatefulSet,
        Self::Job,
        Self::Deployment,
    ];

    /// Those that some clusters know.
    pub const OPTIONAL: [Self; 2] = [Self::HttpRoute, Self::ServiceMonitor];

    /// Where the API has it: group, version, kind, plural.
    #[must_use]
    pub const fn path(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::ServiceAccount => ("", "v1", "ServiceAccount", "serviceaccounts"),
            Self::ConfigMap => ("", "v1", "ConfigMap", "configmaps"),
            Self::PersistentVolumeClaim => {
                ("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims")
            }
            Self::Service => ("", "v1", "Service", "services"),
            Self::NetworkPolicy => (
                "networking.k8s.io",
                "v1",
                "NetworkPolicy",
                "networkpolicies",
            ),
            Self::PodDisruptionBudget => (
                "policy",
                "v1",
                "PodDisruptionBudget",
                "poddisruptionbudgets",
            ),
            Self::Ingress => ("networking.k8s.io", "v1", "Ingress", "ingresses"),
            Self::HttpRoute => ("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes"),
            Self::ServiceMonitor => (
                "monitoring.coreos.com",
                "v1",
                "ServiceMonitor",
                "servicemonitors",
            ),
            Self::StatefulSet => ("apps", "v1", "StatefulSet", "statefulsets"),
            Self::Job => ("batch", "v1", "Job", "jobs"),
            Self::Deployment => ("apps", "v1", "Deployment", "deployments"),
        }
    }

    /// Its name, as in a manifest.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.path().2
    }

    /// For a client that does not know its type.
    #[must_use]
    pub fn resource(self) -> ApiResource {
        let (group, version, kind, plural) = self.path();
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural)
    }

    /// Whether it has pods, and so a state of its own that a rollout waits for.
    #[must_use]
    pub const fn is_workload(self) -> bool {
        matches!(self, Self::StatefulSet | Self::Job | Self::Deployment)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_where_the_api_has_it() {
        let resource = Kind::HttpRoute.resource();
        assert_eq!(resource.api_version, "gateway.networking.k8s.io/v1");
        assert_eq!(resource.plural, "httproutes");
        assert_eq!(Kind::Service.resource().api_version, "v1");
    }
}
