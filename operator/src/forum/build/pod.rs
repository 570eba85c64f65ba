//! The pods of the services, and what all pods of a forum have in common.

use std::collections::BTreeMap;

use folkmoot_common::ServiceName;
use folkmoot_crds::{ComponentSpec, ImagePullPolicy, PodTemplateSpec as Overrides};
use k8s_openapi::{
    api::core::v1::{
        Capabilities, Container, ContainerPort, EmptyDirVolumeSource, LocalObjectReference,
        PodSecurityContext, PodSpec, PodTemplateSpec, ResourceRequirements, SeccompProfile,
        SecretVolumeSource, SecurityContext, TopologySpreadConstraint, Volume, VolumeMount,
    },
    apimachinery::pkg::{api::resource::Quantity, apis::meta::v1::ObjectMeta},
};

use super::{
    config_hash::{self, CONFIG_HASH},
    environment::{self, DATA_DIR},
    metadata,
    part::Part,
    ports, probes,
    services::{ADMIN, HTTP},
};
use crate::forum::{generate::GeneratedSecret, validate::ValidatedForum};

/// Name of the container in which a service runs.
pub const SERVICE_CONTAINER: &str = "folkmoot";
/// The end of a failed container's log becomes its message, which the operator shows.
pub(super) const LAST_WORDS: &str = "FallbackToLogsOnError";
/// Most that a pod may write to a folder that goes with it.
const SCRATCH_LIMIT: &str = "64Mi";
/// User and group of the services' image.
pub(super) const USER: i64 = 65532;

/// The pods of `service`.
pub(super) fn service(forum: &ValidatedForum, service: ServiceName) -> PodTemplateSpec {
    let component = forum.components.get(&service).cloned().unwrap_or_default();
    let part = Part::Service(service);
    let mut pod = base(forum, part, USER);
    pod.termination_grace_period_seconds = Some(probes::termination_grace_seconds(
        environment::grace_seconds(forum, service),
    ));
    pod.containers = vec![container(forum, service, &component)];
    let mut volumes = vec![scratch("data")];
    if service == ServiceName::Identity {
        volumes.push(secret(
            "keys",
            &GeneratedSecret::SigningKeys.name(&forum.name),
        ));
    }
    pod.volumes = Some(volumes);
    template(forum, part, pod, &component.pod_template, &BTreeMap::new())
}

fn container(forum: &ValidatedForum, service: ServiceName, component: &ComponentSpec) -> Container {
    let probes = probes::service();
    let mut mounts = vec![mount("data", DATA_DIR)];
    if service == ServiceName::Identity {
        mounts.push(read_only(mount("keys", &format!("{DATA_DIR}/keys"))));
    }
    Container {
        name: SERVICE_CONTAINER.to_owned(),
        image: Some(forum.image.clone()),
        image_pull_policy: forum.image_pull_policy.map(pull_policy),
        args: Some(vec!["serve".to_owned(), service.as_str().to_owned()]),
        env: Some(environment::service(forum, service)),
        ports: Some(vec![
            port(HTTP, i32::from(service.port())),
            port(ADMIN, ports::ADMIN),
        ]),
        resources: Some(
            component
                .resources
                .clone()
                .unwrap_or_else(|| resources("20m", "32Mi", "256Mi")),
        ),
        startup_probe: Some(probes.startup),
        liveness_probe: Some(probes.liveness),
        readiness_probe: Some(probes.readiness),
        lifecycle: Some(probes::pre_stop()),
        termination_message_policy: Some(LAST_WORDS.to_owned()),
        security_context: Some(restricted()),
        volume_mounts: Some(mounts),
        ..Container::default()
    }
}

/// A pod without containers that keeps the restricted Pod Security Standard, spread over nodes.
pub(super) fn base(forum: &ValidatedForum, part: Part, user: i64) -> PodSpec {
    let secrets = forum.image_pull_secrets.iter();
    let secrets: Vec<_> = secrets
        .map(|name| LocalObjectReference { name: name.clone() })
        .collect();
    PodSpec {
        service_account_name: Some(Part::Forum.object_name(&forum.name)),
        automount_service_account_token: Some(false),
        // Variables of every Service of the namespace would be in every pod.
        enable_service_links: Some(false),
        image_pull_secrets: (!secrets.is_empty()).then_some(secrets),
        security_context: Some(PodSecurityContext {
            run_as_non_root: Some(true),
            run_as_user: Some(user),
            run_as_group: Some(user),
            fs_group: Some(user),
            fs_group_change_policy: Some("OnRootMismatch".to_owned()),
            seccomp_profile: Some(SeccompProfile {
                type_: "RuntimeDefault".to_owned(),
                localhost_profile: None,
            }),
            ..PodSecurityContext::default()
        }),
        topology_spread_constraints: Some(spread(forum, part)),
        ..PodSpec::default()
    }
}

