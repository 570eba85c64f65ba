//! Accounts: made, found, and given another password or address.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    bus::Event,
    db::sqlx,
    http::{ApiError, ApiResult},
    in_transaction, with_reader,
};
use uuid::Uuid;

use super::{Store, mails, roles, session, taken_or_broken};
use crate::{
    events::{PROFILE_UPDATED, ProfileUpdated, USER_REGISTERED, UserRegistered},
    mail::Kind,
    model::{Session, UserRow},
    policy::{AccountKey, NewAccount},
    refresh_token::RefreshToken,
};

/// The columns of [`UserRow`].
macro_rules! columns {
    () => {
        "users.id, users.username, users.email, users.email_verified_at, users.password_hash, users.roles, \
         users.tokens_valid_from, users.created_at"
    };
}
pub(super) use columns;

pub(super) const BY_ID: &str = concat!("select ", columns!(), " from users where id = $1");
const BY_EMAIL: &str = concat!("select ", columns!(), " from users where email_key = $1");
const BY_USERNAME: &str = concat!("select ", columns!(), " from users where username_key = $1");
const BY_SESSION: &str = concat!(
    "select ",
    columns!(),
    " from sessions join users on users.id = sessions.user_id \
     where sessions.id = $1 and users.id = $2 and revoked_at is null and expires_at > $3"
);
pub(super) const INSERT: &str = "insert into users (id, username, username_key, email, email_key, \
    email_verified_at, password_hash, roles, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
/// Whoever inserts this row is the first; PostgreSQL lets a second one wait until the first has committed.
pub(super) const CLAIM_FIRST: &str = "insert into first_account (singleton, user_id, registered_at) \
    select 1, $1, $2 where not exists (select 1 from users) on conflict do nothing";
pub(super) const INSERT_PROFILE: &str =
    "insert into profiles (user_id, display_name, created_at, updated_at) values ($1, $2, $3, $3)";

/// An account that is about to be stored, as a member and as the first of all, with the event of it.
pub(super) struct Ready {
    pub(super) keys: (String, String),
    /// The name for people and the event of it.
    pub(super) profile: Option<(String, Event)>,
    pub(super) member: (UserRow, Event),
    pub(super) first: (UserRow, Event),
}

/// Inserts an account in the transaction `$tx`; its value is the account's row.
macro_rules! insert {
    ($store:expr, $tx:ident, $ready:expr, $now:expr) => {{
        let ready = $ready;
        let claimed = sqlx::query(account::CLAIM_FIRST)
            .bind(ready.member.0.id)
            .bind($now)
            .execute(&mut *$tx)
            .await?
            .rows_affected()
            > 0;
        let (user, event) = if claimed { ready.first } else { ready.member };
        sqlx::query(account::INSERT)
            .bind(user.id)
            .bind(&user.username)
            .bind(&ready.keys.0)
            .bind(&user.email)
            .bind(&ready.keys.1)
            .bind(user.email_verified_at)
            .bind(&user.password_hash)
            .bind(&user.roles)
            .bind($now)
            .execute(&mut *$tx)
            .await?;
        for role in user.roles.split_ascii_whitespace() {
            sqlx::query(roles::GRANT)
                .bind(user.id)
                .bind(role)
                .bind($now)
                .execute(&mut *$tx)
                .await?;
        }
        $store.outbox.enqueue(&mut *$tx, &event).await?;
        if let Some((display_name, event)) = ready.profile {
            sqlx::query(account::INSERT_PROFILE)
                .bind(user.id)
                .bind(display_name)
                .bind($now)
                .execute(&mut *$tx)
                .await?;
            $store.outbox.enqueue(&mut *$tx, &event).await?;
        }
        user
    }};
}
pub(super) use insert;

impl Store {
    /// Stores an account, its first session, the event of it, and a mail that verifies its address.
    ///
    /// # Errors
    /// 409 if the name or the address is in use.
    pub(crate) async fn register(
        &self,
        account: NewAccount,
        password_hash: String,
        from: &session::Origin,
    ) -> ApiResult<Session> {
        let now = self.ctx.clock.now();
        let ready = self.ready(account, &password_hash, None, now)?;
        let family = self.new_family()?;
        let session = self
            .insert_account(ready, family, from, now)
            .await
            .map_err(taken_or_broken)?;
        self.outbox.wake();
        self.mail_waits.notify_one();
        Ok(session)
    }

    async fn insert_account(
        &self,
        ready: Ready,
        (id, refresh_token): (Uuid, RefreshToken),
        from: &session::Origin,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Session> {
        use super::account;
        let email_key = ready.keys.1.clone();
        Ok(in_transaction!(&self.db, tx => {
            let user = insert!(self, tx, ready, now);
            let session = Session { id, user, refresh_token };
            session::insert!(self, tx, session, from, now);
            mails::enqueue!(self, tx, Kind::Verify, &session.user.email, &email_key, Some(session.user.id), now);
            session
        }))
    }

    /// What is stored of a new account.
    pub(super) fn ready(
        &self,
        account: NewAccount,
        password_hash: &str,
        email_verified_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> ApiResult<Ready> {
        let id = self.ctx.ids.next();
        let with_roles = |roles: &str| {
            let user = UserRow {
                id,
                username: account.username.clone(),
                email: account.email.clone(),
                email_verified_at,
                password_hash: password_hash.to_owned(),
                roles: roles.to_owned(),
                tokens_valid_from: None,
                created_at: now,
            };
            let event = UserRegistered {
                user_id: id.to_string(),
                username: user.username.clone(),
                roles: user.role_names(),
                registered_at: now,
            };
            let event = self.event(USER_REGISTERED, &event)?;
            Ok::<_, ApiError>((user, event))
        };
        let profile = account.display_name.clone().map(|display_name| {
            let event = ProfileUpdated {
                user_id: id.to_string(),
                username: account.username.clone(),
                display_name: Some(display_name.clone()),
                avatar_url: None,
                updated_at: now,
            };
            let event = self.event(PROFILE_UPDATED, &event)?;
            Ok::<_, ApiError>((display_name, event))
        });
        Ok(Ready {
            profile: profile.transpose()?,
            member: with_roles(roles::OF_EVERYBODY)?,
            first: with_roles(roles::OF_THE_FIRST)?,
            keys: (account.username_key, account.email_key),
        })
    }

    /// The account that somebody names to log in.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn find(&self, key: &AccountKey) -> sqlx::Result<Option<UserRow>> {
        let statement = match key {
            AccountKey::Email(_) => BY_EMAIL,
            AccountKey::Username(_) => BY_USERNAME,
        };
        with_reader!(&self.db, db => sqlx::query_as(statement).bind(key.as_str()).fetch_optional(db).await)
    }

    /// The account of this id.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn user(&self, id: Uuid) -> sqlx::Result<Option<UserRow>> {
        with_reader!(&self.db, db => sqlx::query_as(BY_ID).bind(id).fetch_optional(db).await)
    }

    /// The account `user_id`, if its session `session_id` goes on.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn user_of_session(
        &self,
        session_id: Uuid,
        user_id: Uuid,
    ) -> sqlx::Result<Option<UserRow>> {
        let now = self.ctx.clock.now();
        with_reader!(&self.db, db => {
            sqlx::query_as(BY_SESSION).bind(session_id).bind(user_id).bind(now).fetch_optional(db).await
        })
    }
}
