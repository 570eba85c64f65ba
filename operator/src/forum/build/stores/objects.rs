//! A single S3 server over a folder.

use std::collections::BTreeMap;

use folkmoot_crds::ManagedStore;
use k8s_openapi::api::core::v1::Container;

use super::{
    DATA, Server, container, go_memory_limit, mounts, ports, resources, secret, tcp_probes,
};
use crate::forum::{
    build::{environment::BUCKET, part::Part, pod, ports as numbers},
    generate::GeneratedSecret,
    validate::ValidatedForum,
};

const IMAGE: &str = folkmoot_crds::OBJECTS_IMAGE;
const PORT: &str = "s3";
/// A folder is a bucket.
const BUCKETS: &str = "/data/buckets";
/// Metadata in files of its own, because not every volume has extended attributes.
const METADATA: &str = "/data/metadata";

pub(super) fn server(forum: &ValidatedForum, managed: &ManagedStore) -> Server {
    let image = || container(forum, Part::Objects, managed, IMAGE);
    let from_secret = |name, key| secret(forum, name, GeneratedSecret::Objects, key);
    let resources = resources(managed, pod::resources("10m", "32Mi", "256Mi"));
    let make_bucket = Container {
        name: "make-bucket".to_owned(),
        command: Some(vec![
            "mkdir".to_owned(),
            "-p".to_owned(),
            format!("{BUCKETS}/{BUCKET}"),
            METADATA.to_owned(),
        ]),
        resources: Some(resources.clone()),
        volume_mounts: mounts(&[(DATA, "/data")]),
        ..image()
    };
    let listen = format!(":{}", numbers::OBJECTS);
    let arguments = ["--port", &listen, "posix", "--sidecar", METADATA, BUCKETS];
    let container = Container {
        args: Some(arguments.map(str::to_owned).into()),
        env: Some(vec![
            go_memory_limit(),
            from_secret("ROOT_ACCESS_KEY", "access-key"),
            from_secret("ROOT_SECRET_KEY", "secret-key"),
        ]),
        ports: ports(&[(PORT, numbers::OBJECTS)]),
        resources: Some(resources),
        volume_mounts: mounts(&[(DATA, "/data"), ("tmp", "/tmp")]),
        ..tcp_probes(image(), PORT)
    };
    Server {
        part: Part::Objects,
        user: pod::USER,
        stop_seconds: 30,
        init_containers: vec![make_bucket],
        container,
        volumes: vec![pod::scratch("tmp")],
        rendered: BTreeMap::new(),
    }
}
