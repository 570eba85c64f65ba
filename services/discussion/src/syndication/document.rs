//! Atom ([RFC 4287]) and RSS 2.0 documents, without any I/O.
//!
//! [RFC 4287]: https://www.rfc-editor.org/rfc/rfc4287

use std::fmt::Write as _;

use atom_syndication::{Category, Content, Entry, Feed, Link, Person, Text};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What a document tells of.
#[derive(Debug, Clone)]
pub(crate) struct Channel {
    /// Stable, whatever the address.
    pub(crate) id: String,
    pub(crate) title: String,
    /// The address of the page that shows the same.
    pub(crate) page: String,
    /// The document's own address.
    pub(crate) address: String,
    /// What the relative addresses of the texts are relative to.
    pub(crate) base: Option<String>,
    pub(crate) updated: DateTime<Utc>,
    pub(crate) items: Vec<Item>,
}

/// A thread.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: Uuid,
    pub(crate) title: String,
    pub(crate) page: String,
    /// Sanitised.
    pub(crate) html: String,
    pub(crate) author: String,
    pub(crate) tags: Vec<String>,
    pub(crate) published: DateTime<Utc>,
    pub(crate) updated: DateTime<Utc>,
}

/// The channel as Atom.
pub(crate) fn atom(channel: &Channel) -> String {
    let feed = Feed {
        id: channel.id.clone(),
        base: channel.base.clone(),
        title: Text::plain(clean(&channel.title)),
        updated: channel.updated.fixed_offset(),
        links: vec![
            link(&channel.address, "self", Some("application/atom+xml")),
            link(&channel.page, "alternate", Some("text/html")),
        ],
        entries: channel.items.iter().map(entry).collect(),
        ..Feed::default()
    };
    feed.to_string()
}

fn entry(item: &Item) -> Entry {
    let author = Person {
        name: clean(&item.author),
        ..Person::default()
    };
    let category = |tag: &String| Category {
        term: clean(tag),
        ..Category::default()
    };
    Entry {
        id: item.id.urn().to_string(),
        title: Text::plain(clean(&item.title)),
        updated: item.updated.fixed_offset(),
        published: Some(item.published.fixed_offset()),
        authors: vec![author],
        categories: item.tags.iter().map(category).collect(),
        links: vec![link(&item.page, "alternate", Some("text/html"))],
        content: Some(Content {
            value: Some(clean(&item.html)),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

fn link(href: &str, rel: &str, mime_type: Option<&str>) -> Link {
    Link {
        href: href.to_owned(),
        rel: rel.to_owned(),
        mime_type: mime_type.map(str::to_owned),
        ..Link::default()
    }
}

/// The channel as RSS 2.0, with Atom's link to itself and Dublin Core's author: RSS's own wants an e-mail address.
pub(crate) fn rss(channel: &Channel) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" \
         xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel>",
    );
    element(&mut xml, "title", &channel.title);
    element(&mut xml, "link", &channel.page);
    element(&mut xml, "description", &channel.title);
    let _ = write!(
        xml,
        "<atom:link href=\"{}\" rel=\"self\" type=\"application/rss+xml\"/>",
        escape(&channel.address)
    );
    element(&mut xml, "lastBuildDate", &channel.updated.to_rfc2822());
    for item in &channel.items {
        xml.push_str("<item>");
        element(&mut xml, "title", &item.title);
        element(&mut xml, "link", &item.page);
        let _ = write!(xml, "<guid isPermaLink=\"false\">{}</guid>", item.id.urn());
        element(&mut xml, "pubDate", &item.published.to_rfc2822());
        element(&mut xml, "dc:creator", &item.author);
        for tag in &item.tags {
            element(&mut xml, "category", tag);
        }
        element(&mut xml, "description", &item.html);
        xml.push_str("</item>");
    }
    xml.push_str("</channel></rss>");
    xml
}

fn element(xml: &mut String, name: &str, text: &str) {
    let _ = write!(xml, "<{name}>{}</{name}>", escape(text));
}

/// As text or as an attribute's value.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars().filter(|character| is_xml(*character)) {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            // `]]>` may not stand in text.
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            character => escaped.push(character),
        }
    }
    escaped
}

/// Without the characters that no XML document may have, however they are written.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|character| is_xml(*character))
        .collect()
}

/// [Char](https://www.w3.org/TR/xml/#NT-Char) of XML 1.0.
fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const HOSTILE: &str =
        "]]></title><script>alert(1)</script>&amp;&bogus;\u{8}\u{0}\u{ffff}\"' x=\"1";

    fn channel(text: &str) -> Channel {
        let time = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        Channel {
            id: "urn:x".to_owned(),
            title: text.to_owned(),
            page: "https://forum.example/?a=1&b=2".to_owned(),
            address: "https://forum.example/api/threads/feed.atom?a=1&b=\"2".to_owned(),
            base: Some("https://forum.example/".to_owned()),
            updated: time,
            items: vec![Item {
                id: Uuid::max(),
                title: text.to_owned(),
                page: "https://forum.example/threads/x?a=1&b=2".to_owned(),
                html: format!("<p>{text}</p>"),
                author: text.to_owned(),
                tags: vec![text.to_owned()],
                published: time,
                updated: time,
            }],
        }
    }

    #[test]
    fn hostile_texts_come_back_as_texts_from_atom() {
        let xml = atom(&channel(HOSTILE));
        let read: Feed = xml.parse().unwrap_or_else(|error| panic!("{error}: {xml}"));
        let expected: String = HOSTILE.chars().filter(|c| is_xml(*c)).collect();
        let entry = &read.entries[0];
        assert_eq!(read.title.value, expected);
        assert_eq!(entry.title.value, expected);
        assert_eq!(entry.authors[0].name, expected);
        assert_eq!(entry.categories[0].term, expected);
        assert_eq!(
            entry.content.as_ref().unwrap().value.as_deref(),
            Some(format!("<p>{expected}</p>").as_str())
        );
        assert_eq!(read.links[0].href, channel("").address);
        assert!(!xml.contains("<script") && !xml.contains('\u{8}'), "{xml}");
    }

    #[test]
    fn hostile_texts_stay_texts_in_rss() {
        let xml = rss(&channel(HOSTILE));
        assert!(
            !xml.contains("<script") && !xml.contains("]]>") && !xml.contains("&bogus;"),
            "{xml}"
        );
        assert!(!xml.contains(['\u{8}', '\0', '\u{ffff}']), "{xml}");
        assert_eq!(xml.matches("<title>").count(), 2);
        assert_eq!(xml.matches("</title>").count(), 2);
        // Whatever is between the elements has no markup.
        let elements = xml.matches('<').count();
        let plain = rss(&channel("plain"));
        assert_eq!(elements, plain.matches('<').count());
        assert_eq!(xml.matches('>').count(), plain.matches('>').count());
        assert!(
            plain.contains("<pubDate>Fri, 4 Oct 2024 00:00:00 +0000</pubDate>"),
            "{plain}"
        );
    }
}
