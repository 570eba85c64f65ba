//! File names: what a user's own name for a file may be shown as, and how it travels in a header.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::id::is_invisible_control;

/// Longest name in bytes: what file systems take.
const MAX_BYTES: usize = 255;
/// The name of a file that was given none.
const NAMELESS: &str = "file";
/// What `attr-char` of [RFC 8187] allows beside letters and digits.
///
/// [RFC 8187]: https://www.rfc-editor.org/rfc/rfc8187#section-3.2.1
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The name to keep: the last step of a path of any system, without characters that cannot be seen, reorder the
/// text around them or end a string, and no longer than a file name can be. Never empty, never a path step.
#[must_use]
pub fn sanitise(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last
        .chars()
        .filter(|character| !is_invisible_control(*character))
        .collect();
    let name = shorten(visible.trim());
    // Windows drops trailing dots, so a name of dots alone is a path step or nothing there.
    if name.trim_matches(['.', ' ']).is_empty() {
        NAMELESS.to_owned()
    } else {
        name
    }
}

/// Cuts the stem, so that the extension stays.
fn shorten(name: &str) -> String {
    if name.len() <= MAX_BYTES {
        return name.to_owned();
    }
    let extension = name.rfind('.').map_or("", |dot| &name[dot..]);
    let extension = if extension.len() <= 16 { extension } else { "" };
    let stem = &name[..name.floor_char_boundary(MAX_BYTES - extension.len())];
    format!("{}{extension}", stem.trim_end())
}

/// How the browser is to take the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// May be shown in place.
    Inline,
    /// Is saved.
    Attachment,
}

/// `Content-Disposition` by [RFC 6266]: a name in ASCII for old clients, and the name itself.
///
/// [RFC 6266]: https://www.rfc-editor.org/rfc/rfc6266
#[must_use]
pub fn content_disposition(disposition: Disposition, name: &str) -> String {
    let mut header = match disposition {
        Disposition::Inline => "inline".to_owned(),
        Disposition::Attachment => "attachment".to_owned(),
    };
    // A percent sign would be decoded by some clients, and a quote or backslash would need escapes that others get wrong.
    let plain = |character: char| {
        (character.is_ascii_graphic() || character == ' ') && !"\"\\%;".contains(character)
    };
    let fallback: String = name
        .chars()
        .map(|character| if plain(character) { character } else { '_' })
        .collect();
    let _ = write!(header, "; filename=\"{fallback}\"");
    if fallback != name {
        let _ = write!(
            header,
            "; filename*=UTF-8''{}",
            utf8_percent_encode(name, ATTR_CHAR)
        );
    }
    header
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn names_keep_what_can_be_shown_and_lose_what_attacks() {
        for (given, kept) in [
            ("photo.png", "photo.png"),
            ("Größe – 日本 🐙.txt", "Größe – 日本 🐙.txt"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("C:\\Users\\ann\\a b.doc", "a b.doc"),
            ("/", "file"),
            ("..", "file"),
            (". .", "file"),
            ("", "file"),
            ("a\0b.txt", "ab.txt"),
            ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("\u{feff}\u{200b}", "file"),
            ("  spaced.txt  ", "spaced.txt"),
            ("%2e%2e%2fx", "%2e%2e%2fx"),
            (".env", ".env"),
        ] {
            assert_eq!(sanitise(given), kept, "{given:?}");
        }
    }

    #[test]
    fn long_names_are_cut_between_characters_and_keep_their_extension() {
        let cut = sanitise(&format!("{}.jpeg", "é".repeat(300)));
        assert!(cut.len() <= MAX_BYTES && cut.ends_with("é.jpeg"), "{cut}");
        assert_eq!(sanitise(&"x".repeat(10_000)).len(), MAX_BYTES);
        assert_eq!(sanitise(&format!("a.{}", "y".repeat(300))).len(), MAX_BYTES);
    }

    #[test]
    fn the_header_has_a_plain_fallback_and_the_whole_name() {
        let header = |name| content_disposition(Disposition::Attachment, name);
        assert_eq!(header("a b.txt"), "attachment; filename=\"a b.txt\"");
        assert_eq!(
            header("é\"\\;%.txt"),
            "attachment; filename=\"_____.txt\"; filename*=UTF-8''%C3%A9%22%5C%3B%25.txt"
        );
        assert_eq!(
            content_disposition(Disposition::Inline, "x"),
            "inline; filename=\"x\""
        );
    }

    /// Splitmix64: the same names in every run.
    fn random(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    #[test]
    fn no_name_breaks_the_rules_or_the_header() {
        const POOL: &[char] = &[
            '/', '\\', '.', ' ', '\0', '\r', '\n', '"', '\'', ';', '%', '*', '=', '\u{202e}',
            '\u{200d}', '\u{feff}', '\u{7f}', '\u{85}', 'a', 'é', '日', '🐙', '\u{2028}', '\t',
            '<', '>', '&', ':', '~',
        ];
        let mut seed = 1;
        for _ in 0..20_000 {
            let length = random(&mut seed) % 400;
            let pick = |number: u64| match number % 5 {
                0 => char::from_u32((number >> 8) as u32 % 0x11_0000).unwrap_or('x'),
                _ => POOL[(number >> 8) as usize % POOL.len()],
            };
            let given: String = (0..length).map(|_| pick(random(&mut seed))).collect();
            let name = sanitise(&given);
            assert!((1..=MAX_BYTES).contains(&name.len()), "{given:?}");
            assert!(
                !name.contains(['/', '\\']) && !name.chars().any(is_invisible_control),
                "{given:?}"
            );
            assert!(name != "." && name != "..", "{given:?}");
            assert_eq!(sanitise(&name), name, "{given:?}");
            let header = content_disposition(Disposition::Attachment, &name);
            assert!(
                header.is_ascii() && HeaderValue::from_str(&header).is_ok(),
                "{header}"
            );
            let quotes = header.matches('"').count();
            assert_eq!(quotes, 2, "{header}");
        }
    }
}
