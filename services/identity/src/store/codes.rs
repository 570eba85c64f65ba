//! One-time codes of accounts.

use chrono::TimeDelta;
use folkmoot_common::{db::sqlx, http::ApiResult, in_transaction, row, with_reader, with_writer};
use uuid::Uuid;

use super::{Store, account, mails, sessions, taken_or_broken};
use crate::{
    mail::Kind,
    model::UserRow,
    one_time_code::OneTimeCode,
    policy::{self, AccountKey},
};

const PUT: &str = "insert into codes (user_id, kind, hash, email, email_key, created_at, expires_at) \
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (user_id, kind) do update set hash = excluded.hash, \
    email = excluded.email, email_key = excluded.email_key, created_at = excluded.created_at, \
    expires_at = excluded.expires_at";
const FIND: &str =
    "select user_id, kind, email, email_key from codes where hash = $1 and expires_at > $2";
/// Whoever deletes it has it: a code counts once.
const TAKE: &str = "delete from codes where hash = $1 and expires_at > $2";
const FORGET: &str = "delete from codes where user_id = $1";
const FORGET_KIND: &str = "delete from codes where user_id = $1 and kind = $2";
const SET_PASSWORD: &str = "update users set password_hash = $2 where id = $1";
const VERIFY: &str = "update users set email_verified_at = coalesce(email_verified_at, $3) \
    where id = $1 and email_key = $2";
const SET_EMAIL: &str =
    "update users set email = $2, email_key = $3, email_verified_at = $4 where id = $1";
const CHANGE_PASSWORD: &str =
    "update users set password_hash = $3 where id = $1 and password_hash = $2";

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeKind {
    /// Setting another password.
    Reset,
    /// Showing that the address is one's own.
    Verify,
    /// Moving to another address.
    Change,
}

impl CodeKind {
    /// As it is stored.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Verify => "verify",
            Self::Change => "change",
        }
    }

    /// How long a code counts.
    pub(crate) const fn lifetime(self) -> TimeDelta {
        match self {
            Self::Reset => TimeDelta::minutes(30),
            Self::Verify | Self::Change => TimeDelta::hours(24),
        }
    }
}

row! {
    struct CodeRow {
        user_id: Uuid,
        kind: String,
        email: String,
        email_key: String,
    }
}

