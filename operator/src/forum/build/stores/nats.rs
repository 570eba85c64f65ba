//! A single NATS with JetStream.

use folkmoot_crds::ManagedStore;
use k8s_openapi::{
    api::core::v1::{ConfigMap, ConfigMapVolumeSource, Container, EnvVar, Volume},
    apimachinery::pkg::api::resource::Quantity,
};

use super::{
    DATA, Server, container, go_memory_limit, mounts, ports, resources, secret, set, size,
};
use crate::forum::{
    build::{
        config_hash,
        part::Part,
        pod, ports as numbers,
        probes::{every, http},
    },
    generate::GeneratedSecret,
    validate::ValidatedForum,
};

const IMAGE: &str = folkmoot_crds::NATS_IMAGE;
const PORT: &str = "nats";
const MONITOR: &str = "monitor";
const FILE: &str = "nats.conf";
const FOLDER: &str = "/etc/nats-config";
/// Of a volume whose size cannot be read.
const VOLUME_BYTES: u64 = 1 << 30;

/// The server's configuration. Words that begin with a dollar are variables of its environment.
fn configuration(forum: &ValidatedForum, managed: &ManagedStore) -> String {
    let storage = Quantity(managed.storage.clone());
    format!(
        r#"# Written by the operator.
server_name: "{name}"
listen: "0.0.0.0:{port}"
http: "0.0.0.0:{monitor}"
jetstream {{
  store_dir: "/data"
  # Streams are files. The volume has room for what the server keeps beside them.
  max_memory_store: {memory}
  max_file_store: {files}
}}
authorization {{
  user: $NATS_USER
  password: $NATS_PASSWORD
}}
"#,
        name = Part::Nats.object_name(&forum.name),
        port = numbers::NATS,
        monitor = numbers::NATS_MONITOR,
        memory = 16 << 20,
        files = size::share(Some(&storage), VOLUME_BYTES, 9, 10),
    )
}

pub(super) fn config_map(forum: &ValidatedForum, managed: &ManagedStore) -> ConfigMap {
    ConfigMap {
        metadata: forum.metadata(Part::Nats),
        data: Some([(FILE.to_owned(), configuration(forum, managed))].into()),
        ..ConfigMap::default()
    }
}

pub(super) fn server(forum: &ValidatedForum, managed: &ManagedStore) -> Server {
    let name = Part::Nats.object_name(&forum.name);
    let image = container(forum, Part::Nats, managed, IMAGE);
    let container = Container {
        // The image's own entry point, because there are images with a shell and without.
        args: Some(vec!["--config".to_owned(), format!("{FOLDER}/{FILE}")]),
        env: Some(environment(forum)),
        ports: ports(&[(PORT, numbers::NATS), (MONITOR, numbers::NATS_MONITOR)]),
        resources: Some(resources(managed, pod::resources("10m", "32Mi", "192Mi"))),
        // As the server's own chart has it; a long start is the recovery of streams.
        startup_probe: Some(every(1, 600, http("/healthz", MONITOR))),
        readiness_probe: Some(every(5, 2, http("/healthz?js-server-only=true", MONITOR))),
        liveness_probe: Some(every(10, 6, http("/healthz?js-enabled-only=true", MONITOR))),
        volume_mounts: mounts(&[("config", FOLDER), (DATA, "/data")]),
        ..image
    };
    let rendered = config_hash::hex_of(&configuration(forum, managed));
    Server {
        part: Part::Nats,
        user: pod::USER,
        stop_seconds: 30,
        init_containers: Vec::new(),
        container,
        volumes: vec![Volume {
            name: "config".to_owned(),
            config_map: Some(ConfigMapVolumeSource {
                name: name.clone(),
                ..ConfigMapVolumeSource::default()
            }),
            ..Volume::default()
        }],
        rendered: [(name, rendered)].into(),
    }
}

/// The server reads a variable as if it stood in its configuration: in quotes it is a text, whatever it looks like.
fn environment(forum: &ValidatedForum) -> Vec<EnvVar> {
    let from_secret = |name, key| secret(forum, name, GeneratedSecret::Nats, key);
    vec![
        go_memory_limit(),
        from_secret("SECRET_PASSWORD", "password"),
        from_secret("SECRET_USER", "user"),
        // These refer to the ones before them.
        set("NATS_PASSWORD", "'$(SECRET_PASSWORD)'"),
        set("NATS_USER", "'$(SECRET_USER)'"),
    ]
}
