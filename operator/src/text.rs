//! Text for people, of bounded length.

/// Most characters of a text that comes from elsewhere.
const MAX_TEXT: usize = 300;

/// `text`, or its beginning if it is longer than `most` characters, with a sign that it goes on.
#[must_use]
pub fn shorten(text: String, most: usize) -> String {
    if text.chars().count() <= most {
        return text;
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Text from elsewhere, as one line of bounded length without control characters.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty());
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 4 * MAX_TEXT {
            break;
        }
    }
    shorten(line, MAX_TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_elsewhere_becomes_one_short_line() {
        assert_eq!(one_line("a\r\n\tb \u{1b}[31mc\u{0}"), "a b [31mc");
        assert_eq!(one_line(&"é".repeat(100_000)).chars().count(), MAX_TEXT);
        let long = one_line(&"word ".repeat(100_000));
        assert_eq!(long.chars().count(), MAX_TEXT);
        assert!(long.ends_with('…'));
    }
}
