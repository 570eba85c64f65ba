//! A single Valkey, which speaks as Redis does.

use std::collections::BTreeMap;

use folkmoot_crds::ManagedStore;
use k8s_openapi::{
    api::core::v1::{Container, ResourceRequirements},
    apimachinery::pkg::api::resource::Quantity,
};

use super::{DATA, Server, container, mounts, ports, resources, secret, set, size, tcp_probes};
use crate::forum::{
    build::{part::Part, pod, ports as numbers},
    generate::GeneratedSecret,
    validate::ValidatedForum,
};

const IMAGE: &str = folkmoot_crds::REDIS_IMAGE;
const PORT: &str = "redis";
const START: &str = include_str!("redis.sh");
const MEMORY: &str = "128Mi";
const MEMORY_BYTES: u64 = 128 << 20;

pub(super) fn server(forum: &ValidatedForum, managed: &ManagedStore) -> Server {
    let image = container(forum, Part::Redis, managed, IMAGE);
    let resources = resources(managed, pod::resources("10m", "16Mi", MEMORY));
    let container = Container {
        command: Some(["/bin/sh", "-c", START].map(str::to_owned).into()),
        env: Some(vec![
            set("REDIS_MAX_MEMORY", max_memory(&resources).to_string()),
            secret(forum, "REDIS_PASSWORD", GeneratedSecret::Redis, "password"),
            set("REDIS_PORT_NUMBER", numbers::REDIS.to_string()),
        ]),
        ports: ports(&[(PORT, numbers::REDIS)]),
        resources: Some(resources),
        volume_mounts: mounts(&[(DATA, "/data"), ("tmp", "/tmp")]),
        ..tcp_probes(image, PORT)
    };
    Server {
        part: Part::Redis,
        user: pod::USER,
        stop_seconds: 30,
        init_containers: Vec::new(),
        container,
        volumes: vec![pod::scratch("tmp")],
        rendered: BTreeMap::new(),
    }
}

/// Bytes for keys: the rest of the container's is for connections and for writing a snapshot.
fn max_memory(resources: &ResourceRequirements) -> u64 {
    let limit: Option<&Quantity> = resources
        .limits
        .as_ref()
        .and_then(|limits| limits.get("memory"));
    size::share(limit, MEMORY_BYTES, 5, 8)
}
