//! A forum that can be built.

use std::collections::BTreeMap;

use folkmoot_common::ServiceName;
use folkmoot_crds::{
    AuthMode, ComponentSpec, EmailVerification, GatewaySpec, ImagePullPolicy, IngressSpec,
    MailSpec, ManagedStore, MonitoringSpec, NginxSpec, Registration, S3Spec, Scheme, SecretKeyRef,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;

use crate::forum::references::References;

/// A forum that can be built.
#[derive(Debug, Clone)]
pub struct ValidatedForum {
    /// Name of the object, and the beginning of the names of all that belongs to it.
    pub name: String,
    /// Where it and all that belongs to it is.
    pub namespace: String,
    /// Points from all that belongs to it to the object.
    pub owner: OwnerReference,
    /// Prefix of its keys and subjects in servers that it shares with others.
    pub instance: String,
    /// Where browsers reach it.
    pub public_url: String,
    /// Proxies that add to `X-Forwarded-For`, the edge included.
    pub trusted_proxies: i32,
    /// The name in `public_url` without a port; `None` if the spec names no host.
    pub host_name: Option<String>,
    /// How browsers address it.
    pub scheme: Scheme,
    /// Image of the services.
    pub image: String,
    /// When images are pulled.
    pub image_pull_policy: Option<ImagePullPolicy>,
    /// Names of Secrets with which images are pulled.
    pub image_pull_secrets: Vec<String>,
    /// Whether callers must present a token.
    pub auth: AuthMode,
    /// Whether anybody may make an account.
    pub registration: Registration,
    /// Whether what is open to every member may be read without a token.
    pub public_read: bool,
    /// Whether a new account must prove its address.
    pub email_verification: EmailVerification,
    /// How mail is sent; into files without.
    pub mail: Option<MailSpec>,
    /// What stands in front.
    pub edge: Edge,
    /// The database.
    pub postgres: Store,
    /// Fan-out, presence and limits.
    pub redis: Store,
    /// Events.
    pub nats: Store,
    /// Files.
    pub objects: ObjectStore,
    /// All services. Chat's number of pods is not here: it is told to the build.
    pub components: BTreeMap<ServiceName, ComponentSpec>,
    /// Seconds over which a chat pod that stops moves its sockets elsewhere.
    pub drain_seconds: i32,
    /// For a monitoring system.
    pub monitoring: MonitoringSpec,
    /// What was found of what the spec points at.
    pub references: References,
}

/// What stands in front of the services.
#[derive(Debug, Clone)]
pub enum Edge {
    /// An nginx of the forum's own.
    Nginx(Box<NginxSpec>),
    /// The cluster's Ingress controller.
    Ingress(IngressSpec),
    /// A Gateway of the cluster.
    Gateway(GatewaySpec),
}

/// Where one kind of data is.
#[derive(Debug, Clone)]
pub enum Store {
    /// A server that the operator runs.
    Managed(ManagedStore),
    /// A server of others; its URL is in a Secret.
    External(SecretKeyRef),
}

/// Where files are.
#[derive(Debug, Clone)]
pub enum ObjectStore {
    /// A server that the operator runs.
    Managed(ManagedStore),
    /// A bucket of others; its URL is in a Secret.
    Url(SecretKeyRef),
    /// A bucket of others, in parts.
    S3(S3Spec),
}
