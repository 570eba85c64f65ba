//! Where the servers' programs are.

use std::{env, fs, path::PathBuf};

use crate::fresh::repository;

const HINT: &str = "run scripts/setup-test-deps.sh";

/// A program on the search path.
pub(super) fn on_path(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{name} is not installed; {HINT}"))
}

/// A program that the repository builds for its tests.
pub(super) fn built(name: &str) -> PathBuf {
    let file = repository().join(".cache/tools/bin").join(name);
    assert!(file.is_file(), "{} does not exist; {HINT}", file.display());
    file
}

/// The folder of the newest PostgreSQL's programs. Debian keeps the server's off the search path.
pub(super) fn postgres_folder() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let newest = versions
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .max();
    match newest {
        Some(version) => PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")),
        None => on_path("initdb")
            .parent()
            .expect("a file is in a folder")
            .to_owned(),
    }
}
