//! An Ingress, for the cluster's own controller.

use std::collections::BTreeMap;

use folkmoot_common::edge::{EdgeRoute, TABLE};
use folkmoot_crds::IngressSpec;
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule,
    IngressServiceBackend, IngressSpec as Spec, IngressTLS, ServiceBackendPort,
};

use super::nginx_config::{SOCKET_SECONDS, max_request_bytes};
use crate::forum::{
    build::{part::Part, services::HTTP},
    validate::ValidatedForum,
};

/// The paths of the table, at the forum's host.
pub(super) fn of(forum: &ValidatedForum, ingress: &IngressSpec) -> Ingress {
    let mut metadata = forum.metadata(Part::Edge);
    let mut annotations = of_controllers(forum);
    annotations.extend(ingress.annotations.clone());
    metadata.annotations = Some(annotations);
    Ingress {
        metadata,
        spec: Some(Spec {
            ingress_class_name: ingress.class_name.clone(),
            rules: Some(vec![IngressRule {
                host: forum.host_name.clone(),
                http: Some(HTTPIngressRuleValue {
                    paths: TABLE.iter().map(|route| path(forum, route)).collect(),
                }),
            }]),
            tls: ingress.tls_secret_name.as_ref().map(|secret| {
                vec![IngressTLS {
                    hosts: forum.host_name.clone().map(|host| vec![host]),
                    secret_name: Some(secret.clone()),
                }]
            }),
            ..Spec::default()
        }),
        status: None,
    }
}

/// A controller's own limits would cut off uploads and sockets. Those that do not know these take no notice.
fn of_controllers(forum: &ValidatedForum) -> BTreeMap<String, String> {
    let nginx = |name, value| (format!("nginx.ingress.kubernetes.io/{name}"), value);
    [
        nginx("proxy-body-size", max_request_bytes(forum).to_string()),
        nginx("proxy-read-timeout", SOCKET_SECONDS.to_string()),
        nginx("proxy-request-buffering", "off".to_owned()),
        nginx("proxy-send-timeout", SOCKET_SECONDS.to_string()),
    ]
    .into()
}

/// A prefix matches whole steps of a path, as in the table, and the longest wins.
fn path(forum: &ValidatedForum, route: &EdgeRoute) -> HTTPIngressPath {
    HTTPIngressPath {
        path: Some(route.prefix.to_owned()),
        path_type: "Prefix".to_owned(),
        backend: IngressBackend {
            service: Some(IngressServiceBackend {
                name: Part::Service(route.service).object_name(&forum.name),
                port: Some(ServiceBackendPort {
                    name: Some(HTTP.to_owned()),
                    number: None,
                }),
            }),
            resource: None,
        },
    }
}
