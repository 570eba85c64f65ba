//! What several people did to one thing is one notification while it is unread: likes, and followers.
//!
//! Who did what is kept with the time, so that any order of events and any number of repetitions ends the same. The
//! notification holds what follows from it: how many they are, and the latest.

use chrono::{DateTime, Utc};
use folkmoot_common::db::sqlx;
use uuid::Uuid;

use super::{
    Store, Told,
    sql::{Sql, values},
    tell::{Draft, recipient, required},
};
use crate::{kinds::Kind, rules};

/// Most actors that are counted.
const MAX_COUNTED: i64 = 10_000;
/// Actors that are named.
const NAMED: i64 = 3;
/// A group may be read in the moment in which it is joined; then there is another one.
const ATTEMPTS: usize = 5;

const ACT: &str = "insert into group_actors (group_key, actor_id, is_active, changed_at) values ($1, $2, $3, $4) \
    on conflict (group_key, actor_id) do update set is_active = excluded.is_active, changed_at = excluded.changed_at \
    where group_actors.changed_at < excluded.changed_at";
const TOLD_IN: &str = "select a.notification_id, n.user_id from group_actors a \
    left join notifications n on n.id = a.notification_id where a.group_key = $1 and a.actor_id = $2";
const OPEN: &str =
    "select id from notifications where user_id = $1 and group_key = $2 and not is_read";
// Locks the row, so that what is counted next is all there is.
const TOUCH: &str =
    "update notifications set sort_id = $2, updated_at = $3 where id = $1 and not is_read";
const LOCK: &str = "update notifications set user_id = user_id where id = $1";
const JOIN: &str =
    "update group_actors set notification_id = $3 where group_key = $1 and actor_id = $2";
const COUNT: &str = "select count(*) from (select 1 as one from group_actors \
    where notification_id = $1 and is_active limit $2) counted";
const LATEST: &str = "select actor_id from group_actors where notification_id = $1 and is_active \
    order by changed_at desc, actor_id limit $2";
const SUM_UP: &str = "update notifications set actor_count = $2, recent_actors = $3 where id = $1";
const DISSOLVE: &str = "delete from notifications where id = $1";
const LEAVE: &str =
    "update group_actors set is_active = false where notification_id = $1 and actor_id = $2";
const TOGETHER: &str = "select a.notification_id from group_actors a join notifications n on n.id = a.notification_id \
    where a.actor_id = $1 and n.user_id = $2 and a.is_active order by a.notification_id";

/// What a group is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// Whom it tells.
    pub(crate) user_id: String,
    pub(crate) kind: Kind,
    pub(crate) thread_id: Option<Uuid>,
    pub(crate) comment_id: Option<Uuid>,
}

impl Group {
    fn key(&self) -> String {
        key(self.thread_id, self.comment_id, &self.user_id)
    }
}

/// The name of a group: of a comment, a thread, or somebody.
pub(super) fn key(thread_id: Option<Uuid>, comment_id: Option<Uuid>, user_id: &str) -> String {
    match (thread_id, comment_id) {
        (_, Some(comment_id)) => format!("comment:{comment_id}"),
        (Some(thread_id), None) => format!("thread:{thread_id}"),
        (None, None) => format!("user:{user_id}"),
    }
}

impl Store {
    /// Somebody did it. Says whom to tell, if anybody.
    pub(super) async fn join_group(
        &self,
        sql: &mut impl Sql,
        group: &Group,
        actor_id: &str,
        at: DateTime<Utc>,
    ) -> sqlx::Result<Option<Told>> {
        if group.user_id == actor_id {
            return Ok(None);
        }
        let required = match group.thread_id {
            Some(thread_id) => required(sql, thread_id).await?,
            None => Vec::new(),
        };
        let recipient = recipient(sql, &group.user_id, actor_id).await?;
        if rules::choose(&[group.kind], &recipient, &required).is_none() {
            return Ok(None);
        }
        let key = group.key();
        if sql.run(ACT, values![&key, actor_id, true, at]).await? == 0 {
            return Ok(None);
        }
        let before: Option<(Option<Uuid>, Option<String>)> =
            sql.first(TOLD_IN, values![&key, actor_id]).await?;
        match before {
            // They did it before, and took it back: nobody is told again by doing so again and again.
            Some((Some(id), Some(_))) => {
                sql.run(LOCK, values![id]).await?;
                self.sum_up(sql, id).await?;
                Ok(None)
            }
            Some((Some(_), None)) => {
                self.add(sql, group, &key, actor_id).await?;
                Ok(None)
            }
            _ => self.add(sql, group, &key, actor_id).await.map(Some),
        }
    }

