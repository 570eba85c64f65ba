//! An HTTPRoute, for a Gateway of the cluster.

use folkmoot_common::{
    ServiceName,
    edge::{EdgeRoute, TABLE},
};
use folkmoot_crds::{GatewaySpec, ParentReference};
use kube::{
    api::{ApiResource, GroupVersionKind},
    core::DynamicObject,
};
use serde_json::{Value, json};

use crate::forum::{build::part::Part, validate::ValidatedForum};

const GROUP: &str = "gateway.networking.k8s.io";

/// The kind, as the Gateway API defines it.
#[must_use]
pub fn resource() -> ApiResource {
    let kind = GroupVersionKind::gvk(GROUP, "v1", "HTTPRoute");
    ApiResource::from_gvk_with_plural(&kind, "httproutes")
}

/// The paths of the table, at the forum's host.
pub(super) fn of(forum: &ValidatedForum, gateway: &GatewaySpec) -> DynamicObject {
    let mut object = DynamicObject::new(&Part::Edge.object_name(&forum.name), &resource());
    object.metadata = forum.metadata(Part::Edge);
    let parents: Vec<_> = gateway.parent_refs.iter().map(parent).collect();
    // A rule each service, because a route has at most 16 rules, and each of them 64 matches.
    let rules: Vec<_> = ServiceName::ALL
        .into_iter()
        .map(|service| rule(forum, service))
        .collect();
    let hosts: Vec<_> = forum.host_name.iter().collect();
    object.data = json!({"spec": {"parentRefs": parents, "hostnames": hosts, "rules": rules}});
    object
}

/// With what the API would fill in, so that nothing differs afterwards.
fn parent(reference: &ParentReference) -> Value {
    let mut parent = json!({"group": GROUP, "kind": "Gateway", "name": reference.name});
    for (key, value) in [
        ("namespace", &reference.namespace),
        ("sectionName", &reference.section_name),
    ] {
        if let Some(value) = value {
            parent[key] = json!(value);
        }
    }
    parent
}

/// A prefix matches whole steps of a path, as in the table, and the longest wins whichever rule it is in.
fn rule(forum: &ValidatedForum, service: ServiceName) -> Value {
    let rows = TABLE.iter().filter(|route| route.service == service);
    let matches: Vec<_> = rows.map(path).collect();
    json!({
        "matches": matches,
        "backendRefs": [{
            "group": "",
            "kind": "Service",
            "name": Part::Service(service).object_name(&forum.name),
            "port": service.port(),
            "weight": 1,
        }],
    })
}

fn path(route: &EdgeRoute) -> Value {
    json!({"path": {"type": "PathPrefix", "value": route.prefix}})
}
