//! The Deployments of the services.

use folkmoot_common::ServiceName;
use k8s_openapi::{
    api::{
        apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment},
        core::v1::PodTemplateSpec,
    },
    apimachinery::pkg::util::intstr::IntOrString,
};

use super::{part::Part, pod};
use crate::forum::validate::ValidatedForum;

/// Seconds without progress after which Kubernetes calls a roll-out failed.
const PROGRESS_DEADLINE_SECONDS: i32 = 300;
/// Old ReplicaSets that are kept. A roll-back applies the old spec, so they are only for people to look at.
const REVISION_HISTORY_LIMIT: i32 = 3;

/// The Deployment of one service. Of all but chat the number of pods may be somebody else's.
pub(super) fn service(
    forum: &ValidatedForum,
    service: ServiceName,
    chat_replicas: i32,
) -> Deployment {
    let replicas = match service {
        ServiceName::Chat => Some(chat_replicas),
        other => forum
            .components
            .get(&other)
            .and_then(|component| component.replicas),
    };
    of(
        forum,
        Part::Service(service),
        replicas,
        pod::service(forum, service),
    )
}

/// A Deployment that replaces its pods one by one, each only when the next one is ready.
pub(super) fn of(
    forum: &ValidatedForum,
    part: Part,
    replicas: Option<i32>,
    template: PodTemplateSpec,
) -> Deployment {
    Deployment {
        metadata: forum.metadata(part),
        spec: Some(DeploymentSpec {
            replicas,
            selector: forum.selector(part),
            strategy: Some(DeploymentStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: Some(RollingUpdateDeployment {
                    max_surge: Some(IntOrString::Int(1)),
                    max_unavailable: Some(IntOrString::Int(0)),
                }),
            }),
            progress_deadline_seconds: Some(PROGRESS_DEADLINE_SECONDS),
            revision_history_limit: Some(REVISION_HISTORY_LIMIT),
            template,
            ..DeploymentSpec::default()
        }),
        status: None,
    }
}
