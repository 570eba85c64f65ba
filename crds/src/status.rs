//! What the operator answers.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// The types of a forum's conditions.
pub mod condition {
    /// Everything runs as the spec says.
    pub const READY: &str = "Ready";
    /// A change is being rolled out.
    pub const PROGRESSING: &str = "Progressing";
    /// Something needs help.
    pub const DEGRADED: &str = "Degraded";
    /// `spec.paused` is set.
    pub const PAUSED: &str = "Paused";
    /// The database is reached.
    pub const POSTGRES_READY: &str = "PostgresReady";
    /// Redis is reached.
    pub const REDIS_READY: &str = "RedisReady";
    /// NATS is reached.
    pub const NATS_READY: &str = "NatsReady";
    /// The object store is reached.
    pub const OBJECT_STORAGE_READY: &str = "ObjectStorageReady";

    /// All of them, in the order in which they are shown.
    pub const ALL: [&str; 8] = [
        READY,
        PROGRESSING,
        DEGRADED,
        PAUSED,
        POSTGRES_READY,
        REDIS_READY,
        NATS_READY,
        OBJECT_STORAGE_READY,
    ];
}

/// The state of a forum.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ForumInstanceStatus {
    /// The generation of the spec that this status speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// What is the case; see the troubleshooting page for every reason.
    #[schemars(schema_with = "schema::conditions")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Where members reach the forum.
    #[schemars(length(max = 300))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The version that serves: the tag of the image that was last rolled out completely.
    #[schemars(length(max = 512))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The parts of the forum.
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ComponentStatus>,
    /// The chat pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChatStatus>,
}

/// The state of one part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComponentStatus {
    /// Name of the part.
    #[schemars(length(max = 63))]
    pub name: String,
    /// Pods that there should be.
    pub replicas: i32,
    /// Pods that run the current template.
    pub updated_replicas: i32,
    /// Pods that serve.
    pub ready_replicas: i32,
    /// Image that was last rolled out to all pods of the part.
    #[schemars(length(max = 512))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// The state of chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatStatus {
    /// Pods that there are.
    pub replicas: i32,
    /// Pods that serve.
    pub ready_replicas: i32,
    /// Pods that there should be.
    pub desired_replicas: i32,
    /// Label selector of the pods, as text, for the scale subresource.
    #[schemars(length(max = 1024))]
    pub selector: String,
    /// Open sockets of all pods; not set while it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sockets: Option<i32>,
    /// Why there should be that many pods.
    #[schemars(length(max = 1024))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
