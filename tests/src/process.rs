//! The real executable as a process of its own.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    ops::Deref,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
};

use folkmoot_common::ServiceName;

use crate::{
    app::{Answer, Member, Site, Stores, default_variables},
    daemon::{Daemon, Scratch, Signal, free_port, spawner},
    wait,
};

/// How the executable is to be started.
#[derive(Debug)]
pub struct FolkmootBuilder {
    services: Vec<ServiceName>,
    variables: BTreeMap<String, String>,
    stores: Stores,
}

impl FolkmootBuilder {
    /// Uses stores that other processes use too; its own are embedded.
    #[must_use]
    pub fn stores(mut self, stores: &Stores) -> Self {
        self.stores = stores.clone();
        self
    }

    /// `AUTH=open`.
    #[must_use]
    pub fn open(self) -> Self {
        self.set("AUTH", "open")
    }

    /// Sets a variable of its environment, in which nothing of the tests' own is but `PATH`.
    #[must_use]
    pub fn set(mut self, variable: &str, value: &str) -> Self {
        self.variables.insert(variable.to_owned(), value.to_owned());
        self
    }

    /// Writes each SQL statement into its log, for [`Folkmoot::statements_of`].
    #[must_use]
    pub fn log_statements(self) -> Self {
        self.set("LOG", "info,sqlx::query=debug")
    }

    /// Starts it and waits until it is ready.
    ///
    /// # Panics
    /// If it does not become ready.
    pub async fn start(self) -> Folkmoot {
        let folkmoot = self.spawn();
        folkmoot.wait_until_ready().await;
        folkmoot
    }

    /// Starts it without waiting, where it may not become ready.
    ///
    /// # Panics
    /// If there is no executable.
    #[must_use]
    pub fn spawn(self) -> Folkmoot {
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let (port, admin_port) = (free_port(), free_port());
        let scratch = Scratch::new("folkmoot");
        let log = scratch.path().join("log");
        let (stores, services) = (self.stores.clone(), self.services.clone());
        let mut variables = self.variables;
        variables.insert("PORT".to_owned(), port.to_string());
        variables.insert("ADMIN_PORT".to_owned(), admin_port.to_string());
        let stored = self.stores.variables().into_iter();
        variables.extend(stored.map(|(name, value)| (name.to_owned(), value)));
        let program = executable();
        let recipe = move || command(&program, &services, &variables);
        let daemon = Daemon::new(name(&self.services), log, recipe);
        daemon.start();
        Folkmoot {
            daemon,
            site: Site::at(local(port)),
            admin: Site::at(local(admin_port)),
            stores,
            _scratch: scratch,
        }
    }
}

/// The executable, running or not. It is killed when this is dropped; its log is printed if the test fails.
#[derive(Debug)]
pub struct Folkmoot {
    daemon: Daemon,
    site: Site,
    /// The admin port: `/livez`, `/readyz`, `/metrics`.
    pub admin: Site,
    /// Where it keeps what it knows.
    pub stores: Stores,
    _scratch: Scratch,
}

impl Folkmoot {
    /// Begins to describe `folkmoot serve SERVICE...`; no service means all.
    #[must_use]
    pub fn serve(services: &[ServiceName]) -> FolkmootBuilder {
        FolkmootBuilder {
            services: services.to_vec(),
            variables: default_variables(),
            stores: Stores::embedded(),
        }
    }

    /// The address it serves.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Somebody with a token but without an account: see [`Stores::member`].
    #[must_use]
    pub fn member(&self, username: &str) -> Member {
        self.stores.member(&self.site, username)
    }

    /// Waits until `/readyz` says yes.
    ///
    /// # Panics
    /// If it does not, or the process ends.
    pub async fn wait_until_ready(&self) {
        let ready = wait::try_until(wait::LIMIT, async || {
            if !self.daemon.is_running() {
                return Some(false);
            }
            let request = self.admin.request(reqwest::Method::GET, "/readyz");
            let answer = request.send().await.ok()?;
            answer.status().is_success().then_some(true)
        });
        if ready.await != Some(true) {
            panic!(
                "folkmoot does not become ready. Its log:\n{}",
                self.daemon.log_tail()
            );
        }
    }

    /// How many SQL statements were run for this answer, as the log has them: see [`FolkmootBuilder::log_statements`].
    /// The beginning and the end of a transaction are none, nor is the setting up of a connection.
    ///
    /// # Panics
    /// If the answer does not name its request.
    #[must_use]
    pub fn statements_of(&self, answer: &Answer) -> usize {
        let id = answer.header("x-request-id").expect("the id of a request");
        let log = self.log();
        let statements = log.lines().filter(|line| line.contains("sqlx::query"));
        let besides =
            ["COMMIT", "begin immediate", "PRAGMA "].map(|begin| format!(r#""summary":"{begin}"#));
        let is_one =
            |line: &&str| line.contains(id) && !besides.iter().any(|begin| line.contains(begin));
        statements.filter(is_one).count()
    }

    /// Kills it on the spot (SIGKILL).
    pub async fn kill(&self) {
        self.daemon.kill().await;
    }

    /// Asks it to end as Ctrl-C does (SIGINT), and waits until it has.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn interrupt(&self) -> ExitStatus {
        self.daemon.signal(Signal::SIGINT);
        self.wait().await
    }

    /// Asks it to end as an orchestrator does (SIGTERM), and waits until it has.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn terminate(&self) -> ExitStatus {
        self.daemon.signal(Signal::SIGTERM);
        self.wait().await
    }

    /// Asks it to end (SIGTERM) and does not wait.
    pub fn begin_to_terminate(&self) {
        self.daemon.signal(Signal::SIGTERM);
    }

    /// Waits until it has ended.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn wait(&self) -> ExitStatus {
        self.daemon
            .wait()
            .await
            .expect("a process that was started")
    }

    /// Starts it again with the same ports and stores, and waits until it is ready.
    ///
    /// # Panics
    /// If it does not become ready.
    pub async fn start_again(&self) {
        self.daemon.start();
        self.wait_until_ready().await;
    }

    /// Freezes it (SIGSTOP).
    ///
    /// # Panics
    /// If it goes on.
    pub async fn pause(&self) {
        self.daemon.pause().await;
    }

    /// Ends a pause (SIGCONT).
    pub fn resume(&self) {
        self.daemon.signal(Signal::SIGCONT);
    }

    /// Whether the process exists.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.daemon.is_running()
    }

    /// The number of the process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.daemon.pid()
    }

    /// All that it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        self.daemon.log()
    }
}

impl Deref for Folkmoot {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

fn name(services: &[ServiceName]) -> String {
    let names: Vec<_> = services.iter().map(|service| service.as_str()).collect();
    format!("folkmoot serve {}", names.join(" "))
}

fn command(
    program: &Path,
    services: &[ServiceName],
    variables: &BTreeMap<String, String>,
) -> Command {
    let mut command = spawner::tied_to_us(program);
    command
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .envs(variables)
        .arg("serve")
        .args(services.iter().map(|service| service.as_str()));
    command
}

/// The executable that was built beside the tests.
///
/// # Panics
/// If it was not built.
#[must_use]
pub fn executable() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this program");
    // target/PROFILE/deps/it-HASH
    let profile = test
        .parent()
        .and_then(Path::parent)
        .expect("a target folder");
    let program = profile.join("folkmoot");
    assert!(
        program.is_file(),
        "{} does not exist; run cargo build --workspace",
        program.display()
    );
    program
}
