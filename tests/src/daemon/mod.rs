//! A child process that can be stopped, paused and started again, and that never outlives this one.

mod ports;
mod scratch;
pub(crate) mod spawner;
mod tree;

use std::{
    fmt, fs,
    fs::OpenOptions,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Mutex, MutexGuard},
};

pub use nix::sys::signal::Signal;

pub use ports::free_port;
pub use scratch::Scratch;
pub use spawner::tied_to_us;
pub use tree::{children_of, kill_tree};

use crate::wait;

/// Lines of a log that a failure shows.
const TAIL_LINES: usize = 60;

/// How a server is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It is asked to end and does so in its own way.
    Ask,
    /// It is killed on the spot (SIGKILL).
    Kill,
}

type Recipe = Box<dyn Fn() -> Command + Send + Sync>;

/// A program of the test, running or not.
pub struct Daemon {
    name: String,
    recipe: Recipe,
    log: PathBuf,
    child: Mutex<Option<Child>>,
}

impl fmt::Debug for Daemon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Daemon")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Daemon {
    /// A program that is not running yet: `recipe` makes the command of each start, whose output is added to `log`.
    pub fn new(
        name: impl Into<String>,
        log: PathBuf,
        recipe: impl Fn() -> Command + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            recipe: Box::new(recipe),
            log,
            child: Mutex::new(None),
        }
    }

    /// Starts it, unless it runs.
    ///
    /// # Panics
    /// If there is no such program.
    pub fn start(&self) {
        let mut child = self.child();
        if is_running(&mut child) {
            return;
        }
        let open = || OpenOptions::new().create(true).append(true).open(&self.log);
        let mut command = (self.recipe)();
        command
            .stdin(Stdio::null())
            .stdout(open().expect("a log file"))
            .stderr(open().expect("a log file"));
        match spawner::spawn(command) {
            Ok(started) => *child = Some(started),
            Err(error) => panic!("cannot start {}: {error}", self.name),
        }
    }

    /// Whether it runs (a paused one does).
    pub fn is_running(&self) -> bool {
        is_running(&mut self.child())
    }

    /// Sends `signal` to the process alone, if it runs.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            tree::signal(pid, signal);
        }
    }

    /// Sends `signal` to the process and all that it has started.
    pub fn signal_tree(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            tree::signal_tree(pid, signal);
        }
    }

    /// Freezes it with all that it has started (SIGSTOP), and waits until none of their threads runs.
    ///
    /// # Panics
    /// If one goes on.
    pub async fn pause(&self) {
        self.signal_tree(Signal::SIGSTOP);
        wait::until("all of its threads have stopped", async || {
            self.pid().is_none_or(tree::is_stopped).then_some(())
        })
        .await;
    }

    /// Kills it with all that it has started, and waits until it is gone.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn kill(&self) {
        self.signal_tree(Signal::SIGKILL);
        self.wait().await;
    }

    /// Waits until it has ended; `None` if it was never started.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn wait(&self) -> Option<ExitStatus> {
        let ended = wait::try_until(wait::LIMIT, async || match self.child().as_mut() {
            Some(child) => child.try_wait().expect("a child of ours").map(Some),
            None => Some(None),
        });
        match ended.await {
            Some(status) => status,
            None => panic!("{} does not end. Its log:\n{}", self.name, self.log_tail()),
        }
    }

    /// Its number while it runs.
    pub fn pid(&self) -> Option<u32> {
        let mut child = self.child();
        is_running(&mut child)
            .then(|| child.as_ref().map(Child::id))
            .flatten()
    }

    /// All that it has written.
    pub fn log(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The last lines that it has written.
    pub fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child
            .lock()
            .expect("no panic while a child is looked at")
    }
}

impl Drop for Daemon {
    #[expect(
        clippy::print_stderr,
        reason = "the log belongs to the output of a failed test"
    )]
    fn drop(&mut self) {
        self.signal_tree(Signal::SIGKILL);
        if let Some(child) = self.child().as_mut() {
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!(
                "--- the last lines of {}:\n{}\n---",
                self.name,
                self.log_tail()
            );
        }
    }
}

fn is_running(child: &mut Option<Child>) -> bool {
    child
        .as_mut()
        .is_some_and(|child| matches!(child.try_wait(), Ok(None)))
}
