//! The names under which the parts reach each other.

use folkmoot_common::ServiceName;
use k8s_openapi::{
    api::core::v1::{Service, ServicePort, ServiceSpec},
    apimachinery::pkg::util::intstr::IntOrString,
};

use super::{part::Part, ports};
use crate::forum::validate::ValidatedForum;

/// Name of the port on which a part serves.
pub(super) const HTTP: &str = "http";
/// Name of the port of livez, readyz and metrics.
pub(super) const ADMIN: &str = "admin";
/// The Services of all services.
pub(super) fn all(forum: &ValidatedForum) -> Vec<Service> {
    ServiceName::ALL
        .into_iter()
        .map(|service| {
            let ports = vec![
                port(HTTP, i32::from(service.port())),
                port(ADMIN, ports::ADMIN),
            ];
            of(forum, Part::Service(service), ports)
        })
        .collect()
}

/// The Service of a part.
pub(super) fn of(forum: &ValidatedForum, part: Part, ports: Vec<ServicePort>) -> Service {
    Service {
        metadata: forum.metadata(part),
        spec: Some(ServiceSpec {
            selector: forum.selector(part).match_labels,
            type_: Some("ClusterIP".to_owned()),
            ports: Some(ports),
            ..ServiceSpec::default()
        }),
        status: None,
    }
}

/// A port that leads to the container's port of the same name.
pub(super) fn port(name: &str, number: i32) -> ServicePort {
    ServicePort {
        name: Some(name.to_owned()),
        port: number,
        protocol: Some("TCP".to_owned()),
        target_port: Some(IntOrString::String(name.to_owned())),
        ..ServicePort::default()
    }
}
