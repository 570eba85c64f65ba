//! From what is stored to what is shown: sentences, names and addresses. Made each time, so that a name that is gone and a
//! title that was changed are so everywhere.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use folkmoot_common::{id, row};
use uuid::Uuid;

use crate::{
    kinds::Kind,
    model::{Actor, Notification},
    policy::{MAX_BODY_CHARS, MAX_TITLE_CHARS},
};

/// What is shown for the name of an account that is gone.
pub(crate) const DELETED: &str = "deleted";
/// Most characters of a thread's title inside of a notification's.
const MAX_QUOTED_CHARS: usize = 80;

row! {
    /// A notification as it is stored, with the title of its thread.
    #[derive(Debug, Clone)]
    pub(crate) struct Stored {
        pub(crate) id: Uuid,
        pub(crate) user_id: String,
        pub(crate) title: String,
        pub(crate) body: String,
        pub(crate) notif_type: String,
        pub(crate) room_id: Option<String>,
        pub(crate) is_read: bool,
        pub(crate) created_at: DateTime<Utc>,
        pub(crate) updated_at: DateTime<Utc>,
        pub(crate) sort_id: Uuid,
        pub(crate) actor_id: Option<String>,
        pub(crate) thread_id: Option<Uuid>,
        pub(crate) comment_id: Option<Uuid>,
        pub(crate) excerpt: Option<String>,
        pub(crate) group_key: Option<String>,
        pub(crate) actor_count: Option<i64>,
        pub(crate) recent_actors: Option<String>,
        pub(crate) thread_title: Option<String>,
    }
}

impl Stored {
    /// Whose names are needed to show it.
    pub(crate) fn actor_ids(&self) -> Vec<String> {
        match (&self.recent_actors, &self.actor_id) {
            (Some(json), _) => serde_json::from_str(json).unwrap_or_default(),
            (None, Some(actor_id)) => vec![actor_id.clone()],
            (None, None) => Vec::new(),
        }
    }

