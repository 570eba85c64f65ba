//! Programs that are run to their end: kubectl, helm and the harness's own script.

use std::{path::Path, process::Stdio, time::Duration};

use folkmoot_tests::fresh::repository;
use tokio::{io::AsyncWriteExt as _, process::Command};

/// Longer than anything that a test may wait for in one command.
const LIMIT: Duration = Duration::from_secs(180);

/// What a program has said.
#[derive(Debug, Clone)]
pub struct Output {
    /// Whether it said that it succeeded.
    pub success: bool,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Output {
    /// The standard output of a program that succeeded.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn expect_success(self) -> String {
        assert!(self.success, "{}{}", self.stderr, self.stdout);
        self.stdout
    }

    /// The standard error of a program that failed.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn expect_failure(self) -> String {
        assert!(!self.success, "{}{}", self.stderr, self.stdout);
        self.stderr
    }
}

/// A program that the repository builds for its tests.
///
/// # Panics
/// If it has not.
pub(crate) fn built(name: &str) -> Command {
    let file = repository().join(".cache/tools/bin").join(name);
    assert!(
        file.is_file(),
        "{} does not exist; run scripts/setup-test-deps.sh",
        file.display()
    );
    Command::new(file)
}

/// The script that starts clusters.
pub(crate) fn script() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("node")
}

/// Runs `command` to its end, with `input` as its standard input.
///
/// # Panics
/// If it cannot be started or does not end.
pub(crate) async fn run(mut command: Command, input: &str) -> Output {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().expect("a program that starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let write = async move {
        // A program that does not read its input may end before it is written.
        let _ = stdin.write_all(input.as_bytes()).await;
    };
    let both = async { tokio::join!(write, child.wait_with_output()).1 };
    let Ok(output) = tokio::time::timeout(LIMIT, both).await else {
        panic!("{command:?} does not end within {LIMIT:?}");
    };
    let output = output.expect("the output of a program");
    Output {
        success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
