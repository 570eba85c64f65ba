//! Where a forum keeps its data: PostgreSQL, Redis, NATS and object storage.
//!
//! Each is `external`, named by keys of Secrets as CloudNativePG and others make them, or `managed`: one pod with
//! one volume, for evaluation.

#![expect(
    unreachable_pub,
    reason = "KubeSchema derives from a public shadow of each struct inside a function"
)]

use k8s_openapi::api::core::v1::ResourceRequirements;
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::{self, SecretKeyRef};

/// Image of a managed PostgreSQL. Like the three below it is the default in the definition, so that it is written into
/// each new forum and a later operator changes no forum that exists.
pub const POSTGRES_IMAGE: &str = "docker.io/library/postgres:17";
/// Image of a managed Redis, which is Valkey.
pub const REDIS_IMAGE: &str = "docker.io/valkey/valkey:8.1";
/// Image of a managed NATS.
pub const NATS_IMAGE: &str = "docker.io/library/nats:2.12";
/// Image of a managed S3 server.
pub const OBJECTS_IMAGE: &str = "docker.io/versity/versitygw:v1.1.0";

/// One pod that the operator runs, with a volume. For evaluation: it has no replica and no backup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("quantity(self.storage).compareTo(quantity(oldSelf.storage)) >= 0")
        .message("managed.storage: a volume cannot be made smaller")
        .field_path(".storage"),
    validation = Rule::new("has(self.storageClassName) == has(oldSelf.storageClassName) && (!has(self.storageClassName) || self.storageClassName == oldSelf.storageClassName)")
        .message("managed.storageClassName: the class of a volume cannot be changed")
        .field_path(".storageClassName")
)]
pub struct ManagedStore {
    /// Image to run. The default is written into new forums, so that a later operator does not change it.
    #[schemars(schema_with = "schema::image")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Size of the volume. It can be made larger where the storage class allows it.
    #[schemars(schema_with = "schema::storage")]
    #[serde(default = "ManagedStore::default_storage")]
    pub storage: String,
    /// Class of the volume; the cluster's default when not set. It cannot be changed later.
    #[schemars(schema_with = "schema::object_name")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class_name: Option<String>,
    /// Keep the volume when the forum is deleted.
    #[serde(default)]
    pub retain: bool,
    /// Processor time and memory of the pod.
    #[schemars(schema_with = "schema::resources")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRequirements>,
}

impl ManagedStore {
    fn default_storage() -> String {
        "1Gi".to_owned()
    }
}

impl Default for ManagedStore {
    fn default() -> Self {
        Self {
            image: None,
            storage: Self::default_storage(),
            storage_class_name: None,
            retain: false,
            resources: None,
        }
    }
}

/// A server that others run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExternalStore {
    /// Which key of which Secret holds the URL.
    pub url: SecretKeyRef,
}

/// The SQL database. Set one of `managed` and `external`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "has(self.managed) != has(self.external)",
    "postgres: set exactly one of managed and external"
))]
pub struct PostgresSpec {
    /// A single PostgreSQL that the operator runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<ManagedStore>,
    /// `postgres://USER:PASSWORD@HOST/DATABASE` in a Secret, for example that of CloudNativePG with the key `uri`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalStore>,
}

/// Redis or Valkey, for fan-out between replicas, presence and limits. Set one of `managed` and `external`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "has(self.managed) != has(self.external)",
    "redis: set exactly one of managed and external"
))]
pub struct RedisSpec {
    /// A single server that the operator runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<ManagedStore>,
    /// `redis://USER:PASSWORD@HOST:PORT` in a Secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalStore>,
}

/// NATS with JetStream, for events between services. Set one of `managed` and `external`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "has(self.managed) != has(self.external)",
    "nats: set exactly one of managed and external"
))]
pub struct NatsSpec {
    /// A single server that the operator runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<ManagedStore>,
    /// `nats://USER:PASSWORD@HOST:PORT` in a Secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalStore>,
}

/// Where uploaded files are. Set one of `managed` and `external`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "has(self.managed) != has(self.external)",
    "objectStorage: set exactly one of managed and external"
))]
pub struct ObjectStorageSpec {
    /// A single S3 server that the operator runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<ManagedStore>,
    /// S3 or what speaks like it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalObjectStorage>,
}

/// A bucket that others run. Set one of `url` and `s3`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "has(self.url) != has(self.s3)",
    "objectStorage.external: set exactly one of url and s3"
))]
pub struct ExternalObjectStorage {
    /// Which key of which Secret holds `s3://KEY:SECRET@BUCKET?endpoint=URL&region=NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<SecretKeyRef>,
    /// The parts one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3: Option<S3Spec>,
}

/// A bucket and the Secrets with its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct S3Spec {
    /// `HOST:PORT` or a URL.
    #[schemars(schema_with = "schema::endpoint")]
    pub endpoint: String,
    /// Name of the bucket, which must exist.
    #[schemars(schema_with = "schema::bucket")]
    pub bucket: String,
    /// Which key of which Secret holds the access key.
    pub access_key: SecretKeyRef,
    /// Which key of which Secret holds the secret key.
    pub secret_key: SecretKeyRef,
}

macro_rules! managed_by_default {
    ($($store:ty),*) => {$(
        impl Default for $store {
            fn default() -> Self {
                Self { managed: Some(ManagedStore::default()), external: None }
            }
        }
    )*};
}

managed_by_default!(PostgresSpec, RedisSpec, NatsSpec, ObjectStorageSpec);
