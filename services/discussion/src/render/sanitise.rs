//! What of HTML is let through: only what Markdown makes. No `svg`, `math`, `style` or other element with a parser of its
//! own, no identifiers, no classes but that of a code's language, no addresses but of a few schemes.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use ammonia::Builder;

/// What user links tell search engines and browsers.
const REL: &str = "ugc nofollow noopener";
const TAGS: [&str; 30] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
    "b",
    "i",
    "s",
];
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];
const ALIGNMENTS: [&str; 3] = ["left", "center", "right"];
/// Where pictures may come from.
const OWN_FILES: [&str; 2] = ["/api/threads/", "/api/files/"];
const MAX_LANGUAGE_CHARS: usize = 32;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let attributes = HashMap::from([
        ("a", HashSet::from(["href", "title"])),
        ("img", HashSet::from(["src", "alt", "title"])),
        ("code", HashSet::from(["class"])),
        ("ol", HashSet::from(["start"])),
        ("input", HashSet::from(["checked"])),
    ]);
    let values = HashMap::from([
        ("td", HashMap::from([("align", HashSet::from(ALIGNMENTS))])),
        ("th", HashMap::from([("align", HashSet::from(ALIGNMENTS))])),
    ]);
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(attributes)
        .tag_attribute_values(values)
        // The box of a task: nothing to type into, nothing to change.
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "")
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(SCHEMES))
        .link_rel(Some(REL))
        .strip_comments(true)
        .attribute_filter(filter);
    builder
});

/// The harmless part of a piece of HTML.
pub(super) fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

/// A text as HTML that shows it.
pub(super) fn as_text(text: &str) -> String {
    format!("<p>{}</p>", clean(&ammonia::clean_text(text)))
}

fn filter<'a>(element: &str, attribute: &str, value: &'a str) -> Option<Cow<'a, str>> {
    let is_fine = match (element, attribute) {
        ("img", "src") => is_own_file(value),
        ("code", "class") => is_language(value),
        ("ol", "start") => value.len() <= 9 && value.bytes().all(|byte| byte.is_ascii_digit()),
        _ => true,
    };
    is_fine.then_some(Cow::Borrowed(value))
}

/// Whether an address is that of a file of this forum, spelled so that it can be nothing else: a picture is fetched by
/// whoever looks at it, as themself.
pub(super) fn is_own_file(url: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'/';
    OWN_FILES.iter().any(|prefix| url.starts_with(prefix))
        && url.bytes().all(allowed)
        && !url.contains("//")
}

fn is_language(class: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+#_-".contains(&byte);
    class.strip_prefix("language-").is_some_and(|name| {
        (1..=MAX_LANGUAGE_CHARS).contains(&name.len()) && name.bytes().all(allowed)
    })
}
