//! Telling somebody: whether they are to be told, and the row.

use chrono::{DateTime, Utc};
use folkmoot_common::{db::sqlx, row};
use uuid::Uuid;

use super::{
    Store, Told,
    sql::{Sql, values},
    visible::is_averse,
};
use crate::{
    events::News,
    kinds::Kind,
    rules::{self, Candidates, Recipient},
};

// An event tells each user once, and a user has one open group of a thing.
const INSERT: &str = "insert into notifications \
    (id, user_id, event_id, notif_type, title, body, room_id, is_read, created_at, \
     actor_id, thread_id, comment_id, excerpt, group_key) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict do nothing";
// Everything that is known of one of them, a row for each.
const RECIPIENT: &str = concat!(
    "select 'deleted' as fact, '' as value from members \
        where user_id = $1 and deleted_at is not null \
    union all select 'averse', '' where ",
    is_averse!("$1", "$2"),
    " union all select 'off', kind from preferences where user_id = $1 and not in_app \
    union all select 'has_roles', '' from members where user_id = $1 and roles_at is not null \
    union all select 'role', role from member_roles where user_id = $1"
);

row! {
    struct Fact {
        fact: String,
        value: String,
    }
}

/// A row to store.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Draft<'a> {
    pub(super) user_id: &'a str,
    pub(super) notif_type: &'a str,
    pub(super) title: &'a str,
    pub(super) body: &'a str,
    pub(super) room_id: Option<&'a str>,
    pub(super) is_read: bool,
    pub(super) actor_id: Option<&'a str>,
    pub(super) thread_id: Option<Uuid>,
    pub(super) comment_id: Option<Uuid>,
    pub(super) excerpt: Option<&'a str>,
    pub(super) group_key: Option<&'a str>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(user_id: &'a str, notif_type: &'a str) -> Self {
        Self {
            user_id,
            notif_type,
            ..Self::default()
        }
    }

    pub(super) fn of(news: &'a News, user_id: &'a str, kind: Kind) -> Self {
        Self {
            title: kind.neutral_title(),
            actor_id: Some(&news.actor_id),
            thread_id: Some(news.thread_id),
            comment_id: news.comment_id,
            // A thread's is kept with the thread.
            excerpt: news.comment_id.map(|_| news.excerpt.as_str()),
            ..Self::new(user_id, kind.as_str())
        }
    }

    /// Stores it. Says whether it is there now and was not before.
    pub(super) async fn insert(
        &self,
        sql: &mut impl Sql,
        (id, now): (Uuid, DateTime<Utc>),
        event_id: Option<Uuid>,
    ) -> sqlx::Result<bool> {
        let row = values![
            id,
            self.user_id,
            event_id,
            self.notif_type,
            self.title,
            self.body,
            self.room_id,
            self.is_read,
            now,
            self.actor_id,
            self.thread_id,
            self.comment_id,
            self.excerpt,
            self.group_key,
        ];
        Ok(sql.run(INSERT, row).await? == 1)
    }
}

/// What is known of somebody who may be told what `actor_id` did.
pub(super) async fn recipient(
    sql: &mut impl Sql,
    user_id: &str,
    actor_id: &str,
) -> sqlx::Result<Recipient> {
    let facts: Vec<Fact> = sql.all(RECIPIENT, values![user_id, actor_id]).await?;
    let is = |name| facts.iter().any(|fact| fact.fact == name);
    let all = |name| {
        let named = facts.iter().filter(move |fact| fact.fact == name);
        named.map(|fact| fact.value.as_str())
    };
    Ok(Recipient {
        is_deleted: is("deleted"),
        is_averse: is("averse"),
        off: all("off").filter_map(Kind::parse).collect(),
        roles: is("has_roles").then(|| all("role").map(str::to_owned).collect()),
    })
}

impl Store {
    /// Tells each of `candidates` of one kind, or of none. `required` are the roles that reading the thread takes.
    pub(super) async fn tell(
        &self,
        sql: &mut impl Sql,
        news: &News,
        candidates: &Candidates,
        required: &[String],
    ) -> sqlx::Result<Vec<Told>> {
        let mut told = Vec::new();
        for (user_id, kinds) in candidates {
            let recipient = recipient(sql, user_id, &news.actor_id).await?;
            let Some(kind) = rules::choose(kinds, &recipient, required) else {
                continue;
            };
            let (id, now) = (self.ids.next(), self.clock.now());
            let draft = Draft::of(news, user_id, kind);
            if draft.insert(sql, (id, now), Some(news.event_id)).await? {
                told.push(Told {
                    user_id: user_id.clone(),
                    id,
                });
            }
        }
        Ok(told)
    }
}
