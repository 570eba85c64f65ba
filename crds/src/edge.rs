//! How members reach a forum.

#![expect(
    unreachable_pub,
    reason = "KubeSchema derives from a public shadow of each struct inside a function"
)]

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ResourceRequirements;
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{component::PodTemplateSpec, schema};

/// Image of the edge. It is the default in the definition, so that it is written into each new forum and a later
/// operator changes no forum that exists.
pub const NGINX_IMAGE: &str = "docker.io/nginxinc/nginx-unprivileged:1.28";

/// What stands in front of the services. Set exactly one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "[has(self.nginx), has(self.ingress), has(self.gateway)].filter(x, x).size() == 1",
    "edge: set exactly one of nginx, ingress and gateway"
))]
pub struct EdgeSpec {
    /// An nginx that the operator runs, behind a Service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nginx: Option<NginxSpec>,
    /// An Ingress for the cluster's own controller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingress: Option<IngressSpec>,
    /// An HTTPRoute for a Gateway of the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<GatewaySpec>,
    /// How many proxies before this edge add the caller's address to `X-Forwarded-For`, for example a load balancer
    /// that speaks HTTP. With too few all members share one address's limits; with too many they can invent theirs.
    #[schemars(range(min = 0, max = 10))]
    #[serde(default)]
    pub proxies_in_front: i32,
}

impl Default for EdgeSpec {
    fn default() -> Self {
        Self {
            nginx: Some(NginxSpec::default()),
            ingress: None,
            gateway: None,
            proxies_in_front: 0,
        }
    }
}

/// An nginx that the operator runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NginxSpec {
    /// Image to run, as any user. The default is written into new forums, so that a later operator does not change it.
    #[schemars(schema_with = "schema::image")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Number of pods. When it is not set the operator leaves the number alone (1 at first).
    #[schemars(range(min = 0, max = 100))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// How the Service is reached.
    pub service_type: ServiceType,
    /// Ask identity about the token before a request is passed on to where only members may go, and tell the service in
    /// `X-User-ID`, `X-Username` and `X-Roles` who it is; without a valid token the edge itself answers 401. The
    /// services check the token all the same and believe none of these headers. While identity is away, members are
    /// refused with 503.
    pub forward_auth: bool,
    /// Annotations of the Service, for example for a load balancer.
    #[schemars(schema_with = "schema::annotations")]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub service_annotations: BTreeMap<String, String>,
    /// Processor time and memory of each pod.
    #[schemars(schema_with = "schema::resources")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRequirements>,
    /// What else to set on the pods.
    #[serde(skip_serializing_if = "PodTemplateSpec::is_empty")]
    pub pod_template: PodTemplateSpec,
}

/// How the edge's Service is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ServiceType {
    /// From within the cluster.
    #[default]
    ClusterIP,
    /// At a port of each node.
    NodePort,
    /// At an address of its own.
    LoadBalancer,
}

/// An Ingress.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct IngressSpec {
    /// Class of the Ingress; the cluster's default when not set.
    #[schemars(schema_with = "schema::object_name")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class_name: Option<String>,
    /// Secret with the certificate of `host`.
    #[schemars(schema_with = "schema::object_name")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_secret_name: Option<String>,
    /// Annotations of the Ingress.
    #[schemars(schema_with = "schema::annotations")]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// An HTTPRoute of the Gateway API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GatewaySpec {
    /// The Gateways that take the route.
    #[schemars(length(min = 1, max = 8))]
    pub parent_refs: Vec<ParentReference>,
}

/// A Gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParentReference {
    /// Name of the Gateway.
    #[schemars(schema_with = "schema::object_name")]
    pub name: String,
    /// Its namespace; the forum's when not set.
    #[schemars(schema_with = "schema::namespace")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// One of its listeners.
    #[schemars(schema_with = "schema::object_name")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section_name: Option<String>,
}

/// How browsers address the forum. Not set means https when `host` is set, else http.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Without encryption.
    Http,
    /// With TLS, which ends at the edge or in front of it.
    Https,
}
