//! The end of an account.

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{
    db::sqlx,
    http::{ApiError, ApiResult},
    in_transaction, with_reader, with_writer,
};
use sha2::{Digest as _, Sha256};

use super::{Store, roles};
use crate::{
    events::{USER_DELETED, UserDeleted},
    model::UserRow,
};

/// How long nobody else may take the name of an account that is gone: what was written to it would be taken for theirs.
const NAME_RESTS: TimeDelta = TimeDelta::days(30);
/// Rows deleted by one statement.
const SWEEP_BATCH: i64 = 500;

/// The password is compared again: it may have been changed since it was checked.
const LOCK: &str = "update users set username = username where id = $1 and password_hash = $2";
const UNFOLLOW: &str = "insert into follow_changes (user_id, followers, following) \
    select target_id, -1, 0 from relations where user_id = $1 and kind = 'follow'";
const LOSE_FOLLOWERS: &str = "insert into follow_changes (user_id, followers, following) \
    select user_id, 0, -1 from relations where target_id = $1 and kind = 'follow'";
const END_EXPORTS: &str =
    "update exports set running = false, expires_at = $2 where user_id = $1 and expires_at > $2";
const DELETE_MAILS: &str = "delete from mails where about = $1 or email_key = $2";
const DELETE_REGISTRATIONS: &str = "delete from registrations where email_key = $1";
/// Profile, relations, sessions, refresh tokens, roles, codes and bans go with it.
const DELETE_USER: &str = "delete from users where id = $1";
const REMEMBER: &str =
    "insert into deleted_users (user_id, name_hash, deleted_at) values ($1, $2, $3)";
const IS_RESTING: &str = "select 1 from deleted_users where name_hash = $1 and deleted_at > $2";
const FORGET: &str = "delete from deleted_users where user_id in \
    (select user_id from deleted_users where deleted_at < $1 order by deleted_at, user_id limit $2)";

impl Store {
    /// Deletes an account, with all that is personal, and tells it.
    ///
    /// # Errors
    /// 409 `changed` if the account changed since `user` was read, `last_admin` if nobody else is admin.
    pub(crate) async fn delete_user(&self, user: &UserRow) -> ApiResult<()> {
        let (username_key, email_key) = (
            user.username.to_ascii_lowercase(),
            user.email.to_ascii_lowercase(),
        );
        let now = self.ctx.clock.now();
        let data = UserDeleted {
            user_id: user.id.to_string(),
            deleted_at: now,
        };
        let event = self.event(USER_DELETED, &data)?;
        in_transaction!(&self.db, tx => {
            let locked = sqlx::query(LOCK).bind(user.id).bind(&user.password_hash).execute(&mut *tx).await?;
            if locked.rows_affected() == 0 {
                return Err(ApiError::conflict("changed", "the account has changed; try again"));
            }
            roles::keep_an_admin!(tx, user);
            for statement in [UNFOLLOW, LOSE_FOLLOWERS] {
                sqlx::query(statement).bind(user.id).execute(&mut *tx).await?;
            }
            sqlx::query(END_EXPORTS).bind(user.id).bind(now).execute(&mut *tx).await?;
            sqlx::query(DELETE_MAILS).bind(user.id).bind(&email_key).execute(&mut *tx).await?;
            sqlx::query(DELETE_REGISTRATIONS).bind(&email_key).execute(&mut *tx).await?;
            sqlx::query(DELETE_USER).bind(user.id).execute(&mut *tx).await?;
            sqlx::query(REMEMBER).bind(user.id).bind(name_hash(&username_key)).bind(now).execute(&mut *tx).await?;
            self.outbox.enqueue(&mut *tx, &event).await?;
        });
        self.outbox.wake();
        Ok(())
    }

    /// Whether a name was that of an account which is gone for less than a month.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn is_name_resting(&self, username_key: &str) -> sqlx::Result<bool> {
        let since = self.ctx.clock.now() - NAME_RESTS;
        with_reader!(&self.db, db => {
            let found = sqlx::query(IS_RESTING).bind(name_hash(username_key)).bind(since).fetch_optional(db).await?;
            Ok(found.is_some())
        })
    }

    /// Forgets the accounts that were deleted long ago, a batch at a time.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn forget_deleted_users(&self) -> sqlx::Result<()> {
        let before: DateTime<Utc> = self.ctx.clock.now() - NAME_RESTS;
        loop {
            let gone = with_writer!(&self.db, db => {
                sqlx::query(FORGET).bind(before).bind(SWEEP_BATCH).execute(db).await.map(|done| done.rows_affected())
            })?;
            if gone < SWEEP_BATCH.unsigned_abs() {
                return Ok(());
            }
        }
    }
}

/// The name itself is personal.
fn name_hash(username_key: &str) -> Vec<u8> {
    Sha256::digest(username_key).to_vec()
}
