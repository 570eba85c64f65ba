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
    tell::{Draft, recipient},
};
use crate::{kinds::Kind, rules};

/// Most actors that are counted.
const MAX_COUNTED: i64 = 10_000;
/// Actors that are named.
const NAMED: i64 = 3;
/// A group may be read in the moment in which it is joined; then there is another one.
const ATTEMPTS: usize = 5;

// Tells in which notification it was told of before.
const ACT: &str = "insert into group_actors (group_key, actor_id, is_active, changed_at) values ($1, $2, $3, $4) \
    on conflict (group_key, actor_id) do update set is_active = excluded.is_active, changed_at = excluded.changed_at \
    where group_actors.changed_at < excluded.changed_at returning notification_id";
const TOLD_IN: &str =
    "select notification_id from group_actors where group_key = $1 and actor_id = $2";
// Locks the row, so that what is counted next is all there is.
const TOUCH: &str = "update notifications set sort_id = $3, updated_at = $4 \
    where user_id = $1 and group_key = $2 and not is_read returning id";
const LOCK: &str = "update notifications set user_id = user_id where id = $1 returning user_id";
const JOIN: &str =
    "update group_actors set notification_id = $3 where group_key = $1 and actor_id = $2";
/// How many they are, and the latest of them; `$array` is the driver's function for an array in JSON.
macro_rules! sum_up {
    ($count:expr, $array:literal) => {
        concat!(
            "update notifications set actor_count = ",
            $count,
            ", recent_actors = (select cast(",
            $array,
            "(actor_id) as text) from (select actor_id from group_actors \
                where notification_id = $1 and is_active order by changed_at desc, actor_id limit $3) latest) \
             where id = $1 returning actor_count"
        )
    };
}
/// All of them, whoever came and went.
macro_rules! counted {
    () => {
        "(select count(*) from (select 1 as one from group_actors \
            where notification_id = $1 and is_active limit $2) counted)"
    };
}
/// One more: thousands may be in it already.
macro_rules! one_more {
    () => {
        "case when actor_count < $2 then actor_count + 1 else coalesce(actor_count, 1) end"
    };
}
const SUM_UP_SQLITE: &str = sum_up!(counted!(), "json_group_array");
const SUM_UP_POSTGRES: &str = sum_up!(counted!(), "json_agg");
const GROW_SQLITE: &str = sum_up!(one_more!(), "json_group_array");
const GROW_POSTGRES: &str = sum_up!(one_more!(), "json_agg");
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
    /// Somebody did it, at some time. `required` are the roles that seeing it takes. Says whom to tell, if anybody.
    pub(super) async fn join_group(
        &self,
        sql: &mut impl Sql,
        group: &Group,
        (actor_id, at): (&str, DateTime<Utc>),
        required: &[String],
    ) -> sqlx::Result<Option<Told>> {
        if group.user_id == actor_id {
            return Ok(None);
        }
        let recipient = recipient(sql, &group.user_id, actor_id).await?;
        if rules::choose(&[group.kind], &recipient, required).is_none() {
            return Ok(None);
        }
        let key = group.key();
        let acted: Option<(Option<Uuid>,)> =
            sql.first(ACT, values![&key, actor_id, true, at]).await?;
        match acted {
            None => Ok(None),
            Some((None,)) => self.add(sql, group, &key, actor_id).await.map(Some),
            // They did it before, and took it back: nobody is told again by doing so again and again.
            Some((Some(id),)) => {
                if self.sum_up_again(sql, id).await?.is_none() {
                    self.add(sql, group, &key, actor_id).await?;
                }
                Ok(None)
            }
        }
    }

    /// Adds somebody who is not in the notification that is open now.
    async fn add(
        &self,
        sql: &mut impl Sql,
        group: &Group,
        key: &str,
        actor_id: &str,
    ) -> sqlx::Result<Told> {
        let now = self.clock.now();
        for _ in 0..ATTEMPTS {
            let touch = values![&group.user_id, key, self.ids.next(), now];
            let open: Option<(Uuid,)> = sql.first(TOUCH, touch).await?;
            let id = match open {
                Some((id,)) => id,
                None => match self.begin(sql, group, key, now).await? {
                    Some(id) => id,
                    None => continue,
                },
            };
            sql.run(JOIN, values![key, actor_id, id]).await?;
            let grow = self.db.choose(GROW_SQLITE, GROW_POSTGRES);
            sql.run(grow, values![id, MAX_COUNTED, NAMED]).await?;
            let user_id = group.user_id.clone();
            return Ok(Told { user_id, id });
        }
        // The event comes again.
        Err(sqlx::Error::Protocol(
            "a group was read whenever it was joined".to_owned(),
        ))
    }

    /// A notification that nobody else can join before this commits. Nothing if somebody else's was quicker.
    async fn begin(
        &self,
        sql: &mut impl Sql,
        group: &Group,
        key: &str,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Option<Uuid>> {
        let draft = Draft {
            title: group.kind.neutral_title(),
            thread_id: group.thread_id,
            comment_id: group.comment_id,
            group_key: Some(key),
            ..Draft::new(&group.user_id, group.kind.as_str())
        };
        let id = self.ids.next();
        let is_new = draft.insert(sql, (id, now), None).await?;
        Ok(is_new.then_some(id))
    }

    /// Somebody took it back. Says whose unread notifications may be fewer.
    pub(super) async fn leave_group(
        &self,
        sql: &mut impl Sql,
        key: &str,
        actor_id: &str,
        at: DateTime<Utc>,
    ) -> sqlx::Result<Option<String>> {
        let acted: Option<(Option<Uuid>,)> =
            sql.first(ACT, values![key, actor_id, false, at]).await?;
        match acted {
            Some((Some(id),)) => self.sum_up_again(sql, id).await,
            _ => Ok(None),
        }
    }

    /// Takes somebody who is gone out of the followers that `user_id` is told of.
    pub(super) async fn part_follower(
        &self,
        sql: &mut impl Sql,
        user_id: &str,
        actor_id: &str,
    ) -> sqlx::Result<()> {
        let key = key(None, None, user_id);
        let told: Option<(Option<Uuid>,)> = sql.first(TOLD_IN, values![&key, actor_id]).await?;
        match told {
            Some((Some(id),)) => self.leave(sql, id, actor_id).await,
            _ => Ok(()),
        }
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
            self.leave(sql, id, actor_id).await?;
        }
        Ok(())
    }

    async fn leave(&self, sql: &mut impl Sql, id: Uuid, actor_id: &str) -> sqlx::Result<()> {
        let locked: Option<(String,)> = sql.first(LOCK, values![id]).await?;
        if locked.is_some() {
            sql.run(LEAVE, values![id, actor_id]).await?;
            self.sum_up(sql, id).await?;
        }
        Ok(())
    }

    /// Counts anew who is in a notification. Says whose it is, if it is there.
    async fn sum_up_again(&self, sql: &mut impl Sql, id: Uuid) -> sqlx::Result<Option<String>> {
        let locked: Option<(String,)> = sql.first(LOCK, values![id]).await?;
        let Some((user_id,)) = locked else {
            return Ok(None);
        };
        self.sum_up(sql, id).await?;
        Ok(Some(user_id))
    }

    async fn sum_up(&self, sql: &mut impl Sql, id: Uuid) -> sqlx::Result<()> {
        let sum_up = self.db.choose(SUM_UP_SQLITE, SUM_UP_POSTGRES);
        let count: Option<(i64,)> = sql.first(sum_up, values![id, MAX_COUNTED, NAMED]).await?;
        if count == Some((0,)) {
            sql.run(DISSOLVE, values![id]).await?;
        }
        Ok(())
    }
}
