//! Who is told of what: decided from what is known, without reading anything.

use std::collections::BTreeMap;

use folkmoot_common::events::discussion::CommentChanged;

use crate::kinds::Kind;

/// What one person could be told of an event, the most specific kind first. They are told of one.
pub(crate) type Candidates = BTreeMap<String, Vec<Kind>>;

/// What is known of who may be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Recipient {
    /// The account is gone.
    pub(crate) is_deleted: bool,
    /// They blocked or muted who did it, or were blocked by them.
    pub(crate) is_averse: bool,
    /// The kinds that they turned off.
    pub(crate) off: Vec<Kind>,
    /// Their roles, once they are known.
    pub(crate) roles: Option<Vec<String>>,
}

/// Everybody who may be told of a new comment: who is named in it, who is answered, whose thread it is.
pub(crate) fn of_comment(comment: &CommentChanged, mentioned: &[String]) -> Candidates {
    let mut candidates = of_mentions(&comment.author_id, mentioned);
    let mut add = |user_id: &str, kind| {
        if user_id != comment.author_id {
            candidates.entry(user_id.to_owned()).or_default().push(kind);
        }
    };
    if let Some(parent_author_id) = &comment.parent_author_id {
        add(parent_author_id, Kind::CommentReplied);
    }
    add(&comment.thread_author_id, Kind::ThreadCommented);
    candidates
}

/// Everybody who is named, but not the author.
pub(crate) fn of_mentions(author_id: &str, mentioned: &[String]) -> Candidates {
    let others = mentioned.iter().filter(|user_id| *user_id != author_id);
    others
        .map(|user_id| (user_id.clone(), vec![Kind::Mention]))
        .collect()
}

/// What `recipient` is told, if anything. `required` are the roles that reading the thread takes, all of them.
///
/// Roles that are not known yet keep nobody from being told: it is not shown before they are.
pub(crate) fn choose(kinds: &[Kind], recipient: &Recipient, required: &[String]) -> Option<Kind> {
    let may_read = match &recipient.roles {
        Some(roles) => required.iter().all(|role| includes(roles, role)),
        None => true,
    };
    if recipient.is_deleted || recipient.is_averse || !may_read {
        return None;
    }
    let wanted = |kind: &&Kind| !recipient.off.contains(kind);
    kinds.iter().find(wanted).copied()
}

/// Whether somebody with an account and these roles has `role`. As in discussion: everybody is a member, and an
/// administrator is everything.
fn includes(roles: &[String], role: &str) -> bool {
    role == "member" || roles.iter().any(|own| own == role || own == "admin")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn comment(author: &str, thread_author: &str, parent_author: Option<&str>) -> CommentChanged {
        CommentChanged {
            comment_id: Uuid::nil(),
            thread_id: Uuid::nil(),
            category_id: Uuid::nil(),
            read_role: None,
            thread_title: "Title".to_owned(),
            thread_author_id: thread_author.to_owned(),
            parent_id: parent_author.map(|_| Uuid::nil()),
            parent_author_id: parent_author.map(str::to_owned),
            author_id: author.to_owned(),
            author_name: author.to_owned(),
            excerpt: String::new(),
            mentions: Default::default(),
            created_at: DateTime::UNIX_EPOCH,
            changed_at: DateTime::UNIX_EPOCH,
        }
    }

    fn told(comment: &CommentChanged, mentioned: &[&str]) -> Vec<(String, Kind)> {
        let mentioned: Vec<_> = mentioned.iter().map(|name| (*name).to_owned()).collect();
        let recipient = Recipient::default();
        of_comment(comment, &mentioned)
            .into_iter()
            .filter_map(|(user_id, kinds)| Some((user_id, choose(&kinds, &recipient, &[])?)))
            .collect()
    }

    #[test]
    fn everybody_is_told_once_and_of_the_most_specific() {
        use Kind::{CommentReplied, Mention, ThreadCommented};
        let one = |user: &str, kind| vec![(user.to_owned(), kind)];
        assert_eq!(
            told(&comment("eve", "ann", None), &[]),
            one("ann", ThreadCommented)
        );
        assert_eq!(
            told(&comment("eve", "ann", Some("ann")), &[]),
            one("ann", CommentReplied)
        );
        assert_eq!(
            told(&comment("eve", "ann", Some("ann")), &["ann"]),
            one("ann", Mention)
        );
        assert_eq!(told(&comment("eve", "eve", Some("eve")), &["eve"]), []);
        assert_eq!(told(&comment("eve", "ann", Some("bob")), &["dan"]).len(), 3);
    }

    #[test]
    fn a_kind_that_is_off_gives_way_to_the_next() {
        let kinds = [Kind::Mention, Kind::CommentReplied];
        let recipient = |off: &[Kind]| Recipient {
            off: off.to_vec(),
            ..Recipient::default()
        };
        let chosen = |off: &[Kind]| choose(&kinds, &recipient(off), &[]);
        assert_eq!(chosen(&[]), Some(Kind::Mention));
        assert_eq!(chosen(&[Kind::Mention]), Some(Kind::CommentReplied));
        assert_eq!(chosen(&kinds), None);
    }

    #[test]
    fn who_may_not_read_is_deleted_or_averse_is_not_told() {
        let chosen = |recipient: &Recipient, required: &[&str]| {
            let required: Vec<_> = required.iter().map(|role| (*role).to_owned()).collect();
            choose(&[Kind::Mention], recipient, &required).is_some()
        };
        let with = |roles: &[&str]| Recipient {
            roles: Some(roles.iter().map(|role| (*role).to_owned()).collect()),
            ..Recipient::default()
        };
        assert!(chosen(&with(&[]), &[]) && chosen(&with(&[]), &["member"]));
        assert!(!chosen(&with(&["member"]), &["staff"]));
        assert!(!chosen(&with(&["moderator"]), &["staff"]));
        assert!(!chosen(&with(&["staff"]), &["staff", "moderator"]));
        assert!(chosen(&with(&["admin"]), &["staff", "moderator"]));
        // Not known yet: kept, and not shown.
        assert!(chosen(&Recipient::default(), &["staff"]));
        for recipient in [
            Recipient {
                is_deleted: true,
                ..Recipient::default()
            },
            Recipient {
                is_averse: true,
                ..Recipient::default()
            },
        ] {
            assert!(!chosen(&recipient, &[]));
        }
    }
}
