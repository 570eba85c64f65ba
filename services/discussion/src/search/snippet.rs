//! The place of a text where something was found. Plain text and ranges, never HTML: whoever shows it decides how.

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
        let characters: Vec<char> = one_line(text);
        let folded: Vec<char> = characters.iter().copied().map(fold).collect();
        let wanted = words(terms);
        let first = (0..folded.len()).find(|at| match_at(&folded, *at, &wanted).is_some());
        let start = first.map_or(0, |first| first.saturating_sub(BEFORE));
        let end = (start + CHARS).min(characters.len());
        let mut snippet = Self {
            text: String::new(),
            marks: Vec::new(),
        };
        if start > 0 {
            snippet.text.push_str("… ");
        }
        snippet.copy(&characters, &folded, start..end, &wanted);
        if end < characters.len() {
            snippet.text.push_str(" …");
        }
        snippet
    }

    fn copy(
        &mut self,
        characters: &[char],
        folded: &[char],
        range: std::ops::Range<usize>,
        wanted: &[Vec<char>],
    ) {
        let mut units = self.text.encode_utf16().count();
        let mut marked_until = 0;
        for at in range.clone() {
            if at >= marked_until
                && self.marks.len() < MAX_MARKS
                && let Some(length) = match_at(folded, at, wanted)
            {
                marked_until = (at + length).min(range.end);
                let width: usize = characters[at..marked_until]
                    .iter()
                    .map(|character| character.len_utf16())
                    .sum();
                self.marks.push(Mark {
                    start: units,
                    end: units + width,
                });
            }
            self.text.push(characters[at]);
            units += characters[at].len_utf16();
        }
    }
}

/// Without line breaks, repeated spaces and what cannot be seen.
fn one_line(text: &str) -> Vec<char> {
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().collect()
}

fn fold(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

fn words(terms: &[String]) -> Vec<Vec<char>> {
    let words = terms.iter().flat_map(|term| term.split(' '));
    words.map(|word| word.chars().map(fold).collect()).collect()
}

/// The length of a whole word at `at` that is wanted.
fn match_at(folded: &[char], at: usize, wanted: &[Vec<char>]) -> Option<usize> {
    let is_inside = at > 0 && folded[at - 1].is_alphanumeric();
    if is_inside || !folded[at].is_alphanumeric() {
        return None;
    }
    let length = folded[at..]
        .iter()
        .take_while(|character| character.is_alphanumeric())
        .count();
    let word = &folded[at..at + length];
    wanted.iter().any(|wanted| wanted == word).then_some(length)
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
