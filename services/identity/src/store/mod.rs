//! The tables of identity.

mod account;
mod bans;
mod codes;
mod deletion;
mod exports;
mod mails;
mod people;
mod profile;
mod registrations;
mod relation;
mod roles;
mod session;
mod sessions;

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{
    Context, ServiceName,
    bus::{Event, Outbox},
    db::{self, Db, Migrations, sqlx},
    http::{ApiError, ApiResult},
    in_transaction, with_reader,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    events::{USER_REGISTERED, UserRegistered},
    model::{Session, UserRow},
    policy::{AccountKey, NewAccount},
    refresh_token::RefreshToken,
};

pub(crate) use session::Refreshed;

/// The schema.
pub const MIGRATIONS: Migrations = Migrations::new(&[
    (
        "0001_init",
        include_str!("../../migrations/sqlite/0001_init.sql"),
        include_str!("../../migrations/postgres/0001_init.sql"),
    ),
    (
        "0002_auth",
        include_str!("../../migrations/sqlite/0002_auth.sql"),
        include_str!("../../migrations/postgres/0002_auth.sql"),
    ),
    (
        "0003_people",
        include_str!("../../migrations/sqlite/0003_people.sql"),
        include_str!("../../migrations/postgres/0003_people.sql"),
    ),
]);

/// What every new account may do.
const FIRST_ROLES: &str = "member";

const INSERT_USER: &str = "insert into users \
    (id, username, username_key, email, email_key, password_hash, roles, created_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
const BY_ID: &str =
    "select id, username, email, password_hash, roles, created_at from users where id = $1";
const BY_EMAIL: &str =
    "select id, username, email, password_hash, roles, created_at from users where email_key = $1";
const BY_USERNAME: &str = "select id, username, email, password_hash, roles, created_at from users where username_key = $1";

/// Accounts and sessions.
#[derive(Clone)]
pub(crate) struct Store {
    ctx: Context,
    db: Db,
    outbox: Outbox,
    refresh_lifetime: TimeDelta,
}

impl Store {
    /// Opens the database.
    ///
    /// # Errors
    /// If the settings are wrong, or a local file cannot be opened.
    pub(crate) async fn open(ctx: &Context, refresh_lifetime: TimeDelta) -> anyhow::Result<Self> {
        let db = Db::open(ctx, ServiceName::Identity, MIGRATIONS).await?;
        let outbox = Outbox::start(ctx, &db);
        Ok(Self {
            ctx: ctx.clone(),
            db,
            outbox,
            refresh_lifetime,
        })
    }

    /// Whether the name or the address of `account` is in use.
    ///
    /// # Errors
    /// 409 if so.
    pub(crate) async fn check_free(&self, account: &NewAccount) -> ApiResult<()> {
        if self
            .find(&AccountKey::Username(account.username_key.clone()))
            .await?
            .is_some()
        {
            return Err(username_taken());
        }
        match self
            .find(&AccountKey::Email(account.email_key.clone()))
            .await?
        {
            Some(_) => Err(email_taken()),
            None => Ok(()),
        }
    }

    /// Stores an account, its first session and the event of it.
    ///
    /// # Errors
    /// 409 if the name or the address is in use.
    pub(crate) async fn register(
        &self,
        account: NewAccount,
        password_hash: String,
    ) -> ApiResult<Session> {
        let now = self.ctx.clock.now();
        let user = UserRow {
            id: self.ctx.ids.next(),
            username: account.username,
            email: account.email,
            password_hash,
            roles: FIRST_ROLES.to_owned(),
            created_at: now,
        };
        let event = UserRegistered {
            user_id: user.id.to_string(),
            username: user.username.clone(),
            roles: user.to_user().roles,
            registered_at: now,
        };
        let event = self.event(USER_REGISTERED, &event)?;
        let session = self.new_session(user)?;
        let keys = (account.username_key.as_str(), account.email_key.as_str());
        self.insert(&session, keys, &event, now)
            .await
            .map_err(taken_or_broken)?;
        self.outbox.wake();
        Ok(session)
    }

    async fn insert(
        &self,
        session: &Session,
        keys: (&str, &str),
        event: &Event,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let user = &session.user;
        in_transaction!(&self.db, tx => {
            sqlx::query(INSERT_USER)
                .bind(user.id).bind(&user.username).bind(keys.0).bind(&user.email).bind(keys.1)
                .bind(&user.password_hash).bind(&user.roles).bind(now)
                .execute(&mut *tx).await?;
            self.outbox.enqueue(&mut *tx, event).await?;
            session::insert!(self, tx, session, now);
        });
        Ok(())
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

    fn new_session(&self, user: UserRow) -> ApiResult<Session> {
        Ok(Session {
            id: self.ctx.ids.next(),
            user,
            refresh_token: RefreshToken::random()?,
        })
    }

    fn event(&self, r#type: &str, data: &impl Serialize) -> ApiResult<Event> {
        Event::new(&self.ctx, ServiceName::Identity, r#type, data).map_err(ApiError::internal)
    }
}

fn username_taken() -> ApiError {
    ApiError::conflict("username_taken", "this username is in use")
}

fn email_taken() -> ApiError {
    ApiError::conflict("email_taken", "there is an account with this email")
}

fn taken_or_broken(error: sqlx::Error) -> ApiError {
    match db::unique_violation(&error) {
        Some(column) if column.contains("username_key") => username_taken(),
        Some(column) if column.contains("email_key") => email_taken(),
        _ => error.into(),
    }
}
