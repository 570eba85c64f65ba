//! How many pods of a part a drain of nodes may take away at a time.

use folkmoot_common::ServiceName;
use k8s_openapi::{
    api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec},
    apimachinery::pkg::util::intstr::IntOrString,
};

use super::part::Part;
use crate::forum::validate::{Edge, ValidatedForum};

/// One for each part that can have several pods.
pub(super) fn all(forum: &ValidatedForum) -> Vec<PodDisruptionBudget> {
    let edge = matches!(forum.edge, Edge::Nginx(_)).then_some(Part::Edge);
    let services = ServiceName::ALL.into_iter().map(Part::Service);
    services.chain(edge).map(|part| of(forum, part)).collect()
}

fn of(forum: &ValidatedForum, part: Part) -> PodDisruptionBudget {
    PodDisruptionBudget {
        metadata: forum.metadata(part),
        spec: Some(PodDisruptionBudgetSpec {
            // Not a number that must stay: with one replica that would forbid every drain.
            max_unavailable: Some(IntOrString::Int(1)),
            selector: Some(forum.selector(part)),
            // A pod that does not serve anyway never holds up a drain.
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            ..PodDisruptionBudgetSpec::default()
        }),
        status: None,
    }
}