    async fn add(
        &self,
        sql: &mut impl Sql,
        group: &Group,
        key: &str,
        actor_id: &str,
    ) -> sqlx::Result<Told> {
        let now = self.clock.now();
        for _ in 0..ATTEMPTS {
            let open: Option<(Uuid,)> = sql.first(OPEN, values![&group.user_id, key]).await?;
            let id = match open {
                Some((id,)) => id,
                None => {
                    let draft = Draft {
                        title: group.kind.neutral_title(),
                        thread_id: group.thread_id,
                        comment_id: group.comment_id,
                        group_key: Some(key),
                        ..Draft::new(&group.user_id, group.kind.as_str())
                    };
                    let id = self.ids.next();
                    if !draft.insert(sql, (id, now), None).await? {
                        continue;
                    }
                    id
                }
            };
            if sql.run(TOUCH, values![id, self.ids.next(), now]).await? == 1 {
                sql.run(JOIN, values![key, actor_id, id]).await?;
                self.sum_up(sql, id).await?;
                let user_id = group.user_id.clone();
                return Ok(Told { user_id, id });
            }
        }
        // The event comes again.
        Err(sqlx::Error::Protocol(
            "a group was read whenever it was joined".to_owned(),
        ))
    }

    /// Somebody took it back. Says whose unread notifications may be fewer.
    pub(super) async fn leave_group(
        &self,
        sql: &mut impl Sql,
        key: &str,
        actor_id: &str,
        at: DateTime<Utc>,
    ) -> sqlx::Result<Option<String>> {
        if sql.run(ACT, values![key, actor_id, false, at]).await? == 0 {
            return Ok(None);
        }
        let told: Option<(Option<Uuid>, Option<String>)> =
            sql.first(TOLD_IN, values![key, actor_id]).await?;
        let Some((Some(id), Some(user_id))) = told else {
            return Ok(None);
        };
        sql.run(LOCK, values![id]).await?;
        self.sum_up(sql, id).await?;
        Ok(Some(user_id))
    }

    /// Takes somebody who is gone out of the followers that `user_id` is told of.
    pub(super) async fn part_follower(
        &self,
        sql: &mut impl Sql,
        user_id: &str,
        actor_id: &str,
    ) -> sqlx::Result<()> {
        let key = key(None, None, user_id);
        let told: Option<(Option<Uuid>, Option<String>)> =
            sql.first(TOLD_IN, values![&key, actor_id]).await?;
        let Some((Some(id), Some(_))) = told else {
            return Ok(());
        };
        sql.run(LOCK, values![id]).await?;
        sql.run(LEAVE, values![id, actor_id]).await?;
        self.sum_up(sql, id).await
    }

    /// Takes somebody out of all groups that tell `user_id`.
    pub(super) async fn part(
        &self,
        sql: &mut impl Sql,
        user_id: &str,
        actor_id: &str,
    ) -> sqlx::Result<()> {
        let together: Vec<(Uuid,)> = sql.all(TOGETHER, values![actor_id, user_id]).await?;
        for (id,) in together {
            sql.run(LOCK, values![id]).await?;
            sql.run(LEAVE, values![id, actor_id]).await?;
            self.sum_up(sql, id).await?;
        }
        Ok(())
    }

    async fn sum_up(&self, sql: &mut impl Sql, id: Uuid) -> sqlx::Result<()> {
        let count: Option<(i64,)> = sql.first(COUNT, values![id, MAX_COUNTED]).await?;
        let count = count.map_or(0, |(count,)| count);
        if count == 0 {
            return sql.run(DISSOLVE, values![id]).await.map(|_| ());
        }
        let latest: Vec<(String,)> = sql.all(LATEST, values![id, NAMED]).await?;
        let latest: Vec<_> = latest.into_iter().map(|(actor_id,)| actor_id).collect();
        let latest =
            serde_json::to_string(&latest).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        sql.run(SUM_UP, values![id, count, &latest])
            .await
            .map(|_| ())
    }
}
