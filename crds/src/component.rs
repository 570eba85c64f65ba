//! The services of a forum: how many, how large, where.

#![expect(
    unreachable_pub,
    reason = "KubeSchema derives from a public shadow of each struct inside a function"
)]

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Affinity, EnvVar, ResourceRequirements, Toleration};
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// Most replicas of one component.
pub const MAX_REPLICAS: i32 = 100;

/// Variables that the operator sets on the services; `podTemplate.env` cannot.
pub const RESERVED_ENV: [&str; 26] = [
    "ADMIN_PORT",
    "ADMIN_TOKEN",
    "AUTH",
    "AUTH_ALLOW_OPEN",
    "DATABASE_URL",
    "DATA_DIR",
    "EMAIL_VERIFICATION",
    "HOST",
    "INSTANCE",
    "JWKS_URL",
    "LOG_FORMAT",
    "MAIL_FROM",
    "MINIO_ACCESS_KEY",
    "MINIO_BUCKET",
    "MINIO_ENDPOINT",
    "MINIO_SECRET_KEY",
    "NATS_URL",
    "OBJECT_STORE_URL",
    "PORT",
    "PUBLIC_READ",
    "PUBLIC_URL",
    "REDIS_URL",
    "REGISTRATION",
    "SHUTDOWN_GRACE_SECONDS",
    "SMTP_URL",
    "TRUSTED_PROXIES",
];

/// One service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ComponentSpec {
    /// Number of pods. When it is not set the operator leaves the number alone (1 at first), so that a
    /// HorizontalPodAutoscaler can own it.
    #[schemars(range(min = 0, max = 100))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// Processor time and memory of each pod.
    #[schemars(schema_with = "schema::resources")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRequirements>,
    /// What else to set on the pods.
    #[serde(skip_serializing_if = "PodTemplateSpec::is_empty")]
    pub pod_template: PodTemplateSpec,
}

/// What can be set on the pods of a component.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PodTemplateSpec {
    /// Annotations of the pods.
    #[schemars(schema_with = "schema::annotations")]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Labels that a node must have.
    #[schemars(schema_with = "schema::labels")]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub node_selector: BTreeMap<String, String>,
    /// Taints that the pods tolerate, as in a pod.
    #[schemars(schema_with = "schema::tolerations")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tolerations: Vec<Toleration>,
    /// Which nodes and neighbours the pods prefer or require, as in a pod.
    #[schemars(schema_with = "schema::affinity")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity: Option<Affinity>,
    /// Variables for the service, as in a pod; `folkmoot serve --help` lists them. Those that the operator sets are
    /// refused.
    #[schemars(schema_with = "schema::environment")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<EnvVar>,
}

impl PodTemplateSpec {
    /// True if nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The chat service, which holds the sockets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ChatSpec {
    /// Number of pods while `autoscaling` is not set; `kubectl scale` and HorizontalPodAutoscalers write it.
    #[schemars(range(min = 0, max = 100))]
    pub replicas: i32,
    /// The operator chooses the number of pods by their sockets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autoscaling: Option<AutoscalingSpec>,
    /// Seconds over which a pod that stops moves its sockets elsewhere.
    #[schemars(range(min = 0, max = 3600))]
    pub drain_seconds: i32,
    /// Processor time and memory of each pod.
    #[schemars(schema_with = "schema::resources")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRequirements>,
    /// What else to set on the pods.
    #[serde(skip_serializing_if = "PodTemplateSpec::is_empty")]
    pub pod_template: PodTemplateSpec,
}

/// The number of chat pods of a forum that says nothing about it.
#[must_use]
pub const fn default_chat_replicas() -> i32 {
    1
}

impl Default for ChatSpec {
    fn default() -> Self {
        Self {
            replicas: default_chat_replicas(),
            autoscaling: None,
            drain_seconds: 20,
            resources: None,
            pod_template: PodTemplateSpec::default(),
        }
    }
}

/// How the operator chooses the number of chat pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("self.minReplicas <= self.maxReplicas", "chat.autoscaling.minReplicas must not be larger than maxReplicas")
)]
pub struct AutoscalingSpec {
    /// Fewest pods.
    #[schemars(range(min = 1, max = 100))]
    #[serde(default = "AutoscalingSpec::default_min_replicas")]
    pub min_replicas: i32,
    /// Most pods.
    #[schemars(range(min = 1, max = 100))]
    #[serde(default = "AutoscalingSpec::default_max_replicas")]
    pub max_replicas: i32,
    /// Open sockets that one pod should hold.
    #[schemars(range(min = 1, max = 1_000_000))]
    #[serde(default = "AutoscalingSpec::default_sockets_per_replica")]
    pub sockets_per_replica: i32,
    /// Seconds for which fewer pods must have been enough before one is taken away.
    #[schemars(range(min = 0, max = 3600))]
    #[serde(default = "AutoscalingSpec::default_scale_down_stabilization_seconds")]
    pub scale_down_stabilization_seconds: i32,
}

impl AutoscalingSpec {
    const fn default_min_replicas() -> i32 {
        1
    }

    const fn default_max_replicas() -> i32 {
        5
    }

    const fn default_sockets_per_replica() -> i32 {
        5000
    }

    const fn default_scale_down_stabilization_seconds() -> i32 {
        300
    }
}

impl Default for AutoscalingSpec {
    fn default() -> Self {
        Self {
            min_replicas: Self::default_min_replicas(),
            max_replicas: Self::default_max_replicas(),
            sockets_per_replica: Self::default_sockets_per_replica(),
            scale_down_stabilization_seconds: Self::default_scale_down_stabilization_seconds(),
        }
    }
}
