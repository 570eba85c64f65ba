//! The managed stores: one pod with one volume each, for evaluation.

mod nats;
mod objects;
mod postgres;
mod redis;
mod size;

use std::collections::BTreeMap;

use folkmoot_crds::{ManagedStore, PodTemplateSpec as Overrides};
use k8s_openapi::{
    api::{
        apps::v1::{StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy},
        core::v1::{
            ConfigMap, Container, ContainerPort, EnvVar, EnvVarSource, PersistentVolumeClaim,
            PersistentVolumeClaimSpec, PersistentVolumeClaimVolumeSource, PodTemplateSpec, Probe,
            ResourceFieldSelector, ResourceRequirements, Service, TCPSocketAction, Volume,
            VolumeMount, VolumeResourceRequirements,
        },
    },
    apimachinery::pkg::{api::resource::Quantity, util::intstr::IntOrString},
};

use super::{
    metadata::without_owner,
    part::Part,
    pod,
    probes::every,
    services::{self, port},
};
use crate::forum::{
    generate::GeneratedSecret,
    validate::{ObjectStore, Store, ValidatedForum},
};

/// Name of the volume with the data.
const DATA: &str = "data";

/// All objects of the managed stores, in the order of the stores.
#[derive(Default)]
pub(super) struct Stores {
    pub(super) config_maps: Vec<ConfigMap>,
    pub(super) volume_claims: Vec<PersistentVolumeClaim>,
    pub(super) services: Vec<Service>,
    pub(super) stateful_sets: Vec<StatefulSet>,
}

/// The managed stores of `forum`.
pub(super) fn all(forum: &ValidatedForum) -> Stores {
    let mut stores = Stores::default();
    if let Store::Managed(managed) = &forum.postgres {
        stores.add(forum, managed, postgres::server(forum, managed));
    }
    if let Store::Managed(managed) = &forum.redis {
        stores.add(forum, managed, redis::server(forum, managed));
    }
    if let Store::Managed(managed) = &forum.nats {
        stores.config_maps.push(nats::config_map(forum, managed));
        stores.add(forum, managed, nats::server(forum, managed));
    }
    if let ObjectStore::Managed(managed) = &forum.objects {
        stores.add(forum, managed, objects::server(forum, managed));
    }
    stores
}

/// One store before it is made into objects.
struct Server {
    part: Part,
    user: i64,
    /// Seconds that it may take to stop.
    stop_seconds: i64,
    init_containers: Vec<Container>,
    container: Container,
    /// Besides the data.
    volumes: Vec<Volume>,
    /// ConfigMaps of the forum's own that the pod mounts: name → content.
    rendered: BTreeMap<String, String>,
}

impl Stores {
    fn add(&mut self, forum: &ValidatedForum, managed: &ManagedStore, server: Server) {
        let ports = server.container.ports.iter().flatten();
        let ports = ports.map(|container| {
            port(
                container.name.as_deref().unwrap_or_default(),
                container.container_port,
            )
        });
        self.volume_claims.push(claim(forum, server.part, managed));
        self.services
            .push(services::of(forum, server.part, ports.collect()));
        self.stateful_sets.push(stateful_set(forum, server));
    }
}

/// A volume to be retained has no owner, so that it outlives the forum.
fn claim(forum: &ValidatedForum, part: Part, managed: &ManagedStore) -> PersistentVolumeClaim {
    let metadata = forum.metadata(part);
    let storage = Quantity(managed.storage.clone());
    PersistentVolumeClaim {
        metadata: if managed.retain {
            without_owner(metadata)
        } else {
            metadata
        },
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
            storage_class_name: managed.storage_class_name.clone(),
            resources: Some(VolumeResourceRequirements {
                requests: Some([("storage".to_owned(), storage)].into()),
                limits: None,
            }),
            ..PersistentVolumeClaimSpec::default()
        }),
        status: None,
    }
}

