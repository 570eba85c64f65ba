//! Words that look like what people write: lengths and Markdown matter to what is measured, the meaning does not.

use std::borrow::Cow;

use fastrand::Rng;

const WORDS: [&str; 64] = [
    "the",
    "a",
    "of",
    "and",
    "to",
    "in",
    "that",
    "is",
    "for",
    "with",
    "cluster",
    "node",
    "pod",
    "ingress",
    "volume",
    "replica",
    "deploy",
    "upgrade",
    "certificate",
    "secret",
    "metric",
    "probe",
    "message",
    "thread",
    "comment",
    "feed",
    "search",
    "index",
    "query",
    "cache",
    "queue",
    "socket",
    "member",
    "moderator",
    "garden",
    "bread",
    "bicycle",
    "kettle",
    "river",
    "winter",
    "library",
    "music",
    "chess",
    "paper",
    "bridge",
    "engine",
    "harbour",
    "lantern",
    "works",
    "fails",
    "breaks",
    "helps",
    "needs",
    "finds",
    "keeps",
    "slow",
    "fast",
    "simple",
    "strange",
    "useful",
    "never",
    "always",
    "often",
    "again",
];
const NAMES: [&str; 16] = [
    "ann", "bob", "cem", "dora", "emil", "fay", "gus", "hana", "ivo", "jun", "kai", "lea", "mio",
    "nora", "otto", "pia",
];
const TAGS: [&str; 12] = [
    "kubernetes",
    "storage",
    "network",
    "security",
    "howto",
    "question",
    "release",
    "rust",
    "database",
    "monitoring",
    "meta",
    "offtopic",
];

/// Different words: the rarest is one in two hundred thousand.
const VOCABULARY: f64 = 20_000.0;
const SYLLABLES: [&str; 16] = [
    "ka", "lo", "mi", "ne", "ru", "so", "ta", "vi", "ben", "dor", "fal", "gim", "hus", "jar",
    "pel", "zon",
];

/// A word as often as its place in the list of all makes it (Zipf's law, <https://en.wikipedia.org/wiki/Zipf%27s_law>):
/// an index of words is as good as the rare ones are.
fn word(rng: &mut Rng) -> Cow<'static, str> {
    let rank = VOCABULARY.powf(rng.f64()) as usize - 1;
    match WORDS.get(rank) {
        Some(word) => Cow::Borrowed(word),
        None => Cow::Owned(made_up(rank)),
    }
}

/// The number in syllables.
fn made_up(mut number: usize) -> String {
    let mut word = String::new();
    while number > 0 {
        word.push_str(SYLLABLES[number % SYLLABLES.len()]);
        number /= SYLLABLES.len();
    }
    word
}

fn words(rng: &mut Rng, count: usize) -> String {
    let words: Vec<_> = (0..count).map(|_| word(rng)).collect();
    words.join(" ")
}

fn capitalised(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// The first part of a user name.
pub(super) fn name(rng: &mut Rng) -> &'static str {
    NAMES[rng.usize(..NAMES.len())]
}

/// One sentence.
pub(super) fn sentence(rng: &mut Rng) -> String {
    let count = rng.usize(5..15);
    format!("{}.", capitalised(words(rng, count)))
}

/// A title of a thread.
pub(super) fn title(rng: &mut Rng) -> String {
    let count = rng.usize(3..10);
    capitalised(words(rng, count))
}

/// A comment: one to six sentences, now and then with Markdown.
pub(super) fn paragraph(rng: &mut Rng) -> String {
    let count = rng.usize(1..=6);
    let mut sentences: Vec<_> = (0..count).map(|_| sentence(rng)).collect();
    match rng.u8(..10) {
        0 => sentences.push(format!("**{}** and `{}`.", word(rng), word(rng))),
        1 => sentences.insert(0, format!("> {}\n\n", sentence(rng))),
        2 => sentences.push(format!(
            "[{}](https://example.org/{})",
            word(rng),
            word(rng)
        )),
        _ => {}
    }
    sentences.join(" ")
}

/// The text of a thread: a few paragraphs, a list, some code.
pub(super) fn body(rng: &mut Rng) -> String {
    let count = rng.usize(1..=4);
    let mut parts: Vec<_> = (0..count).map(|_| paragraph(rng)).collect();
    if rng.bool() {
        parts.push(format!("- {}\n- {}", sentence(rng), sentence(rng)));
    }
    if rng.u8(..4) == 0 {
        parts.push(format!("```\n{}\n```", words(rng, 8)));
    }
    parts.join("\n\n")
}

/// None to three tags.
pub(super) fn tags(rng: &mut Rng) -> Vec<String> {
    let count = rng.usize(..4);
    let mut tags: Vec<_> = (0..count)
        .map(|_| TAGS[rng.usize(..TAGS.len())].to_owned())
        .collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}
