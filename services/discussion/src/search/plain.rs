//! The text of our own HTML, for showing a part of it as text.

/// Entities that the sanitiser writes.
const ENTITIES: [(&str, &str); 7] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&nbsp;", " "),
    // Last: what it makes must not be read again.
    ("&amp;", "&"),
];

/// The text between the tags. It takes well-formed HTML, as the sanitiser makes it, and is no sanitiser: what it gives is
/// text, and must be shown as text.
pub(crate) fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        // Words on both sides of a tag of a block are two words; within a word there are only inline tags.
        if !is_inline(&rest[start..]) {
            text.push(' ');
        }
        rest = &rest[start + tag_bytes(&rest[start..])..];
    }
    text.push_str(rest);
    ENTITIES.iter().fold(text, |text, (entity, character)| {
        match text.contains(entity) {
            true => text.replace(entity, character),
            false => text,
        }
    })
}

fn is_inline(tag: &str) -> bool {
    let name = tag.trim_start_matches(['<', '/']);
    let end = name
        .find(|character: char| !character.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    matches!(
        &name[..end],
        "a" | "em" | "strong" | "code" | "del" | "span" | "b" | "i" | "s"
    )
}

/// The length of the tag that `html` begins with; a `>` in quotes does not end it.
fn tag_bytes(html: &str) -> usize {
    let mut quote = None;
    for (at, byte) in html.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    html.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_text_stays() {
        for (html, expected) in [
            ("<p>a <em>b</em>c</p>", " a bc "),
            ("<a title=\"x > y\" href='/z'>link</a>", "link"),
            (
                "<p>&lt;script&gt; &amp;lt; &quot;q&quot;</p>",
                " <script> &lt; \"q\" ",
            ),
            ("<li>one</li><li>two</li>", " one  two "),
            ("no tags", "no tags"),
            ("an open <tag", "an open  "),
            ("<", " "),
            ("", ""),
        ] {
            assert_eq!(plain(html), expected, "{html}");
        }
    }
}
