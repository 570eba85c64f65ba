//! The processes under test, each on the first core alone.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use folkmoot_tests::{
    app::Stores,
    daemon::{Daemon, Scratch, free_port, tied_to_us},
};
use tokio::net::TcpStream;

const CORE: &str = "0";
const PATIENCE: Duration = Duration::from_secs(60);
/// What one member may do in a time; zero is no limit.
const UNLIMITED: [&str; 3] = [
    "THREADS_PER_HOUR",
    "COMMENTS_PER_MINUTE",
    "LIKES_PER_MINUTE",
];

/// A running process.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    daemon: Daemon,
    _scratch: Scratch,
}

impl Site {
    /// `folkmoot serve`, all services, on the stores.
    pub(crate) async fn folkmoot(program: PathBuf, stores: &Stores) -> Result<Self> {
        let variables = stores.variables();
        Self::start("folkmoot", move |port, admin| {
            let mut command = pinned(&program);
            command.arg("serve").envs(variables.clone());
            command
                .env("PORT", port.to_string())
                .env("ADMIN_PORT", admin.to_string());
            // Two hundred members write as fast as a thousand would.
            command
                .envs(UNLIMITED.map(|name| (name, "0")))
                .env("LOG", "warn");
            command
        })
        .await
    }

    /// The peer: one process of uvicorn.
    pub(crate) async fn peer(
        python: PathBuf,
        folder: PathBuf,
        database: String,
        jwks: String,
    ) -> Result<Self> {
        Self::start("fastapi", move |port, _| {
            let mut command = pinned(&python);
            command.args([
                "-m",
                "uvicorn",
                "main:app",
                "--loop",
                "uvloop",
                "--http",
                "httptools",
                "--no-access-log",
            ]);
            command.args(["--log-level", "warning", "--port", &port.to_string()]);
            command
                .env("DATABASE_URL", &database)
                .env("JWKS", &jwks)
                .current_dir(&folder);
            command
        })
        .await
    }

    async fn start(
        name: &str,
        make: impl Fn(u16, u16) -> Command + Send + Sync + 'static,
    ) -> Result<Self> {
        let (port, admin) = (free_port(), free_port());
        let scratch = Scratch::new("bench-forum");
        let log = scratch.path().join("log");
        let daemon = Daemon::new(name, log, move || make(port, admin));
        daemon.start();
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let site = Self {
            address: local(port),
            admin: local(admin),
            daemon,
            _scratch: scratch,
        };
        site.wait().await?;
        Ok(site)
    }

    async fn wait(&self) -> Result<()> {
        let started = Instant::now();
        while TcpStream::connect(self.address).await.is_err() {
            if !self.daemon.is_running() || started.elapsed() > PATIENCE {
                bail!("it does not start: {}", self.daemon.log());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    pub(crate) fn pid(&self) -> Result<u32> {
        self.daemon.pid().context("the process has ended")
    }
}

fn pinned(program: &Path) -> Command {
    let mut command = tied_to_us("taskset");
    command.args(["-c", CORE]).arg(program);
    command
}
