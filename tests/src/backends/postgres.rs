//! PostgreSQL.

use std::{
    ops::Deref,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use nix::unistd::{User, geteuid};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::OnceCell;

use super::{Certificate, Server, programs::postgres_folder};
use crate::daemon::{Daemon, Scratch, Signal, spawner};

/// Who runs the server when the tests run as root, which PostgreSQL refuses to be.
const SYSTEM_USER: &str = "postgres";
const SUPERUSER: &str = "folkmoot";

static SHARED: OnceCell<Postgres> = OnceCell::const_new();
static NEXT_DATABASE: AtomicUsize = AtomicUsize::new(0);

/// A PostgreSQL server with durable commits, as in production.
#[derive(Debug)]
pub struct Postgres {
    server: Server,
}

impl Postgres {
    /// The one that the tests of this process share.
    pub async fn shared() -> &'static Self {
        SHARED.get_or_init(Self::start).await
    }

    /// Makes a new server and starts it.
    ///
    /// # Panics
    /// If PostgreSQL is not installed or does not start.
    pub async fn start() -> Self {
        Self::start_with(&[], None).await
    }

    /// Makes one that is set up otherwise than for tests: `name=value` of its configuration.
    ///
    /// # Panics
    /// As [`Postgres::start`].
    pub async fn start_as(settings: &'static [&'static str]) -> Self {
        Self::start_with(settings, None).await
    }

    /// Makes one that speaks TLS too, with this certificate.
    ///
    /// # Panics
    /// As [`Postgres::start`].
    pub async fn start_with_tls(certificate: &Certificate) -> Self {
        Self::start_with(&[], Some(certificate)).await
    }

    async fn start_with(
        settings: &'static [&'static str],
        certificate: Option<&Certificate>,
    ) -> Self {
        let (folder, programs) = (Scratch::new("postgres"), postgres_folder());
        give_to_system_user(folder.path());
        let data = folder.path().join("data");
        initialise(folder.path(), &programs, &data).await;
        let tls = certificate.map(|certificate| certificate.copy_to(folder.path()));
        for file in tls.iter().flatten() {
            give_to_system_user(file);
        }
        let pg_isready = programs.join("pg_isready");
        let server = Server::new(
            "postgres",
            folder,
            move |port| {
                let mut command = command(&programs, &data, port);
                // Of a setting that is named twice the last counts.
                command.args(settings.iter().flat_map(|setting| ["-c", setting]));
                if let Some([certificate, key]) = &tls {
                    let (certificate, key) = (certificate.display(), key.display());
                    command.args(["-c", "ssl=on"]);
                    command.args(["-c", &format!("ssl_cert_file={certificate}")]);
                    command.args(["-c", &format!("ssl_key_file={key}")]);
                }
                command
            },
            move |address| is_ready(pg_isready.clone(), address.port()),
        );
        // To SIGTERM it would first wait for its clients to leave.
        let server = server.asked_by(Signal::SIGINT);
        server.start_again().await;
        Self { server }
    }

    /// The URL of a database of this server.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@{}/{database}", self.address())
    }

    /// A new, empty database; gives its URL.
    ///
    /// # Panics
    /// If the server does not make it.
    pub async fn create_database(&self) -> String {
        let number = NEXT_DATABASE.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        let mut connection = PgConnection::connect(&self.url("postgres"))
            .await
            .expect("a connection to PostgreSQL");
        sqlx::query(AssertSqlSafe(format!("create database {name}")))
            .execute(&mut connection)
            .await
            .expect("a new database");
        connection.close().await.expect("the connection ends");
        self.url(&name)
    }
}

impl Deref for Postgres {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

fn as_system_user(program: &Path) -> Command {
    match geteuid().is_root() {
        true => spawner::tied_to_us_as(SYSTEM_USER, SYSTEM_USER, program),
        false => spawner::tied_to_us(program),
    }
}

fn give_to_system_user(folder: &Path) {
    if !geteuid().is_root() {
        return;
    }
    let user = User::from_name(SYSTEM_USER)
        .ok()
        .flatten()
        .expect("the user postgres; run scripts/setup-test-deps.sh");
    chown(folder, Some(user.uid.as_raw()), Some(user.gid.as_raw())).expect("a folder for postgres");
}

async fn initialise(folder: &Path, programs: &Path, data: &Path) {
    let (initdb, data) = (programs.join("initdb"), data.to_owned());
    let daemon = Daemon::new("initdb", folder.join("initdb.log"), move || {
        let mut command = as_system_user(&initdb);
        command
            .args([
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
            .arg(format!("--username={SUPERUSER}"))
            .arg("--pgdata")
            .arg(&data)
            .current_dir("/");
        command
    });
    daemon.start();
    let status = daemon.wait().await;
    assert!(
        status.is_some_and(|status| status.success()),
        "initdb failed:\n{}",
        daemon.log_tail()
    );
}

fn command(programs: &Path, data: &Path, port: u16) -> Command {
    let mut command = as_system_user(&programs.join("postgres"));
    command
        .current_dir("/")
        .arg("-D")
        .arg(data)
        .arg("-p")
        .arg(port.to_string());
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=500",
        "shared_buffers=64MB",
        "fsync=on",
        "log_min_messages=warning",
    ] {
        command.args(["-c", setting]);
    }
    command
}

/// An open port says nothing: a server that is still recovering refuses queries.
async fn is_ready(pg_isready: PathBuf, port: u16) -> bool {
    let port = port.to_string();
    let status = tokio::process::Command::new(pg_isready)
        .args(["-q", "-h", "127.0.0.1", "-t", "2", "-p", &port])
        .args(["-U", SUPERUSER, "-d", "postgres"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.await.is_ok_and(|status| status.success())
}