impl Store {
    /// Stores a new code of an account, in place of the one of its kind before.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn put_code(
        &self,
        code: &OneTimeCode,
        kind: CodeKind,
        user_id: Uuid,
        email: &str,
    ) -> sqlx::Result<()> {
        let now = self.ctx.clock.now();
        let expires_at = now + kind.lifetime();
        with_writer!(&self.db, db => {
            sqlx::query(PUT)
                .bind(user_id).bind(kind.as_str()).bind(code.hash()).bind(email).bind(policy::fold(email)).bind(now).bind(expires_at)
                .execute(db).await.map(|_| ())
        })
    }

    /// Whose password the code resets, if it is one that was sent to `email`.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn reset_code(
        &self,
        code: &OneTimeCode,
        email: &AccountKey,
    ) -> sqlx::Result<Option<UserRow>> {
        let found = self.code(code).await?.filter(|found| {
            found.kind == CodeKind::Reset.as_str() && found.email_key == email.as_str()
        });
        match found {
            Some(found) => self.user(found.user_id).await,
            None => Ok(None),
        }
    }

    async fn code(&self, code: &OneTimeCode) -> sqlx::Result<Option<CodeRow>> {
        let now = self.ctx.clock.now();
        with_reader!(&self.db, db => sqlx::query_as(FIND).bind(code.hash()).bind(now).fetch_optional(db).await)
    }

    /// Uses a code to set the password of `user`, and ends all sessions, whose ids it tells; nothing if the code was used
    /// meanwhile.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn reset_password(
        &self,
        code: &OneTimeCode,
        user: &UserRow,
        password_hash: &str,
    ) -> ApiResult<Option<Vec<Uuid>>> {
        let (now, email_key) = (self.ctx.clock.now(), policy::fold(&user.email));
        let ended = in_transaction!(&self.db, tx => {
            // First, because it locks the row for which a log-in waits.
            sqlx::query(SET_PASSWORD).bind(user.id).bind(password_hash).execute(&mut *tx).await?;
            let taken = sqlx::query(TAKE).bind(code.hash()).bind(now).execute(&mut *tx).await?.rows_affected() > 0;
            if !taken {
                return Ok(None);
            }
            sqlx::query(FORGET).bind(user.id).execute(&mut *tx).await?;
            // The code came by mail.
            sqlx::query(VERIFY).bind(user.id).bind(&email_key).bind(now).execute(&mut *tx).await?;
            mails::enqueue!(self, tx, Kind::PasswordChanged, &user.email, &email_key, Some(user.id), now);
            sessions::revoke_all!(self, tx, user.id, Uuid::nil(), now)
        });
        self.outbox.wake();
        self.mail_waits.notify_one();
        Ok(Some(ended))
    }

    /// Sets the password of `user`, whose old one was right when they were read, and ends their sessions but one. Tells
    /// which; nothing if the password was changed meanwhile.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn change_password(
        &self,
        user: &UserRow,
        password_hash: &str,
        except: Uuid,
    ) -> ApiResult<Option<Vec<Uuid>>> {
        let (now, email_key) = (self.ctx.clock.now(), policy::fold(&user.email));
        let ended = in_transaction!(&self.db, tx => {
            let same = sqlx::query(CHANGE_PASSWORD).bind(user.id).bind(&user.password_hash).bind(password_hash)
                .execute(&mut *tx).await?.rows_affected() > 0;
            if !same {
                return Ok(None);
            }
            sqlx::query(FORGET_KIND).bind(user.id).bind(CodeKind::Reset.as_str()).execute(&mut *tx).await?;
            mails::enqueue!(self, tx, Kind::PasswordChanged, &user.email, &email_key, Some(user.id), now);
            sessions::revoke_all!(self, tx, user.id, except, now)
        });
        self.outbox.wake();
        self.mail_waits.notify_one();
        Ok(Some(ended))
    }

    /// Uses a code that verifies an address, or moves an account to another one. False if it is no such code.
    ///
    /// # Errors
    /// 409 if another account has the address now.
    pub(crate) async fn use_email_code(&self, code: &OneTimeCode) -> ApiResult<bool> {
        let Some(found) = self.code(code).await? else {
            return Ok(false);
        };
        match found.kind.as_str() {
            "verify" => self.verify_email(code, &found).await,
            "change" => self.change_email(code, &found).await,
            _ => Ok(false),
        }
    }

    async fn verify_email(&self, code: &OneTimeCode, found: &CodeRow) -> ApiResult<bool> {
        let now = self.ctx.clock.now();
        let verified = in_transaction!(&self.db, tx => {
            sqlx::query(TAKE).bind(code.hash()).bind(now).execute(&mut *tx).await?;
            sqlx::query(VERIFY).bind(found.user_id).bind(&found.email_key).bind(now)
                .execute(&mut *tx).await?.rows_affected() > 0
        });
        Ok(verified)
    }

    async fn change_email(&self, code: &OneTimeCode, found: &CodeRow) -> ApiResult<bool> {
        let now = self.ctx.clock.now();
        let changed = in_transaction!(&self.db, tx => {
            let taken = sqlx::query(TAKE).bind(code.hash()).bind(now).execute(&mut *tx).await?.rows_affected() > 0;
            let user: Option<UserRow> = sqlx::query_as(account::BY_ID).bind(found.user_id).fetch_optional(&mut *tx).await?;
            let Some(user) = user.filter(|_| taken) else {
                return Ok(false);
            };
            sqlx::query(SET_EMAIL).bind(user.id).bind(&found.email).bind(&found.email_key).bind(now)
                .execute(&mut *tx).await.map_err(taken_or_broken)?;
            // What was sent to the old address counts no more.
            sqlx::query(FORGET).bind(user.id).execute(&mut *tx).await?;
            let old_key = policy::fold(&user.email);
            mails::enqueue!(self, tx, Kind::EmailChanged, &user.email, &old_key, Some(user.id), now);
            true
        });
        self.mail_waits.notify_one();
        Ok(changed)
    }
}
