//! The samples are what they say they are.

use std::{fs, path::PathBuf};

use folkmoot_crds::ForumInstance;
use serde_json::Value;

use crate::{fresh::repository, rules, yaml};

fn samples() -> Vec<(PathBuf, Value)> {
    let folder = repository().join("manifests/samples");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    files.retain(|file| !file.ends_with("kustomization.yaml"));
    files.sort();
    let read = |file: PathBuf| {
        let mut documents = yaml::documents(&fs::read_to_string(&file).unwrap());
        assert_eq!(documents.len(), 1, "{}", file.display());
        (file, documents.remove(0))
    };
    files.into_iter().map(read).collect()
}

#[test]
fn samples_are_forums() {
    let samples = samples();
    assert_eq!(samples.len(), 6);
    for (file, sample) in samples {
        let decoded: ForumInstance = serde_json::from_value(sample.clone()).unwrap();
        let again = serde_json::to_value(&decoded).unwrap();
        assert!(
            holds(&again, &sample),
            "{} has unknown fields",
            file.display()
        );
        assert_eq!(rules::errors_of(&sample), [], "{}", file.display());
    }
}

#[test]
fn the_minimal_one_is_five_lines_and_is_in_the_documentation() {
    let sample = fs::read_to_string(repository().join("manifests/samples/minimal.yaml")).unwrap();
    assert_eq!(sample.lines().count(), 5);
    let indented =
        |by: &str| -> String { sample.lines().map(|line| format!("{by}{line}\n")).collect() };
    for (file, by) in [
        ("README.md", "    "),
        ("docs/reference/forum-instance.md", "    "),
        ("charts/folkmoot-operator/templates/NOTES.txt", "  "),
    ] {
        let text = fs::read_to_string(repository().join(file)).unwrap();
        assert!(text.contains(&indented(by)), "{file} shows another one");
    }
}

/// Whether `whole` has everything that `part` has.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part
            .iter()
            .all(|(name, part)| whole.get(name).is_some_and(|whole| holds(whole, part))),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len()
                && whole
                    .iter()
                    .zip(part)
                    .all(|(whole, part)| holds(whole, part))
        }
        (whole, part) => whole == part,
    }
}
