//! Accounts that wait for their address to be verified (`EMAIL_VERIFICATION=required`).
//!
//! They are no accounts yet and hold neither name nor address, so that nothing which can be asked differs by whether the
//! address belongs to an account.

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{db::sqlx, http::ApiResult, in_transaction, row, with_reader, with_writer};
use uuid::Uuid;

use super::{Store, account, mails, roles, taken_or_broken};
use crate::{
    mail::Kind,
    one_time_code::OneTimeCode,
    policy::{AccountKey, NewAccount},
};

/// How long a registration waits.
pub(crate) const LIFETIME: TimeDelta = TimeDelta::hours(24);

macro_rules! select {
    () => {
        "select id, username, username_key, display_name, email, email_key, password_hash from registrations "
    };
}

const INSERT: &str = "insert into registrations (id, username, username_key, display_name, email, email_key, \
    password_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const NEWEST: &str = concat!(
    select!(),
    "where email_key = $1 and expires_at > $2 order by id desc limit 1"
);
const BY_ID: &str = concat!(select!(), "where id = $1 and expires_at > $2");
const BY_CODE: &str = concat!(select!(), "where code_hash = $1 and expires_at > $2");
const SET_CODE: &str = "update registrations set code_hash = $2, expires_at = $3 where id = $1";
const TAKE: &str = "delete from registrations where id = $1";
const FORGET_ADDRESS: &str = "delete from registrations where email_key = $1";

row! {
    /// An account that waits.
    #[derive(Debug, Clone)]
    pub(crate) struct Pending {
        /// Of the registration; the account will have another.
        pub id: Uuid,
        /// As it will be shown.
        pub username: String,
        /// As it is compared.
        pub username_key: String,
        /// The name for people.
        pub display_name: Option<String>,
        /// As it was written.
        pub email: String,
        /// As it is compared.
        pub email_key: String,
        /// PHC string format.
        pub password_hash: String,
    }
}

impl Store {
    /// Stores a registration and puts its mail into the queue: the same work whether the address is known or not.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn register_later(
        &self,
        account: &NewAccount,
        password_hash: &str,
    ) -> ApiResult<()> {
        let (id, now) = (self.ctx.ids.next(), self.ctx.clock.now());
        in_transaction!(&self.db, tx => {
            sqlx::query(INSERT)
                .bind(id).bind(&account.username).bind(&account.username_key).bind(&account.display_name)
                .bind(&account.email).bind(&account.email_key).bind(password_hash).bind(now).bind(now + LIFETIME)
                .execute(&mut *tx).await?;
            mails::enqueue!(self, tx, Kind::Registration, &account.email, &account.email_key, Some(id), now);
        });
        self.mail_waits.notify_one();
        Ok(())
    }

    /// The newest registration with this address.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn newest_pending(&self, key: &AccountKey) -> sqlx::Result<Option<Pending>> {
        let now = self.ctx.clock.now();
        with_reader!(&self.db, db => sqlx::query_as(NEWEST).bind(key.as_str()).bind(now).fetch_optional(db).await)
    }

    /// The registration of this id.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn pending(&self, id: Uuid) -> sqlx::Result<Option<Pending>> {
        let now = self.ctx.clock.now();
        with_reader!(&self.db, db => sqlx::query_as(BY_ID).bind(id).bind(now).fetch_optional(db).await)
    }

    /// Stores the code of a registration, in place of the one before.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn put_registration_code(
        &self,
        id: Uuid,
        code: &OneTimeCode,
    ) -> sqlx::Result<()> {
        let expires_at: DateTime<Utc> = self.ctx.clock.now() + LIFETIME;
        with_writer!(&self.db, db => {
            sqlx::query(SET_CODE).bind(id).bind(code.hash()).bind(expires_at).execute(db).await.map(|_| ())
        })
    }

    /// Makes the account that waits for this code. False if none does.
    ///
    /// # Errors
    /// 409 if the name or the address has been taken meanwhile.
    pub(crate) async fn finish_registration(&self, code: &OneTimeCode) -> ApiResult<bool> {
        let now = self.ctx.clock.now();
        let pending: Option<Pending> = with_reader!(&self.db, db => {
            sqlx::query_as(BY_CODE).bind(code.hash()).bind(now).fetch_optional(db).await
        })?;
        let Some(pending) = pending else {
            return Ok(false);
        };
        let (id, email_key) = (pending.id, pending.email_key.clone());
        let (account, password_hash) = pending.into_account();
        let ready = self.ready(account, &password_hash, Some(now), now)?;
        let made = self.insert_verified(id, &email_key, ready, now).await;
        self.outbox.wake();
        made.map_err(taken_or_broken)
    }

    async fn insert_verified(
        &self,
        registration: Uuid,
        email_key: &str,
        ready: account::Ready,
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        in_transaction!(&self.db, tx => {
            let taken = sqlx::query(TAKE).bind(registration).execute(&mut *tx).await?.rows_affected() > 0;
            if !taken {
                return Ok(false);
            }
            account::insert!(self, tx, ready, now);
            sqlx::query(FORGET_ADDRESS).bind(email_key).execute(&mut *tx).await?;
        });
        Ok(true)
    }
}

impl Pending {
    fn into_account(self) -> (NewAccount, String) {
        let account = NewAccount {
            username: self.username,
            username_key: self.username_key,
            display_name: self.display_name,
            email: self.email,
            email_key: self.email_key,
        };
        (account, self.password_hash)
    }
}
