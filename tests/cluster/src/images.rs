//! The images that pods run.

use std::path::PathBuf;

use folkmoot_tests::{fresh::repository, process::executable};
use tokio::process::Command;

use crate::command::run;

/// Archives of all images, made if what goes into them has changed.
///
/// # Panics
/// If they cannot be made.
pub(crate) async fn all() -> Vec<PathBuf> {
    let mut command = Command::new(repository().join("tests/cluster/images"));
    let programs = executable();
    command.arg(programs.parent().expect("a file is in a folder"));
    let archives = run(command, "").await.expect_success();
    archives.lines().map(PathBuf::from).collect()
}
