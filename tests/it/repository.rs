//! Invariants of ARCHITECTURE.md that a look at the sources can hold.

use std::{
    fs,
    path::{Path, PathBuf},
};

use folkmoot_tests::fresh::repository;

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for path in entries.map(|entry| entry.expect("a folder's entry").path()) {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name");
        if path.is_dir() && !["node_modules", "dist", "target"].contains(&name) {
            found.extend(files(&path, ending));
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn services() -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(repository().join("services")).expect("services");
    entries.map(|entry| entry.expect("a folder's entry").path())
}

fn names(files: &[PathBuf]) -> Vec<String> {
    files
        .iter()
        .map(|file| {
            file.file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

#[test]
fn migrations_are_paired_and_numbered_without_gaps() {
    let mut checked = 0;
    for migrations in services()
        .map(|service| service.join("migrations"))
        .filter(|folder| folder.is_dir())
    {
        let sqlite = names(&files(&migrations.join("sqlite"), ".sql"));
        assert_eq!(
            sqlite,
            names(&files(&migrations.join("postgres"), ".sql")),
            "{}",
            migrations.display()
        );
        for (index, name) in sqlite.iter().enumerate() {
            assert!(name.starts_with(&format!("{:04}_", index + 1)), "{name}");
        }
        checked += 1;
    }
    assert_eq!(
        checked, 6,
        "chat, discussion, feed, file, identity and notification have tables"
    );
}

#[test]
fn only_common_names_a_driver() {
    for service in services().filter(|service| !service.ends_with("common")) {
        for source in files(&service.join("src"), ".rs") {
            let text = fs::read_to_string(&source).expect("a source");
            for driver in [
                "use redis",
                "redis::",
                "async_nats",
                "object_store::",
                "PgPool",
                "SqlitePool",
            ] {
                assert!(
                    !text.contains(driver),
                    "{} names {driver}",
                    source.display()
                );
            }
        }
    }
}

#[test]
fn statements_ask_neither_for_the_time_nor_for_an_offset() {
    let sources = services().flat_map(|service| {
        [
            files(&service.join("src"), ".rs"),
            files(&service.join("migrations"), ".sql"),
        ]
        .concat()
    });
    for source in sources {
        let text = fs::read_to_string(&source)
            .expect("a source")
            .to_lowercase();
        let statements = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for line in statements {
            let sql = [
                "select ", "insert ", "update ", "delete ", "where ", "default ",
            ]
            .iter()
            .any(|word| line.contains(word));
            for word in ["current_timestamp", " offset ", " now()"] {
                assert!(
                    !(sql && line.contains(word)),
                    "{}: {line}",
                    source.display()
                );
            }
        }
    }
}
