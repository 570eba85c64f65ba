//! Documents that are written by hand but for some sections.

use std::fs;

use crate::fresh::repository;

/// The document at `path` with each section, between `<!-- begin NAME -->` and `<!-- end NAME -->`, replaced.
pub(crate) fn with_sections(path: &str, sections: &[(&str, &str)]) -> String {
    let mut text = fs::read_to_string(repository().join(path)).expect(path);
    for (name, section) in sections {
        let (begin, end) = (
            format!("<!-- begin {name} -->\n"),
            format!("<!-- end {name} -->"),
        );
        let start = text.find(&begin).expect(&begin) + begin.len();
        let stop = start + text[start..].find(&end).expect(&end);
        text.replace_range(start..stop, &format!("\n{section}\n"));
    }
    text
}
