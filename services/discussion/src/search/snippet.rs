//! The place of a text where something was found. Plain text and ranges, never HTML: whoever shows it decides how.

use std::ops::Range;

use serde::Serialize;
use utoipa::ToSchema;

/// Characters of a snippet.
const CHARS: usize = 160;
/// Characters before what was found.
const BEFORE: usize = 40;
/// Most ranges of a snippet.
const MAX_MARKS: usize = 20;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Snippet {
    /// Where something was found, plain text.
    #[serde(rename = "excerpt")]
    #[schema(example = "… how to hang an oak door …")]
    pub(crate) text: String,
    /// What was looked for in the excerpt.
    pub(crate) marks: Vec<Mark>,
}

/// A range of a text, counted in UTF-16 code units, as JavaScript counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Mark {
    /// Where it begins.
    pub(crate) start: usize,
    /// Where it ends; not part of it.
    pub(crate) end: usize,
}

impl Snippet {
    /// The part of `text` around the first of `terms`; its beginning if none stands there as it was typed.
    pub(crate) fn around(text: &str, terms: &[String]) -> Self {
        let line = one_line(text);
        let wanted: Vec<&str> = terms.iter().flat_map(|term| term.split(' ')).collect();
        let is_wanted = |word: &Range<usize>| {
            let word = &line[word.clone()];
            wanted.iter().any(|wanted| is_same_word(word, wanted))
        };
        let first = words(&line, 0).find(is_wanted).map(|word| word.start);
        let start = first.map_or(0, |first| before(&line, first));
        let end = after(&line, start);
        let opening = if start > 0 { "… " } else { "" };
        let closing = if end < line.len() { " …" } else { "" };
        let shown = words(&line, first.unwrap_or(end)).take_while(|word| word.start < end);
        let marks = shown.filter(is_wanted).take(MAX_MARKS).map(|word| {
            let before = units(opening) + units(&line[start..word.start]);
            // A word that the snippet cuts is marked as far as it is shown.
            let width = units(&line[word.start..word.end.min(end)]);
            Mark {
                start: before,
                end: before + width,
            }
        });
        Self {
            marks: marks.collect(),
            text: format!("{opening}{}{closing}", &line[start..end]),
        }
    }
}

/// Without line breaks, repeated spaces and what cannot be seen.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    for word in words.filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Where the words are that begin at byte `from` or later.
fn words(line: &str, from: usize) -> impl Iterator<Item = Range<usize>> {
    let mut end = from;
    let parts = line[from..].split_inclusive(is_between);
    let words = parts.map(move |part| {
        let start = end;
        end += part.len();
        start..start + part.trim_end_matches(is_between).len()
    });
    words.filter(|word| !word.is_empty())
}

fn is_between(character: char) -> bool {
    !character.is_alphanumeric()
}

fn is_same_word(word: &str, wanted: &str) -> bool {
    word.chars().map(fold).eq(wanted.chars().map(fold))
}

fn fold(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

/// Where a snippet begins in which something was found at byte `at`.
fn before(line: &str, at: usize) -> usize {
    let earlier = line[..at].char_indices().rev();
    earlier.take(BEFORE).last().map_or(at, |(start, _)| start)
}

/// Where a snippet ends that begins at byte `start`.
fn after(line: &str, start: usize) -> usize {
    let mut later = line[start..].char_indices();
    later.nth(CHARS).map_or(line.len(), |(end, _)| start + end)
}

/// Its length as JavaScript counts.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(text: &str, terms: &[&str]) -> Snippet {
        let terms: Vec<String> = terms.iter().map(|term| (*term).to_owned()).collect();
        Snippet::around(text, &terms)
    }

    fn marked(snippet: &Snippet) -> Vec<String> {
        let units: Vec<u16> = snippet.text.encode_utf16().collect();
        let cut = |mark: &Mark| String::from_utf16(&units[mark.start..mark.end]).unwrap();
        snippet.marks.iter().map(cut).collect()
    }

    #[test]
    fn what_was_found_is_shown_and_marked() {
        let snippet = around("An Oak\n\n  door of OAK; oaks are trees", &["oak"]);
        assert_eq!(snippet.text, "An Oak door of OAK; oaks are trees");
        assert_eq!(marked(&snippet), ["Oak", "OAK"]);
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_place() {
        let text = format!("{} needle {}", "hay ".repeat(500), "straw ".repeat(500));
        let snippet = around(&text, &["needle"]);
        assert!(snippet.text.starts_with("… ") && snippet.text.ends_with(" …"));
        assert!(snippet.text.chars().count() <= CHARS + 4);
        assert_eq!(marked(&snippet), ["needle"]);
    }

    #[test]
    fn ranges_count_as_javascript_does() {
        let snippet = around("🐙🐙 größe 🐙 Größe", &["größe"]);
        assert_eq!(marked(&snippet), ["größe", "Größe"]);
        assert_eq!(snippet.marks[0], Mark { start: 5, end: 10 });
    }

    #[test]
    fn markup_stays_text() {
        let snippet = around("<script>alert('oak')</script>", &["oak"]);
        assert_eq!(snippet.text, "<script>alert('oak')</script>");
        assert_eq!(marked(&snippet), ["oak"]);
    }

    #[test]
    fn empty_and_unmatched_texts_have_no_marks() {
        assert_eq!(around("", &["oak"]).text, "");
        let snippet = around(&"x".repeat(1000), &["oak"]);
        assert!(snippet.marks.is_empty());
        assert_eq!(snippet.text.chars().count(), CHARS + 2);
        // A word that ends beyond the cut is marked as far as it is shown.
        let long = format!("{}{}", "a ".repeat(70), "b".repeat(100));
        let snippet = around(&long, &["a", &"b".repeat(100)]);
        assert!(
            snippet
                .marks
                .iter()
                .all(|mark| mark.end <= snippet.text.len())
        );
    }
}
