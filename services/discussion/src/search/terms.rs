//! What somebody looks for, as words that mean nothing else to either database.

use folkmoot_common::http::{ApiError, ApiResult};

/// Longest search in characters.
pub(crate) const MAX_CHARS: usize = 200;
/// Most words and phrases of a search.
pub(crate) const MAX_TERMS: usize = 16;

/// A checked search: words and `"phrases"`, and those that may not be there (`-word`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    wanted: Vec<String>,
    unwanted: Vec<String>,
}

impl Terms {
    /// Reads what was typed. Signs that are neither words nor quotes only separate words.
    ///
    /// # Errors
    /// 400 `invalid_search` if it is too long, has too many words, or none to find.
    pub(crate) fn parse(typed: &str) -> ApiResult<Self> {
        let refused = |detail: String| Err(ApiError::bad_request("invalid_search", detail));
        if typed.chars().count() > MAX_CHARS {
            return refused(format!("q may have {MAX_CHARS} characters"));
        }
        let mut terms = Self {
            wanted: Vec::new(),
            unwanted: Vec::new(),
        };
        for (index, part) in typed.split('"').enumerate() {
            // Every second part stands between quotes; a quote that is never closed is none.
            if index % 2 == 1 {
                terms.add(part, false);
            } else {
                part.split_whitespace()
                    .for_each(|word| terms.add_word(word));
            }
        }
        if terms.wanted.len() + terms.unwanted.len() > MAX_TERMS {
            return refused(format!("q may have {MAX_TERMS} words"));
        }
        if terms.wanted.is_empty() {
            return refused("q must have a word to look for".to_owned());
        }
        Ok(terms)
    }

    fn add_word(&mut self, word: &str) {
        match word.strip_prefix('-') {
            Some(unwanted) => self.add(unwanted, true),
            None => self.add(word, false),
        }
    }

    /// Keeps letters and digits; everything else would be cut away by the databases, each by its own rules.
    fn add(&mut self, text: &str, is_unwanted: bool) {
        let words: Vec<&str> = text
            .split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        if words.is_empty() {
            return;
        }
        let terms = if is_unwanted {
            &mut self.unwanted
        } else {
            &mut self.wanted
        };
        terms.push(words.join(" "));
    }

    /// For `websearch_to_tsquery`: `"a" "b c" -"d"`.
    pub(crate) fn websearch(&self) -> String {
        let wanted = self.wanted.iter().map(|term| quoted(term));
        let unwanted = self
            .unwanted
            .iter()
            .map(|term| format!("-{}", quoted(term)));
        wanted.chain(unwanted).collect::<Vec<_>>().join(" ")
    }

    /// For `match` of FTS5: `"a" AND "b c" NOT "d"`. A quoted string is never syntax there.
    pub(crate) fn fts5(&self) -> String {
        let wanted: Vec<String> = self.wanted.iter().map(|term| quoted(term)).collect();
        let mut expression = wanted.join(" AND ");
        for term in &self.unwanted {
            // NOT binds more tightly than AND.
            expression = format!("({expression}) NOT {}", quoted(term));
        }
        expression
    }

    /// What to mark in the results.
    pub(crate) fn wanted(&self) -> &[String] {
        &self.wanted
    }
}

fn quoted(term: &str) -> String {
    format!("\"{term}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(typed: &str) -> (String, String) {
        let terms = Terms::parse(typed).unwrap();
        (terms.websearch(), terms.fts5())
    }

    #[test]
    fn words_phrases_and_exclusions_mean_the_same_to_both_databases() {
        for (typed, websearch, fts5) in [
            ("oak", "\"oak\"", "\"oak\""),
            ("  oak   door ", "\"oak\" \"door\"", "\"oak\" AND \"door\""),
            ("\"oak door\"", "\"oak door\"", "\"oak door\""),
            ("oak -door", "\"oak\" -\"door\"", "(\"oak\") NOT \"door\""),
            (
                "-a b -c",
                "\"b\" -\"a\" -\"c\"",
                "((\"b\") NOT \"a\") NOT \"c\"",
            ),
            ("Größe 日本", "\"Größe\" \"日本\"", "\"Größe\" AND \"日本\""),
            ("foo-bar", "\"foo bar\"", "\"foo bar\""),
        ] {
            assert_eq!(
                parsed(typed),
                (websearch.to_owned(), fts5.to_owned()),
                "{typed}"
            );
        }
    }

    #[test]
    fn syntax_of_a_database_is_only_words() {
        for typed in [
            "a OR b",
            "a AND NOT b",
            "NEAR(a b, 2)",
            "title:a",
            "{title body}: a",
            "a*",
            "^a",
            "a\"b",
            "'; drop table threads; --x",
            "a & b | !c <-> d:*",
            "\"a\" \"b",
            "a\0b",
            "(((a",
        ] {
            let (websearch, fts5) = parsed(typed);
            for text in [websearch, fts5] {
                let outside: String = text.split('"').step_by(2).collect();
                let rest = outside.replace("AND", "").replace("NOT", "");
                assert!(
                    rest.chars().all(|character| " -()".contains(character)),
                    "{typed}: {text}"
                );
                assert!(!text.contains('\0'), "{typed}");
            }
        }
    }

    #[test]
    fn what_finds_nothing_or_too_much_is_refused() {
        for typed in [
            "",
            "   ",
            "\"\"",
            "!!! ???",
            "-oak",
            "🐙",
            &"a".repeat(MAX_CHARS + 1),
            &"a ".repeat(MAX_TERMS + 1),
        ] {
            let error = Terms::parse(typed).unwrap_err();
            assert_eq!(
                (error.status.as_u16(), error.code),
                (400, "invalid_search"),
                "{typed}"
            );
        }
        assert!(Terms::parse(&"a ".repeat(MAX_TERMS)).is_ok());
    }
}
