//! Links between the pages lead somewhere.

use std::{fs, path::Path};

use crate::fresh::repository;

const PAGES: [&str; 6] = [
    "README.md",
    "charts/folkmoot-operator/README.md",
    "docs/rbac.md",
    "docs/reference/forum-instance.md",
    "docs/troubleshooting.md",
    "docs/upgrade.md",
];

/// The targets of `[text](target)`, without addresses in the web.
fn targets(page: &str) -> impl Iterator<Item = &str> {
    let links = page.split("](").skip(1);
    links
        .filter_map(|rest| Some(rest.split_once(')')?.0))
        .filter(|target| !target.contains("://"))
}

/// The anchors of a page's headings.
fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| line.trim_start_matches('#').trim().to_lowercase())
        .map(|heading| heading.replace(' ', "-"))
        .collect()
}

fn check(name: &str, page: &str, target: &str) {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = repository().join(name);
    let file = match path {
        "" => folder,
        path => folder.parent().unwrap_or(Path::new("")).join(path),
    };
    assert!(file.exists(), "{name}: {target}");
    if anchor.is_empty() {
        return;
    }
    let text = if path.is_empty() {
        page.to_owned()
    } else {
        fs::read_to_string(file).unwrap()
    };
    let anchors = anchors(&text);
    assert!(anchors.iter().any(|a| a == anchor), "{name}: {target}");
}

#[test]
fn links_lead_somewhere() {
    for name in PAGES {
        let page = fs::read_to_string(repository().join(name)).unwrap();
        targets(&page).for_each(|target| check(name, &page, target));
    }
}
