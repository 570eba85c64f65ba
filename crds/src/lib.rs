//! The Kubernetes API of Folkmoot, `folkmoot.dev/v1alpha1`: types and validation rules only.
//!
//! [`ForumInstance`] is what a user applies; [`ForumInstanceStatus`] is what the operator answers. The manifest of the
//! custom resource definition is generated from these types into `charts/` and `manifests/`.

pub mod auth;
pub mod component;
mod definition;
pub mod edge;
pub mod mail;
mod schema;
pub mod spec;
pub mod status;
pub mod stores;

pub use auth::{AuthMode, AuthSpec, EmailVerification, Registration};
pub use component::{
    AutoscalingSpec, ChatSpec, ComponentSpec, MAX_REPLICAS, PodTemplateSpec, RESERVED_ENV,
    default_chat_replicas,
};
pub use definition::definition;
pub use edge::{
    EdgeSpec, GatewaySpec, IngressSpec, NGINX_IMAGE, NginxSpec, ParentReference, Scheme,
    ServiceType,
};
pub use mail::{MailSpec, SmtpSpec};
pub use schema::SecretKeyRef;
pub use spec::{
    DEFAULT_IMAGE, ForumInstance, ForumInstanceSpec, ImagePullPolicy, ImagePullSecret,
    MAX_NAME_LENGTH, MonitoringSpec,
};
pub use status::{ChatStatus, ComponentStatus, ForumInstanceStatus, condition};
pub use stores::{
    ExternalObjectStorage, ExternalStore, ManagedStore, NATS_IMAGE, NatsSpec, OBJECTS_IMAGE,
    ObjectStorageSpec, POSTGRES_IMAGE, PostgresSpec, REDIS_IMAGE, RedisSpec, S3Spec,
};
