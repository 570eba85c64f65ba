//! Bans.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::sqlx,
    http::{ApiError, ApiResult},
    in_transaction, row, with_reader,
};
use uuid::Uuid;

use super::{Store, account, roles, sessions};
use crate::{
    events::{USER_BANNED, USER_UNBANNED, UserBanned, UserUnbanned},
    model::UserRow,
    policy::{self, Staff},
};

macro_rules! select {
    () => {
        "select bans.user_id, who.username, moderator_id, moderator.username as moderator_name, reason, until, banned_at \
         from bans join users who on who.id = bans.user_id left join users moderator on moderator.id = moderator_id "
    };
}

/// The ban of `$1` that counts at `$2`.
pub(super) const ACTIVE: &str = concat!(
    select!(),
    "where bans.user_id = $1 and lifted_at is null and (until is null or until > $2)"
);
const LIST: &str = concat!(
    select!(),
    "where lifted_at is null and (until is null or until > $1) \
     and (banned_at < $2 or (banned_at = $2 and bans.user_id < $3)) \
     order by banned_at desc, bans.user_id desc limit $4"
);
const BAN: &str = "insert into bans (user_id, moderator_id, reason, until, banned_at) values ($1, $2, $3, $4, $5) \
    on conflict (user_id) do update set moderator_id = excluded.moderator_id, reason = excluded.reason, \
    until = excluded.until, banned_at = excluded.banned_at, lifted_at = null";
/// Locks the account's row, so that a log-in comes before this and is ended, or after it and is refused.
const LOCK_USER: &str = "update users set tokens_valid_from = $2 where id = $1";
const LIFT: &str = "update bans set lifted_at = $2 \
    where user_id = $1 and lifted_at is null and (until is null or until > $2)";

row! {
    /// A ban that counts.
    #[derive(Debug, Clone)]
    pub(crate) struct BanRow {
        /// Who may not come in.
        pub user_id: Uuid,
        /// Their name.
        pub username: String,
        /// Who said so, if that account is still there.
        pub moderator_id: Option<Uuid>,
        /// Their name.
        pub moderator_name: Option<String>,
        /// Why, for people.
        pub reason: String,
        /// Until when; for ever without.
        pub until: Option<DateTime<Utc>>,
        /// When.
        pub banned_at: DateTime<Utc>,
    }
}

/// A ban that somebody asks for.
#[derive(Debug, Clone)]
pub(crate) struct NewBan {
    /// Who shall not come in.
    pub user_id: Uuid,
    /// Why, for people.
    pub reason: String,
    /// Until when; for ever without.
    pub until: Option<DateTime<Utc>>,
}

impl Store {
    /// Bans somebody, or changes the ban, and ends all their sessions.
    ///
    /// # Errors
    /// 404 if there is no such account; 403 if this moderator may not ban it.
    pub(crate) async fn ban(&self, ban: NewBan, staff: &Staff) -> ApiResult<BanRow> {
        let now = self.ctx.clock.now();
        let row = in_transaction!(&self.db, tx => {
            let user: Option<UserRow> = sqlx::query_as(account::BY_ID).bind(ban.user_id).fetch_optional(&mut *tx).await?;
            let Some(user) = user else {
                return Err(policy::no_such_user());
            };
            policy::may_ban(staff, &user)?;
            roles::keep_an_admin!(tx, user);
            sqlx::query(LOCK_USER).bind(user.id).bind(now).execute(&mut *tx).await?;
            sqlx::query(BAN).bind(user.id).bind(staff.account_id).bind(&ban.reason).bind(ban.until).bind(now)
                .execute(&mut *tx).await?;
            let row = row(&ban, &user, staff, now);
            let event = self.event(USER_BANNED, &banned(&row, staff))?;
            self.outbox.enqueue(&mut *tx, &event).await?;
            sessions::revoke_all!(self, tx, user.id, Uuid::nil(), now);
            row
        });
        self.outbox.wake();
        Ok(row)
    }

    /// Takes a ban back.
    ///
    /// # Errors
    /// 404 if there is no such account, or it is not banned; 403 if this moderator may not.
    pub(crate) async fn unban(&self, user_id: Uuid, staff: &Staff) -> ApiResult<()> {
        let now = self.ctx.clock.now();
        in_transaction!(&self.db, tx => {
            let user: Option<UserRow> = sqlx::query_as(account::BY_ID).bind(user_id).fetch_optional(&mut *tx).await?;
            let Some(user) = user else {
                return Err(policy::no_such_user());
            };
            policy::may_ban(staff, &user)?;
            let lifted = sqlx::query(LIFT).bind(user_id).bind(now).execute(&mut *tx).await?.rows_affected() > 0;
            if !lifted {
                return Err(ApiError::not_found("not_banned", "this account is not banned"));
            }
            let event = UserUnbanned {
                user_id: user.id.to_string(),
                username: user.username,
                moderator_id: staff.user_id.clone(),
                moderator_name: staff.username.clone(),
                unbanned_at: now,
            };
            let event = self.event(USER_UNBANNED, &event)?;
            self.outbox.enqueue(&mut *tx, &event).await?;
        });
        self.outbox.wake();
        Ok(())
    }

    /// The ban of `user_id`, if there is one that counts.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn ban_of(&self, user_id: Uuid) -> sqlx::Result<Option<BanRow>> {
        let now = self.ctx.clock.now();
        with_reader!(&self.db, db => sqlx::query_as(ACTIVE).bind(user_id).bind(now).fetch_optional(db).await)
    }

    /// Bans that count, newest first, behind the one of this time and account.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn bans(
        &self,
        before: (DateTime<Utc>, Uuid),
        limit: u32,
    ) -> sqlx::Result<Vec<BanRow>> {
        let now = self.ctx.clock.now();
        with_reader!(&self.db, db => {
            sqlx::query_as(LIST).bind(now).bind(before.0).bind(before.1).bind(i64::from(limit)).fetch_all(db).await
        })
    }
}

fn row(ban: &NewBan, user: &UserRow, staff: &Staff, now: DateTime<Utc>) -> BanRow {
    BanRow {
        user_id: user.id,
        username: user.username.clone(),
        moderator_id: staff.account_id,
        moderator_name: staff.account_id.map(|_| staff.username.clone()),
        reason: ban.reason.clone(),
        until: ban.until,
        banned_at: now,
    }
}

fn banned(row: &BanRow, staff: &Staff) -> UserBanned {
    UserBanned {
        user_id: row.user_id.to_string(),
        username: row.username.clone(),
        moderator_id: staff.user_id.clone(),
        moderator_name: staff.username.clone(),
        reason: row.reason.clone(),
        until: row.until,
        banned_at: row.banned_at,
    }
}
