//! Folders for one run of the tests, gone afterwards even if the run was killed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::spawner;

/// The folder of this process, and the shell that removes it: it waits for the end of its standard input, whose
/// other end is ours, and servers that are still ending may write a moment longer.
static ROOT: LazyLock<(PathBuf, Mutex<Child>)> = LazyLock::new(|| {
    let root = std::env::temp_dir().join(format!("folkmoot-tests-{}", std::process::id()));
    // A process of this number that was here before us has ended.
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).expect("a temporary folder");
    let mut janitor = Command::new("setsid");
    janitor
        .args(["sh", "-c", JANITOR, "janitor"])
        .arg(&root)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let janitor = spawner::spawn(janitor).expect("setsid (util-linux) and sh");
    (root, Mutex::new(janitor))
});

const JANITOR: &str =
    r#"cat >/dev/null; for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" && exit; sleep 0.5; done"#;

static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A folder that is removed when this is dropped.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// An empty folder; `name` is for people.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = ROOT.0.join(format!("{name}-{number}"));
        fs::create_dir(&folder).expect("a temporary folder");
        Self(folder)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
