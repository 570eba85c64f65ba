//! The images that pods run.

use std::path::PathBuf;

use folkmoot_tests::{fresh::repository, process::executable};
use tokio::process::Command;

use crate::command::run;

/// What a node is given to run.
#[derive(Debug)]
pub(crate) struct Images {
    /// The folder of a containerd that has the stand-ins.
    pub(crate) root: PathBuf,
    /// Archives of our own images.
    pub(crate) archives: Vec<PathBuf>,
}

/// Makes what has changed: see the script.
///
/// # Panics
/// If an image cannot be made.
pub(crate) async fn all() -> Images {
    let mut command = Command::new(repository().join("tests/cluster/images"));
    let programs = executable();
    command.arg(programs.parent().expect("a file is in a folder"));
    let printed = run(command, "").await.expect_success();
    let named = |kind: &str| {
        let lines = printed.lines().filter_map(|line| line.strip_prefix(kind));
        lines.map(PathBuf::from).collect::<Vec<_>>()
    };
    Images {
        root: named("root ").pop().expect("the images' root"),
        archives: named("archive "),
    }
}