fn stateful_set(forum: &ValidatedForum, server: Server) -> StatefulSet {
    let part = server.part;
    StatefulSet {
        metadata: forum.metadata(part),
        spec: Some(StatefulSetSpec {
            replicas: Some(1),
            selector: forum.selector(part),
            service_name: Some(part.object_name(&forum.name)),
            // With the other policy a pod that never became ready would not be replaced by a mended template.
            pod_management_policy: Some("Parallel".to_owned()),
            update_strategy: Some(StatefulSetUpdateStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: None,
            }),
            revision_history_limit: Some(3),
            template: template(forum, server),
            ..StatefulSetSpec::default()
        }),
        status: None,
    }
}

fn template(forum: &ValidatedForum, server: Server) -> PodTemplateSpec {
    let mut pod = pod::base(forum, server.part, server.user);
    // There is one.
    pod.topology_spread_constraints = None;
    pod.termination_grace_period_seconds = Some(server.stop_seconds);
    pod.init_containers = Some(server.init_containers).filter(|containers| !containers.is_empty());
    pod.containers = vec![server.container];
    let data = Volume {
        name: DATA.to_owned(),
        persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
            claim_name: server.part.object_name(&forum.name),
            read_only: None,
        }),
        ..Volume::default()
    };
    pod.volumes = Some([vec![data], server.volumes].concat());
    pod::template(
        forum,
        server.part,
        pod,
        &Overrides::default(),
        &server.rendered,
    )
}

/// The container of a store: what they have in common.
fn container(
    forum: &ValidatedForum,
    part: Part,
    managed: &ManagedStore,
    default_image: &str,
) -> Container {
    let image = managed.image.as_deref().unwrap_or(default_image);
    Container {
        name: part.as_str().to_owned(),
        image: Some(image.to_owned()),
        image_pull_policy: forum.image_pull_policy.map(pod::pull_policy),
        security_context: Some(pod::restricted()),
        termination_message_policy: Some(pod::LAST_WORDS.to_owned()),
        ..Container::default()
    }
}

/// Open ports tell that a store is up.
fn tcp(name: &str) -> Probe {
    Probe {
        tcp_socket: Some(TCPSocketAction {
            port: IntOrString::String(name.to_owned()),
            host: None,
        }),
        ..Probe::default()
    }
}

/// Probes that look at the named port: ten minutes to start in, because a store may have to recover first.
fn tcp_probes(container: Container, port: &str) -> Container {
    Container {
        startup_probe: Some(every(1, 600, tcp(port))),
        readiness_probe: Some(every(5, 2, tcp(port))),
        liveness_probe: Some(every(10, 6, tcp(port))),
        ..container
    }
}

fn ports(ports: &[(&str, i32)]) -> Option<Vec<ContainerPort>> {
    let ports = ports.iter();
    Some(
        ports
            .map(|(name, number)| pod::port(name, *number))
            .collect(),
    )
}

fn mounts(mounts: &[(&str, &str)]) -> Option<Vec<VolumeMount>> {
    let mounts = mounts.iter();
    Some(mounts.map(|(name, path)| pod::mount(name, path)).collect())
}

fn resources(managed: &ManagedStore, default: ResourceRequirements) -> ResourceRequirements {
    managed.resources.clone().unwrap_or(default)
}

/// A variable with a value of its own.
fn set(name: &str, value: impl Into<String>) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: Some(value.into()),
        value_from: None,
    }
}

/// A variable from a Secret that the operator generated.
fn secret(forum: &ValidatedForum, name: &str, secret: GeneratedSecret, key: &str) -> EnvVar {
    super::environment::from_secret(name, &secret.key(&forum.name, key))
}

/// Go's collector becomes busier near the container's limit, instead of the kernel's ending the process at it.
fn go_memory_limit() -> EnvVar {
    from(
        "GOMEMLIMIT",
        EnvVarSource {
            resource_field_ref: Some(ResourceFieldSelector {
                resource: "limits.memory".to_owned(),
                ..ResourceFieldSelector::default()
            }),
            ..EnvVarSource::default()
        },
    )
}

fn from(name: &str, source: EnvVarSource) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: None,
        value_from: Some(source),
    }
}
