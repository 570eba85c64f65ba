//! Finding `@name` in a text.

use std::collections::BTreeSet;

/// Most people that one message can call.
const MAX_MENTIONS: usize = 20;
const NAME_LENGTHS: std::ops::RangeInclusive<usize> = 2..=32;

/// The names that `text` mentions, in lower case, each once.
///
/// A name begins after `@` that does not stand inside a word (an e-mail address mentions nobody) and ends where
/// its characters do; a full stop at its end belongs to the sentence.
#[must_use]
pub fn find(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices('@') {
        let inside_word = text[..at]
            .chars()
            .next_back()
            .is_some_and(|before| before.is_alphanumeric() || before == '_');
        let rest = &text[at + 1..];
        let end = rest
            .find(|character: char| !is_name_character(character))
            .unwrap_or(rest.len());
        let name = rest[..end].trim_end_matches(['.', '-']);
        if !inside_word && NAME_LENGTHS.contains(&name.len()) && names.len() < MAX_MENTIONS {
            names.insert(name.to_ascii_lowercase());
        }
    }
    names
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        find(text).into_iter().collect()
    }

    #[test]
    fn names_are_found_where_people_write_them() {
        assert_eq!(
            found("@Ann, ask @bob.jones. (@eve)!"),
            ["ann", "bob.jones", "eve"]
        );
        assert_eq!(found("@ann @ANN"), ["ann"]);
        assert_eq!(found("¡@ann!"), ["ann"]);
    }

    #[test]
    fn addresses_and_lone_signs_mention_nobody() {
        assert!(found("ann@example.org @ @a @.. x_@ann").is_empty());
    }

    #[test]
    fn one_message_cannot_call_everybody() {
        let text: String = (0..100).map(|n| format!("@user{n} ")).collect();
        assert_eq!(find(&text).len(), MAX_MENTIONS);
    }
}
