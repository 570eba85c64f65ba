//! Files that are made from the code and committed must say what the code says.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The root of the repository.
///
/// # Panics
/// Never: this package is in a folder of it.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package is in the repository")
}

/// Compares the committed file `path`, told from the root of the repository, with what was `generated`.
/// With `UPDATE=1` in the environment it is written instead; `make generate` does so.
///
/// # Panics
/// If they differ, or the file cannot be written.
pub fn assert_fresh(path: impl AsRef<Path>, generated: &str) {
    let file = repository().join(path.as_ref());
    let generated = with_final_newline(generated);
    let committed = fs::read_to_string(&file).unwrap_or_default();
    if committed == generated {
        return;
    }
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        return write(&file, &generated);
    }
    panic!(
        "{} is out of date from line {} on; run `make generate`",
        path.as_ref().display(),
        first_difference(&committed, &generated)
    );
}

fn with_final_newline(text: &str) -> String {
    format!("{}\n", text.trim_end_matches('\n'))
}

fn write(file: &PathBuf, text: &str) {
    let folder = file.parent().expect("a file is in a folder");
    fs::create_dir_all(folder).expect("the folder of a generated file");
    fs::write(file, text).expect("a generated file");
}

fn first_difference(left: &str, right: &str) -> usize {
    let same = left.lines().zip(right.lines()).take_while(|(a, b)| a == b);
    same.count() + 1
}
