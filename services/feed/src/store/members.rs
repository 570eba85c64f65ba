//! Members: their names, and when they last asked for their feed.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::sqlx,
    events::identity::{ProfileUpdated, UserDeleted, UserRegistered},
    in_transaction, with_reader, with_writer,
};
use uuid::Uuid;

use super::{Store, TOUCHED_EVERY, apply::claim};
use crate::model::AuthorRow;

const LEARN: &str = "insert into members \
    (user_id, username, avatar_url, follower_count, is_large, changed_at) values ($1, $2, $3, 0, $4, $5) \
    on conflict (user_id) do update set username = excluded.username, avatar_url = excluded.avatar_url, \
    changed_at = excluded.changed_at where members.changed_at < excluded.changed_at and members.deleted_at is null";
const FORGET: &str = "insert into members (user_id, username, follower_count, is_large, changed_at, deleted_at) \
    values ($1, '', 0, $2, $3, $3) on conflict (user_id) do update set username = '', avatar_url = null, \
    active_at = null, changed_at = excluded.changed_at, deleted_at = excluded.deleted_at";
const UNFOLLOW_ALL: &str = "update members set follower_count = follower_count - 1 where user_id in \
    (select target_id from relations where kind = 'follow' and user_id = $1 and is_active)";
const FORGET_RELATIONS: &str = "delete from relations where user_id = $1";
const FORGET_RELATED: &str =
    "delete from relations where kind in ('follow', 'block', 'mute') and target_id = $1";
const UNLIKE_ALL: &str = "update entry_counts set like_count = like_count - 1 where entry_id in \
    (select entry_id from likes where user_id = $1 and is_active)";
const FORGET_LIKES: &str = "delete from likes where user_id = $1";
const NO_FOLLOWERS: &str = "update members set follower_count = 0 where user_id = $1";
const ACTIVE_AT: &str = "select active_at from members where user_id = $1";
const TOUCH: &str = "insert into members (user_id, username, follower_count, is_large, active_at, changed_at) \
    values ($1, $2, 0, $3, $4, $5) on conflict (user_id) do update set active_at = excluded.active_at \
    where members.deleted_at is null";
const AUTHOR: &str =
    "select user_id, username, avatar_url, deleted_at from members where user_id = $1";

impl Store {
    /// An account was made.
    pub(crate) async fn register(&self, event_id: Uuid, user: &UserRegistered) -> sqlx::Result<()> {
        self.learn(
            event_id,
            (&user.user_id, &user.username, None),
            user.registered_at,
        )
        .await
    }

    /// How somebody is shown has changed.
    pub(crate) async fn update_profile(
        &self,
        event_id: Uuid,
        user: &ProfileUpdated,
    ) -> sqlx::Result<()> {
        let avatar = user.avatar_url.as_deref();
        self.learn(
            event_id,
            (&user.user_id, &user.username, avatar),
            user.updated_at,
        )
        .await
    }

    async fn learn(
        &self,
        event_id: Uuid,
        (user_id, username, avatar_url): (&str, &str, Option<&str>),
        changed_at: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let now = self.now();
        in_transaction!(&self.db, tx => {
            let _ = claim!(tx, event_id, now);
            let learn = sqlx::query(LEARN).bind(user_id).bind(username).bind(avatar_url);
            learn.bind(false).bind(changed_at).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// An account is gone: what it wrote stays, without its name; whom it followed and what it liked is forgotten.
    /// Discussion tells of each like that is taken back, too: of what is not there any more nothing is counted.
    pub(crate) async fn forget(&self, event_id: Uuid, user: &UserDeleted) -> sqlx::Result<()> {
        let now = self.now();
        in_transaction!(&self.db, tx => {
            let _ = claim!(tx, event_id, now);
            let forget = sqlx::query(FORGET).bind(&user.user_id).bind(false);
            forget.bind(user.deleted_at).execute(&mut *tx).await?;
            for statement in [UNFOLLOW_ALL, FORGET_RELATIONS, FORGET_RELATED, UNLIKE_ALL, FORGET_LIKES, NO_FOLLOWERS] {
                sqlx::query(statement).bind(&user.user_id).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Notes that somebody asks for their feed, when that was not noted within the last hour.
    pub(crate) async fn touch(&self, user_id: &str, username: &str) -> sqlx::Result<()> {
        let now = self.now();
        let active_at: Option<Option<DateTime<Utc>>> = with_reader!(&self.db, db => {
            sqlx::query_scalar(ACTIVE_AT).bind(user_id).fetch_optional(db).await
        })?;
        if active_at
            .flatten()
            .is_some_and(|at| at > now - TOUCHED_EVERY)
        {
            return Ok(());
        }
        with_writer!(&self.db, db => {
            let touch = sqlx::query(TOUCH).bind(user_id).bind(username).bind(false).bind(now);
            touch.bind(DateTime::UNIX_EPOCH).execute(db).await.map(|_| ())
        })
    }

    /// Somebody, as others see them.
    pub(crate) async fn author(&self, user_id: &str) -> sqlx::Result<Option<AuthorRow>> {
        with_reader!(&self.db, db => sqlx::query_as(AUTHOR).bind(user_id).fetch_optional(db).await)
    }
}
