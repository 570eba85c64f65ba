//! The place of a comment in its thread, as a text that sorts depth first.
//!
//! A comment's path is its parent's path and one step of its own. A step has [`STEP_CHARS`] characters of a base64 whose
//! alphabet is in the order of ASCII, so that bytes compare as the numbers do: 48 bits of time in milliseconds and the low
//! 18 bits of the counter of a `UUIDv7` of [`Ids`](folkmoot_common::clock::Ids), which tell the ids of one millisecond
//! apart. All of a subtree is between its root's path and [`subtree_end`], so a page of it is one range scan.
//!
//! A path has at most [`MAX_LEVELS`] steps, which fits an index row of PostgreSQL. What would stand deeper stands beside what it
//! answers, under the ancestor at the cap; `parent_id` says what it answers.

use uuid::Uuid;

/// Most steps of a path.
pub const MAX_LEVELS: usize = 200;
/// Characters of a step.
pub const STEP_CHARS: usize = 11;

const ALPHABET: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
/// Above every character of the alphabet.
const END: char = '~';
/// Below the counter of an id there are random bits.
const RANDOM_BITS: u32 = 32;
const COUNTER_BITS: u32 = 18;

/// The step of the comment `id`, a `UUIDv7`.
#[must_use]
pub fn step(id: Uuid) -> String {
    let id = id.as_u128();
    let milliseconds = id >> 80;
    let counter = (id >> RANDOM_BITS) & ((1 << COUNTER_BITS) - 1);
    let bits = (milliseconds << COUNTER_BITS) | counter;
    let characters = (0..STEP_CHARS as u32).rev();
    characters
        .map(|place| char::from(ALPHABET[((bits >> (6 * place)) & 63) as usize]))
        .collect()
}

/// The path and the depth (0 for answers to the thread) of a comment that answers one with this path, or the thread.
#[must_use]
pub fn place(parent: Option<&str>, id: Uuid) -> (String, i32) {
    let parent = parent.unwrap_or_default();
    let longest = (MAX_LEVELS - 1) * STEP_CHARS;
    let base = parent.get(..parent.len().min(longest)).unwrap_or_default();
    let depth = base.len() / STEP_CHARS;
    (format!("{base}{}", step(id)), depth as i32)
}

/// What sorts behind all of the subtree of a path, and before whatever follows it.
#[must_use]
pub fn subtree_end(path: &str) -> String {
    format!("{path}{END}")
}
