//! Markdown to HTML by comrak: CommonMark with tables, strikethrough, autolinks and task lists. Raw HTML is shown as the
//! text that it is; footnotes are off, because their anchors would be the same in every comment of a page.

use std::time::Instant;

use comrak::{
    Arena, Node, Options, format_html,
    nodes::{NodeLink, NodeValue},
    try_parse_document,
};
use folkmoot_common::events::discussion::EXCERPT_CHARS;

use super::{TooComplex, sanitise::is_own_file};

/// Deepest nesting of blocks and inlines together.
const MAX_DEPTH: usize = 100;

pub(super) struct Parsed {
    pub(super) html: String,
    /// The beginning of the text.
    pub(super) excerpt: String,
    /// The text without code.
    pub(super) prose: String,
}

/// # Errors
/// If it is nested too deeply, is not done at `deadline`, or its HTML is larger than `max_bytes`.
pub(super) fn parse(text: &str, deadline: Instant, max_bytes: usize) -> Result<Parsed, TooComplex> {
    let (arena, options) = (Arena::new(), options());
    let is_late = || Instant::now() >= deadline;
    let root =
        try_parse_document(&arena, text, &options, &is_late).map_err(|_cancelled| TooComplex)?;
    check_depth(root)?;
    let (excerpt, prose) = texts(root);
    link_foreign_pictures(&arena, root);
    let mut html = Bounded {
        text: String::with_capacity(text.len() * 2),
        max_bytes,
    };
    format_html(root, &options, &mut html).map_err(|_full| TooComplex)?;
    Ok(Parsed {
        html: html.text,
        excerpt,
        prose,
    })
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.render.escape = true;
    options
}

/// Before anything is made of the tree: whatever walks it, here or in a browser, is spared a depth that nobody writes.
fn check_depth(root: Node<'_>) -> Result<(), TooComplex> {
    let (mut node, mut depth) = (root, 0_usize);
    loop {
        if let Some(child) = node.first_child() {
            depth += 1;
            if depth > MAX_DEPTH {
                return Err(TooComplex);
            }
            node = child;
            continue;
        }
        while node.next_sibling().is_none() {
            let Some(parent) = node.parent() else {
                return Ok(());
            };
            depth = depth.saturating_sub(1);
            node = parent;
        }
        if let Some(next) = node.next_sibling() {
            node = next;
        }
    }
}

/// The beginning of the text, and all of it without code.
fn texts(root: Node<'_>) -> (String, String) {
    let (mut excerpt, mut prose) = (Excerpt::default(), String::new());
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::Text(text) => {
                excerpt.push(text);
                prose.push_str(text);
            }
            NodeValue::Code(code) => {
                excerpt.push(&code.literal);
                prose.push(' ');
            }
            NodeValue::CodeBlock(code) => {
                excerpt.push(" ");
                excerpt.push(&code.literal);
                prose.push('\n');
            }
            NodeValue::HtmlInline(html) => {
                excerpt.push(html);
                prose.push_str(html);
            }
            NodeValue::HtmlBlock(html) => {
                excerpt.push(" ");
                excerpt.push(&html.literal);
                prose.push('\n');
                prose.push_str(&html.literal);
            }
            value
                if value.block()
                    || matches!(value, NodeValue::SoftBreak | NodeValue::LineBreak) =>
            {
                excerpt.push(" ");
                prose.push('\n');
            }
            _ => {}
        }
    }
    (excerpt.text, prose)
}

/// Words up to a length, one space between them.
#[derive(Default)]
struct Excerpt {
    text: String,
    chars: usize,
    has_gap: bool,
}

impl Excerpt {
    fn push(&mut self, text: &str) {
        for character in text.chars() {
            if self.chars >= EXCERPT_CHARS {
                return;
            }
            if character.is_whitespace() || character.is_control() {
                self.has_gap = !self.text.is_empty();
                continue;
            }
            if std::mem::take(&mut self.has_gap) {
                self.text.push(' ');
                self.chars += 1;
            }
            if self.chars < EXCERPT_CHARS {
                self.text.push(character);
                self.chars += 1;
            }
        }
    }
}

/// A picture from elsewhere becomes a link to it; within a link, only its words stay.
fn link_foreign_pictures<'a>(arena: &'a Arena<'a>, root: Node<'a>) {
    let is_foreign = |node: &Node<'a>| matches!(&node.data().value, NodeValue::Image(link) if !is_own_file(&link.url));
    let foreign: Vec<Node<'a>> = root.descendants().filter(is_foreign).collect();
    for node in foreign {
        let link = match &node.data().value {
            NodeValue::Image(link) => NodeLink::clone(link),
            _ => continue,
        };
        if node.first_child().is_none() {
            let name = NodeValue::Text(link.url.clone().into());
            node.append(arena.alloc(name.into()));
        }
        if is_in_link(node) {
            let children: Vec<Node<'a>> = node.children().collect();
            for child in children {
                node.insert_before(child);
            }
            node.detach();
        } else {
            node.data_mut().value = NodeValue::Link(Box::new(link));
        }
    }
}

fn is_in_link(node: Node<'_>) -> bool {
    let mut ancestors = node.ancestors().skip(1);
    ancestors.any(|ancestor| matches!(ancestor.data().value, NodeValue::Link(_)))
}

/// Ends in an error what would get too large.
struct Bounded {
    text: String,
    max_bytes: usize,
}

impl std::fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        if self.text.len() + text.len() > self.max_bytes {
            return Err(std::fmt::Error);
        }
        self.text.push_str(text);
        Ok(())
    }
}