    /// Shows it. Whoever has no name in `names` is gone.
    pub(crate) fn show(self, names: &BTreeMap<String, String>) -> Notification {
        let actors: Vec<Actor> = self
            .actor_ids()
            .into_iter()
            .map(|user_id| actor(user_id, names))
            .collect();
        let actor_count = self.actor_count.unwrap_or(actors.len() as i64);
        // What was posted, and mentions in chat, say themselves what they say.
        let kind = Kind::parse(&self.notif_type).filter(|_| self.is_made());
        let title = match kind {
            Some(kind) => sentence(kind, &actors, actor_count, self.thread_title.as_deref()),
            None => self.title,
        };
        let body = match (kind, self.excerpt) {
            (Some(kind), Some(excerpt)) if kind.is_of_a_text() => text(&excerpt),
            _ => self.body,
        };
        let url = url(self.thread_id, self.comment_id, self.room_id.as_deref());
        let profile = || match (kind, actors.first()) {
            (Some(Kind::Follow), Some(actor)) if !actor.deleted => {
                Some(format!("/u/{}", segment(&actor.username)))
            }
            _ => None,
        };
        Notification {
            id: self.id,
            user_id: self.user_id,
            title,
            body,
            kind: self.notif_type.clone(),
            notif_type: self.notif_type,
            room_id: self.room_id,
            thread_id: self.thread_id,
            comment_id: self.comment_id,
            url: url.or_else(profile),
            actor_name: actors.first().map(|actor| actor.username.clone()),
            actors,
            actor_count,
            is_read: self.is_read,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }

    /// Whether its sentence is made here, of a thread or a group.
    fn is_made(&self) -> bool {
        self.thread_id.is_some() || self.group_key.is_some()
    }
}

fn actor(user_id: String, names: &BTreeMap<String, String>) -> Actor {
    let name = names.get(&user_id);
    Actor {
        username: name.map_or_else(|| DELETED.to_owned(), |name| line(name)),
        deleted: name.is_none(),
        user_id,
    }
}

fn sentence(kind: Kind, actors: &[Actor], count: i64, thread: Option<&str>) -> String {
    let who = people(actors, count);
    let quoted = thread.map(line).map_or_else(
        || "a thread".to_owned(),
        |title| format!("“{}”", shortened(&title)),
    );
    let said = match kind {
        Kind::Mention => format!("{who} mentioned you in {quoted}"),
        Kind::CommentReplied => format!("{who} replied to your comment in {quoted}"),
        Kind::ThreadCommented => format!("{who} commented on your thread {quoted}"),
        Kind::ThreadLiked => format!("{who} liked your thread {quoted}"),
        Kind::CommentLiked => format!("{who} liked your comment in {quoted}"),
        Kind::Post => format!("{who} posted {quoted}"),
        Kind::Follow if count > 1 => format!("{who} follow you"),
        Kind::Follow => format!("{who} follows you"),
        Kind::Message => format!("{who} wrote in {quoted}"),
    };
    said.chars().take(MAX_TITLE_CHARS).collect()
}

/// "ann", "ann and bob", "ann and 4 others".
fn people(actors: &[Actor], count: i64) -> String {
    let name = |index: usize| actors.get(index).map(|actor| actor.username.as_str());
    let first = name(0).unwrap_or("Somebody");
    match (count, name(1)) {
        (..=1, _) => first.to_owned(),
        (2, Some(second)) => format!("{first} and {second}"),
        (2, None) => format!("{first} and one other"),
        (count, _) => format!("{first} and {} others", count - 1),
    }
}

fn shortened(title: &str) -> String {
    if title.chars().count() <= MAX_QUOTED_CHARS {
        return title.to_owned();
    }
    let kept: String = title.chars().take(MAX_QUOTED_CHARS - 1).collect();
    format!("{}…", kept.trim_end())
}

/// Another service's words as one line that hides nothing and turns nothing round.
pub(crate) fn line(words: &str) -> String {
    let shown = words
        .chars()
        .filter(|character| !id::is_invisible_control(*character));
    shown.take(MAX_TITLE_CHARS).collect()
}

/// Another service's words as a text.
pub(crate) fn text(words: &str) -> String {
    let shown = |character: &char| !character.is_control() || matches!(character, '\n' | '\t');
    words.chars().filter(shown).take(MAX_BODY_CHARS).collect()
}

fn url(thread_id: Option<Uuid>, comment_id: Option<Uuid>, room_id: Option<&str>) -> Option<String> {
    match (thread_id, comment_id, room_id) {
        (Some(thread_id), Some(comment_id), _) => {
            Some(format!("/threads/{thread_id}#comment-{comment_id}"))
        }
        (Some(thread_id), None, _) => Some(format!("/threads/{thread_id}")),
        (None, _, Some(room_id)) => Some(format!("/rooms/{}", segment(room_id))),
        (None, _, None) => None,
    }
}

/// A step of a path, encoded.
fn segment(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people_of(names: &[&str], count: i64) -> String {
        let actors: Vec<_> = names
            .iter()
            .map(|name| Actor {
                user_id: (*name).to_owned(),
                username: (*name).to_owned(),
                deleted: false,
            })
            .collect();
        people(&actors, count)
    }

    #[test]
    fn people_are_named_as_one_would_say_it() {
        assert_eq!(people_of(&["ann"], 1), "ann");
        assert_eq!(people_of(&["ann", "bob"], 2), "ann and bob");
        assert_eq!(people_of(&["ann", "bob", "eve"], 3), "ann and 2 others");
        assert_eq!(people_of(&["ann", "bob", "eve"], 5), "ann and 4 others");
        assert_eq!(people_of(&["ann"], 2), "ann and one other");
        assert_eq!(people_of(&[], 0), "Somebody");
    }

    #[test]
    fn hostile_words_stay_in_their_line_and_in_their_place() {
        let title = format!(
            "a\nb\u{202e}c\0\u{200b}<img src=x onerror=1>{}",
            "x".repeat(500)
        );
        let shown = sentence(Kind::Post, &[], 1, Some(&title));
        assert!(shown.starts_with("Somebody posted “abc<img src=x onerror=1>xxx"));
        assert!(shown.ends_with("x…”") && !shown.chars().any(id::is_invisible_control));
        assert!(shown.chars().count() <= MAX_TITLE_CHARS);
        assert_eq!(segment("a/b?c#d é"), "a%2Fb%3Fc%23d%20%C3%A9");
        assert_eq!(text("a\0b\u{1b}[31m\nc"), "ab[31m\nc");
    }
}
