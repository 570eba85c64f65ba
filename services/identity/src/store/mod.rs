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
mod revoked;
mod roles;
mod session;
mod sessions;
mod sweep;

use std::sync::Arc;

use chrono::TimeDelta;
use folkmoot_common::{
    Context, ServiceName,
    bus::{Event, Outbox},
    db::{self, Db, Migrations, sqlx},
    http::{ApiError, ApiResult},
};
use serde::Serialize;
use tokio::sync::Notify;

use crate::policy::{AccountKey, NewAccount};

pub(crate) use bans::{BanRow, NewBan};
pub(crate) use codes::CodeKind;
pub(crate) use mails::Waiting;
pub(crate) use registrations::Pending;
pub(crate) use roles::{RoleRow, Standing};
pub(crate) use session::{Origin, Refreshed, Started};
pub(crate) use sessions::SessionRow;

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

/// Accounts and sessions.
#[derive(Clone)]
pub(crate) struct Store {
    ctx: Context,
    db: Db,
    outbox: Outbox,
    refresh_lifetime: TimeDelta,
    /// Told when mail was put into the queue.
    pub(crate) mail_waits: Arc<Notify>,
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
            mail_waits: Arc::default(),
        })
    }

    /// Whether the name of `account` is in use.
    ///
    /// # Errors
    /// 409 if so.
    pub(crate) async fn check_name_free(&self, account: &NewAccount) -> ApiResult<()> {
        let key = AccountKey::Username(account.username_key.clone());
        match self.find(&key).await? {
            Some(_) => Err(username_taken()),
            None if self.is_name_resting(&account.username_key).await? => Err(username_taken()),
            None => Ok(()),
        }
    }

    /// Whether the address of `account` is in use.
    ///
    /// # Errors
    /// 409 if so.
    pub(crate) async fn check_address_free(&self, account: &NewAccount) -> ApiResult<()> {
        let key = AccountKey::Email(account.email_key.clone());
        match self.find(&key).await? {
            Some(_) => Err(email_taken()),
            None => Ok(()),
        }
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
