//! What tells a Prometheus operator where the metrics are.

use kube::{
    api::{ApiResource, GroupVersionKind},
    core::DynamicObject,
};
use serde_json::json;

use super::{
    metadata::{COMPONENT, INSTANCE, forum_labels},
    part::Part,
    services::ADMIN,
};
use crate::forum::validate::ValidatedForum;

/// The kind, as the Prometheus operator defines it.
#[must_use]
pub fn resource() -> ApiResource {
    let kind = GroupVersionKind::gvk("monitoring.coreos.com", "v1", "ServiceMonitor");
    ApiResource::from_gvk_with_plural(&kind, "servicemonitors")
}

/// One for all services, if it is wanted and the cluster knows the kind.
pub(super) fn all(forum: &ValidatedForum) -> Vec<DynamicObject> {
    let wanted = forum.monitoring.service_monitor && forum.references.platform.service_monitor;
    wanted.then(|| of(forum)).into_iter().collect()
}

fn of(forum: &ValidatedForum) -> DynamicObject {
    let mut object = DynamicObject::new(&Part::Forum.object_name(&forum.name), &resource());
    object.metadata = forum.metadata(Part::Forum);
    object.data = json!({
        "spec": {
            // Only the Services of services have a port of that name.
            "endpoints": [{"port": ADMIN, "path": "/metrics", "interval": "30s"}],
            "selector": {"matchLabels": forum_labels(&forum.name)},
            "targetLabels": [INSTANCE, COMPONENT],
        },
    });
    object
}
