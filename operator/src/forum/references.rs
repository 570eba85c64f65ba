//! What a forum's spec points at, and what was found there.

use std::collections::BTreeMap;

/// What was read before a forum is validated. It holds no secret value, only digests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// Every Secret that the spec names or the operator generates, by name; `None` if there is no such Secret.
    pub secrets: BTreeMap<String, Option<SecretDigest>>,
    /// Every ConfigMap that the variables of the spec name, in the same way.
    pub config_maps: BTreeMap<String, Option<SecretDigest>>,
    /// What the cluster offers.
    pub platform: Platform,
}

/// The keys of a Secret or ConfigMap, each with the SHA-256 of its value in hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretDigest(pub BTreeMap<String, String>);

/// What the cluster offers, found by discovery and looked at again from time to time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Platform {
    /// The kind HTTPRoute of `gateway.networking.k8s.io/v1`.
    pub http_route: bool,
    /// The kind ServiceMonitor of `monitoring.coreos.com/v1`.
    pub service_monitor: bool,
    /// Where the operator runs: its pods may reach the admin ports.
    pub operator_namespace: String,
}
