//! A single PostgreSQL.

use std::collections::BTreeMap;

use folkmoot_crds::ManagedStore;
use k8s_openapi::api::core::v1::{Container, ExecAction, Lifecycle, LifecycleHandler, Probe};

use super::{DATA, Server, container, mounts, ports, resources, secret, set, tcp};
use crate::forum::{
    build::{part::Part, pod, ports as numbers, probes::every},
    generate::GeneratedSecret,
    validate::ValidatedForum,
};

const IMAGE: &str = folkmoot_crds::POSTGRES_IMAGE;
/// User `postgres` of the official image.
const USER: i64 = 999;
const PORT: &str = "postgres";
const START: &str = include_str!("postgres.sh");
const MAKE_ROLE: &str = include_str!("postgres-role.sh");

/// What the server is told. Its log of changes must leave room on a small volume, and each pod of each service may open ten
/// connections.
const SETTINGS: [&str; 6] = [
    "listen_addresses=*",
    "unix_socket_directories=/var/run/postgresql",
    "max_connections=200",
    "shared_buffers=48MB",
    "max_wal_size=256MB",
    "log_checkpoints=off",
];

pub(super) fn server(forum: &ValidatedForum, managed: &ManagedStore) -> Server {
    let image = container(forum, Part::Postgres, managed, IMAGE);
    let from_secret = |name, key| secret(forum, name, GeneratedSecret::Postgres, key);
    let settings = SETTINGS.iter().flat_map(|setting| ["-c", setting]);
    let container = Container {
        command: Some(shell(START)),
        // The first is the script's own name.
        args: Some(
            ["postgres"]
                .into_iter()
                .chain(settings)
                .map(str::to_owned)
                .collect(),
        ),
        env: Some(vec![
            from_secret("FORUM_DATABASE", "dbname"),
            from_secret("FORUM_PASSWORD", "password"),
            from_secret("FORUM_ROLE", "username"),
            set("PGDATA", "/var/lib/postgresql/data/pgdata"),
        ]),
        ports: ports(&[(PORT, numbers::POSTGRES)]),
        resources: Some(resources(managed, pod::resources("50m", "96Mi", "512Mi"))),
        // Ten minutes, because a server that was killed recovers first.
        startup_probe: Some(every(1, 600, is_ready())),
        readiness_probe: Some(every(5, 2, is_ready())),
        liveness_probe: Some(every(10, 6, tcp(PORT))),
        lifecycle: Some(Lifecycle {
            post_start: Some(run(&shell(MAKE_ROLE))),
            // The fast way to stop: the other would wait until everybody has gone.
            pre_stop: Some(run(&shell("kill -INT 1"))),
            ..Lifecycle::default()
        }),
        volume_mounts: mounts(&[
            (DATA, "/var/lib/postgresql/data"),
            ("run", "/var/run/postgresql"),
            ("tmp", "/tmp"),
        ]),
        ..image
    };
    Server {
        part: Part::Postgres,
        user: USER,
        stop_seconds: 60,
        init_containers: Vec::new(),
        container,
        volumes: vec![pod::scratch("run"), pod::scratch("tmp")],
        rendered: BTreeMap::new(),
    }
}

fn shell(script: &str) -> Vec<String> {
    ["/bin/sh", "-c", script].map(str::to_owned).into()
}

fn run(command: &[String]) -> LifecycleHandler {
    LifecycleHandler {
        exec: Some(ExecAction {
            command: Some(command.to_vec()),
        }),
        ..LifecycleHandler::default()
    }
}

/// Takes connections, which it does not while it recovers.
fn is_ready() -> Probe {
    let command = [
        "pg_isready",
        "--quiet",
        "--host=/var/run/postgresql",
        "--username=postgres",
    ];
    Probe {
        exec: Some(ExecAction {
            command: Some(command.map(str::to_owned).into()),
        }),
        ..Probe::default()
    }
}
