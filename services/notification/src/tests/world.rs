//! Events as discussion and identity tell them, with what is the same in most tests filled in.

use chrono::Utc;
use folkmoot_common::events::{
    discussion::{
        CategoryChanged, CommentChanged, CommentDeleted, Liked, ThreadChanged, ThreadDeleted,
        Unliked,
    },
    identity::{Relation, RolesChanged, UserDeleted},
};
use serde::Serialize;
use uuid::Uuid;

use super::*;

pub(super) const THREAD: Uuid = Uuid::from_u128(1);
pub(super) const CATEGORY: Uuid = Uuid::from_u128(2);
pub(super) const PRIVATE: Uuid = Uuid::from_u128(3);

impl Notifications {
    pub(super) fn told(&self, r#type: &str, data: &impl Serialize) -> Event {
        self.event(r#type, serde_json::to_value(data).unwrap())
    }

    /// A second later: what happens next is later.
    pub(super) fn tick(&self) -> chrono::DateTime<Utc> {
        self.wait(1);
        self.clock.now()
    }

    /// Accounts that go by their ids.
    pub(super) async fn people(&self, names: &[&str]) {
        for name in names {
            let data = json!({"user_id": name, "username": name, "roles": ["member"], "registered_at": self.clock.now()});
            self.handle(&self.event("identity.user.registered", data))
                .await;
        }
        self.tick();
    }

    pub(super) fn thread(&self, author: &str, mentions: &[&str]) -> ThreadChanged {
        let now = self.tick();
        ThreadChanged {
            thread_id: THREAD,
            category_id: CATEGORY,
            read_role: None,
            author_id: author.to_owned(),
            author_name: author.to_owned(),
            title: "Title".to_owned(),
            excerpt: "the thread".to_owned(),
            tags: Vec::new(),
            mentions: mentions.iter().map(|name| (*name).to_owned()).collect(),
            created_at: now,
            changed_at: now,
        }
    }

    /// A comment on ann's thread.
    pub(super) fn comment(
        &self,
        author: &str,
        parent_author: Option<&str>,
        mentions: &[&str],
    ) -> CommentChanged {
        let now = self.tick();
        CommentChanged {
            comment_id: self.state.ctx.ids.next(),
            thread_id: THREAD,
            category_id: CATEGORY,
            read_role: None,
            thread_title: "Title".to_owned(),
            thread_author_id: "ann".to_owned(),
            parent_id: parent_author.map(|_| Uuid::from_u128(9)),
            parent_author_id: parent_author.map(str::to_owned),
            author_id: author.to_owned(),
            author_name: author.to_owned(),
            excerpt: "the comment".to_owned(),
            mentions: mentions.iter().map(|name| (*name).to_owned()).collect(),
            created_at: now,
            changed_at: now,
        }
    }

    /// ann opens the thread, in a category that everybody reads.
    pub(super) async fn opened(&self) -> ThreadChanged {
        let thread = self.thread("ann", &[]);
        self.handle(&self.told("discussion.thread.created", &thread))
            .await;
        thread
    }

    pub(super) async fn commented(&self, comment: &CommentChanged) -> Event {
        let event = self.told("discussion.comment.created", comment);
        self.handle(&event).await;
        event
    }

    pub(super) fn liked(&self, user: &str, comment_id: Option<Uuid>) -> Event {
        let liked = Liked {
            thread_id: THREAD,
            comment_id,
            category_id: CATEGORY,
            read_role: None,
            thread_title: "Title".to_owned(),
            author_id: "ann".to_owned(),
            user_id: user.to_owned(),
            username: user.to_owned(),
            liked_at: self.tick(),
        };
        let of = if comment_id.is_some() {
            "comment"
        } else {
            "thread"
        };
        self.told(&format!("discussion.{of}.liked"), &liked)
    }

    pub(super) fn unliked(&self, user: &str, comment_id: Option<Uuid>) -> Event {
        let unliked = Unliked {
            thread_id: THREAD,
            comment_id,
            user_id: user.to_owned(),
            unliked_at: self.tick(),
        };
        self.told("discussion.unliked", &unliked)
    }

    /// `what` is for example `follow.created`.
    pub(super) fn relation(&self, user: &str, target: &str, what: &str) -> Event {
        let relation = Relation {
            user_id: user.to_owned(),
            username: user.to_owned(),
            target_id: target.to_owned(),
            changed_at: self.tick(),
        };
        self.told(&format!("identity.{what}"), &relation)
    }

    pub(super) async fn relate(&self, user: &str, target: &str, what: &str) {
        self.handle(&self.relation(user, target, what)).await;
    }

    pub(super) fn category(&self, category_id: Uuid, read_role: Option<&str>) -> Event {
        let changed = CategoryChanged {
            category_id,
            read_role: read_role.map(str::to_owned),
            changed_at: self.tick(),
        };
        self.told("discussion.category.changed", &changed)
    }

    pub(super) fn roles(&self, user: &str, roles: &[&str]) -> Event {
        let changed = RolesChanged {
            user_id: user.to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            changed_by: None,
            changed_at: self.tick(),
        };
        self.told("identity.roles.changed", &changed)
    }

    pub(super) fn thread_deleted(&self) -> Event {
        let deleted = ThreadDeleted {
            thread_id: THREAD,
            author_id: "ann".to_owned(),
            deleted_at: self.tick(),
        };
        self.told("discussion.thread.deleted", &deleted)
    }

    pub(super) fn comment_deleted(&self, comment: &CommentChanged) -> Event {
        let deleted = CommentDeleted {
            comment_id: comment.comment_id,
            thread_id: comment.thread_id,
            author_id: comment.author_id.clone(),
            deleted_at: self.tick(),
        };
        self.told("discussion.comment.deleted", &deleted)
    }

    pub(super) fn user_deleted(&self, user: &str) -> Event {
        let deleted = UserDeleted {
            user_id: user.to_owned(),
            deleted_at: self.tick(),
        };
        self.told("identity.user.deleted", &deleted)
    }

    /// What somebody is shown.
    pub(super) async fn shown(&self, user: &str) -> Vec<String> {
        let count = self.unread(user).await;
        let unread = self
            .titles(&format!("/notifications/{user}?unread_only=true"))
            .await;
        assert_eq!(unread.len(), usize::try_from(count).unwrap(), "{user}");
        self.titles(&format!("/notifications/{user}")).await
    }

    /// Does all the jobs there are.
    pub(super) async fn work(&self) -> usize {
        let mut told = 0;
        while let Some(outcome) = self.state.store.work().await.unwrap() {
            told += outcome.told.len();
        }
        told
    }
}
