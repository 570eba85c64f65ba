//! The Job that brings the database up to date before any pod of a new version starts.

use std::collections::BTreeMap;

use folkmoot_common::ServiceName;
use folkmoot_crds::PodTemplateSpec as Overrides;
use k8s_openapi::api::{
    batch::v1::{
        Job, JobSpec, PodFailurePolicy, PodFailurePolicyOnPodConditionsPattern,
        PodFailurePolicyRule,
    },
    core::v1::{Container, PodTemplateSpec},
};

use super::{
    config_hash,
    environment::{self, DATA_DIR, Variables},
    part::Part,
    pod,
};
use crate::forum::validate::ValidatedForum;

/// Seconds that the migrations wait for a database that is not there yet. Then they end and say why, which becomes a
/// condition; they are tried again for ever.
const WAIT_SECONDS: i64 = 20;
/// Seconds after which the Job has failed, whatever it does.
const DEADLINE_SECONDS: i64 = 1800;
/// Times that a failed migration is tried again.
const RETRIES: i32 = 1;
/// Characters of the digest in the Job's name.
const DIGEST_LENGTH: usize = 10;

/// The migrations of the forum's image on its database. A Job cannot be changed, so all that could change is in its name.
pub(super) fn job(forum: &ValidatedForum) -> Job {
    let template = template(forum);
    let digest = config_hash::hex_of(&serde_json::to_string(&template).unwrap_or_default());
    let digest: String = digest.chars().take(DIGEST_LENGTH).collect();
    Job {
        metadata: forum.named_metadata(Part::Migration, format!("{}-migrate-{digest}", forum.name)),
        spec: Some(JobSpec {
            backoff_limit: Some(RETRIES),
            active_deadline_seconds: Some(DEADLINE_SECONDS),
            // A pod that a node's drain takes away has not failed.
            pod_failure_policy: Some(PodFailurePolicy {
                rules: vec![PodFailurePolicyRule {
                    action: "Ignore".to_owned(),
                    on_pod_conditions: Some(vec![PodFailurePolicyOnPodConditionsPattern {
                        type_: "DisruptionTarget".to_owned(),
                        status: "True".to_owned(),
                    }]),
                    on_exit_codes: None,
                }],
            }),
            template,
            ..JobSpec::default()
        }),
        status: None,
    }
}

fn template(forum: &ValidatedForum) -> PodTemplateSpec {
    let mut pod = pod::base(forum, Part::Migration, pod::USER);
    // There is one.
    pod.topology_spread_constraints = None;
    pod.restart_policy = Some("Never".to_owned());
    pod.termination_grace_period_seconds = Some(30);
    pod.containers = vec![container(forum)];
    pod.volumes = Some(vec![pod::scratch("data")]);
    pod::template(
        forum,
        Part::Migration,
        pod,
        &placement(forum),
        &BTreeMap::new(),
    )
}

fn container(forum: &ValidatedForum) -> Container {
    let mut variables = Variables::default();
    variables.set("DATA_DIR", DATA_DIR);
    variables.set("LOG_FORMAT", "json");
    variables.refer("DATABASE_URL", &environment::database(forum));
    let wait = WAIT_SECONDS.to_string();
    Container {
        name: pod::SERVICE_CONTAINER.to_owned(),
        image: Some(forum.image.clone()),
        image_pull_policy: forum.image_pull_policy.map(pod::pull_policy),
        args: Some(
            ["migrate", "--wait-seconds", &wait]
                .map(str::to_owned)
                .into(),
        ),
        env: Some(variables.sorted()),
        termination_message_policy: Some(pod::LAST_WORDS.to_owned()),
        resources: Some(pod::resources("20m", "32Mi", "256Mi")),
        security_context: Some(pod::restricted()),
        volume_mounts: Some(vec![pod::mount("data", DATA_DIR)]),
        ..Container::default()
    }
}

/// It runs where identity does, which needs the same database first.
fn placement(forum: &ValidatedForum) -> Overrides {
    let identity = forum.components.get(&ServiceName::Identity);
    let identity = identity
        .map(|component| component.pod_template.clone())
        .unwrap_or_default();
    Overrides {
        annotations: BTreeMap::new(),
        env: Vec::new(),
        ..identity
    }
}