/// The template of `pod`, with what the user set.
pub(super) fn template(
    forum: &ValidatedForum,
    part: Part,
    mut pod: PodSpec,
    overrides: &Overrides,
    rendered: &BTreeMap<String, String>,
) -> PodTemplateSpec {
    let is_set = |map: &BTreeMap<String, String>| !map.is_empty();
    pod.node_selector = Some(overrides.node_selector.clone()).filter(is_set);
    pod.affinity.clone_from(&overrides.affinity);
    let tolerations = overrides.tolerations.clone();
    pod.tolerations = (!tolerations.is_empty()).then_some(tolerations);
    let mut annotations = overrides.annotations.clone();
    if let Some(hash) = config_hash::of(&pod, &forum.references, rendered) {
        annotations.insert(CONFIG_HASH.to_owned(), hash);
    }
    PodTemplateSpec {
        metadata: Some(ObjectMeta {
            labels: Some(metadata::labels(&forum.name, part)),
            annotations: Some(annotations).filter(is_set),
            ..ObjectMeta::default()
        }),
        spec: Some(pod),
    }
}

/// Over nodes and zones, as far as there are some with room.
fn spread(forum: &ValidatedForum, part: Part) -> Vec<TopologySpreadConstraint> {
    ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
        .map(|key| TopologySpreadConstraint {
            max_skew: 1,
            topology_key: key.to_owned(),
            when_unsatisfiable: "ScheduleAnyway".to_owned(),
            label_selector: Some(forum.selector(part)),
            // Those of one version among themselves: the old ones are about to go.
            match_label_keys: Some(vec!["pod-template-hash".to_owned()]),
            ..TopologySpreadConstraint::default()
        })
        .into()
}

/// What every container may do: nothing.
pub(super) fn restricted() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities {
            drop: Some(vec!["ALL".to_owned()]),
            add: None,
        }),
        read_only_root_filesystem: Some(true),
        ..SecurityContext::default()
    }
}

/// What a container is promised, and the memory that it may take. There is no limit of processor time: it would make
/// pods wait while processors are idle.
pub(super) fn resources(cpu: &str, memory: &str, memory_limit: &str) -> ResourceRequirements {
    let quantities = |values: &[(&str, &str)]| {
        let pairs = values.iter();
        Some(
            pairs
                .map(|(key, value)| ((*key).to_owned(), Quantity((*value).to_owned())))
                .collect(),
        )
    };
    ResourceRequirements {
        requests: quantities(&[("cpu", cpu), ("memory", memory)]),
        limits: quantities(&[("memory", memory_limit)]),
        ..ResourceRequirements::default()
    }
}

/// As Kubernetes spells it.
pub(super) fn pull_policy(policy: ImagePullPolicy) -> String {
    match policy {
        ImagePullPolicy::Always => "Always",
        ImagePullPolicy::IfNotPresent => "IfNotPresent",
        ImagePullPolicy::Never => "Never",
    }
    .to_owned()
}

/// A port of a container.
pub(super) fn port(name: &str, number: i32) -> ContainerPort {
    ContainerPort {
        name: Some(name.to_owned()),
        container_port: number,
        protocol: Some("TCP".to_owned()),
        ..ContainerPort::default()
    }
}

/// A folder that lasts as long as the pod.
pub(super) fn scratch(name: &str) -> Volume {
    Volume {
        name: name.to_owned(),
        empty_dir: Some(EmptyDirVolumeSource {
            size_limit: Some(Quantity(SCRATCH_LIMIT.to_owned())),
            medium: None,
        }),
        ..Volume::default()
    }
}

/// A Secret as files that only the pod's group can read.
pub(super) fn secret(name: &str, secret: &str) -> Volume {
    Volume {
        name: name.to_owned(),
        secret: Some(SecretVolumeSource {
            secret_name: Some(secret.to_owned()),
            default_mode: Some(0o440),
            ..SecretVolumeSource::default()
        }),
        ..Volume::default()
    }
}

/// Where a volume appears.
pub(super) fn mount(name: &str, path: &str) -> VolumeMount {
    VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        ..VolumeMount::default()
    }
}

/// A mount that cannot be written to.
pub(super) fn read_only(mount: VolumeMount) -> VolumeMount {
    VolumeMount {
        read_only: Some(true),
        ..mount
    }
}
