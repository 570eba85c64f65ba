//! Accounts and follows in bulk, for `folkmoot import`, `export` and `seed`.
//!
//! What comes in keeps its id, and a second time changes nothing. An account that comes without a password hash gets that of
//! a secret that nobody knows: its owner sets a password by mail.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    Context, ServiceName,
    bus::{Event, Outbox},
    db::{self, Db, sqlx},
    http::{ApiError, ApiResult},
    in_transaction, row,
    transfer::{Follow, Imported, Record, User},
    with_reader,
};
use uuid::Uuid;

use crate::{
    events::{FOLLOW_CREATED, Relation, USER_REGISTERED, UserRegistered},
    password::{self, Passwords},
    policy,
    store::MIGRATIONS,
};

const INSERT_USER: &str = "insert into users (id, username, username_key, email, email_key, email_verified_at, \
    password_hash, roles, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const INSERT_ROLE: &str = "insert into roles (name, description, built_in, created_at) \
    values ($1, '', $2, $3) on conflict do nothing";
const GRANT: &str =
    "insert into user_roles (user_id, role, granted_at) values ($1, $2, $3) on conflict do nothing";
const INSERT_PROFILE: &str = "insert into profiles (user_id, display_name, created_at, updated_at) \
    values ($1, $2, $3, $3) on conflict do nothing";
const KNOWN: &str = "select 1 from users where id = $1";
const NAME: &str = "select username from users where id = $1";
const IN_THE_WAY: &str = "select 1 from users where username_key = $1 or email_key = $2 union all \
    select 1 from deleted_users where user_id = $3 limit 1";
const INSERT_FOLLOW: &str = "insert into relations (kind, user_id, target_id, id, created_at) \
    values ('follow', $1, $2, $3, $4) on conflict do nothing";
const COUNT_FOLLOW: &str =
    "insert into follow_changes (user_id, followers, following) values ($1, 0, 1), ($2, 1, 0)";
const USERS: &str = "select users.id, username, email, password_hash, roles, email_verified_at, display_name, \
    users.created_at from users left join profiles on profiles.user_id = users.id \
    where users.id > $1 order by users.id limit $2";
const FOLLOWS: &str = "select user_id, target_id, created_at from relations \
    where kind = 'follow' and (user_id, target_id) > ($1, $2) order by user_id, target_id limit $3";

row! {
    struct UserRow {
        id: Uuid,
        username: String,
        email: String,
        password_hash: String,
        roles: String,
        email_verified_at: Option<DateTime<Utc>>,
        display_name: Option<String>,
        created_at: DateTime<Utc>,
    }
}

row! {
    struct FollowRow {
        user_id: Uuid,
        target_id: Uuid,
        created_at: DateTime<Utc>,
    }
}

/// The kinds of records, in the order in which they are to be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Accounts; with their password hashes or without.
    Users {
        /// Whether they are told.
        password_hashes: bool,
    },
    /// Who follows whom.
    Follows,
}

enum Outcome {
    Created,
    Unchanged,
    Refused,
}

/// The tables of identity, opened for bulk work. Nothing relays.
pub struct Transfer {
    ctx: Context,
    db: Db,
    outbox: Outbox,
    nobodys: String,
}

impl std::fmt::Debug for Transfer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transfer").finish_non_exhaustive()
    }
}

/// Inserts an account in the transaction `$tx`. It is looked for first: PostgreSQL's transactions do not survive an error.
macro_rules! insert_user {
    ($transfer:expr, $tx:ident, $user:expr) => {{
        let user: &User = $user;
        let known: Option<i32> = sqlx::query_scalar(KNOWN)
            .bind(user.id)
            .fetch_optional(&mut *$tx)
            .await?;
        match ready(user, &$transfer.nobodys) {
            _ if known.is_some() => Outcome::Unchanged,
            None => Outcome::Refused,
            Some(ready) => {
                let in_the_way: Option<i32> = sqlx::query_scalar(IN_THE_WAY)
                    .bind(&ready.username_key)
                    .bind(&ready.email_key)
                    .bind(user.id)
                    .fetch_optional(&mut *$tx)
                    .await?;
                if in_the_way.is_some() {
                    Outcome::Refused
                } else {
                    sqlx::query(INSERT_USER)
                        .bind(user.id)
                        .bind(&user.username)
                        .bind(&ready.username_key)
                        .bind(&user.email)
                        .bind(&ready.email_key)
                        .bind(user.email_verified_at)
                        .bind(ready.password_hash)
                        .bind(ready.roles.join(" "))
                        .bind(user.created_at)
                        .execute(&mut *$tx)
                        .await
                        .map_err(taken)?;
                    for role in &ready.roles {
                        sqlx::query(INSERT_ROLE)
                            .bind(role)
                            .bind(false)
                            .bind(user.created_at)
                            .execute(&mut *$tx)
                            .await?;
                        sqlx::query(GRANT)
                            .bind(user.id)
                            .bind(role)
                            .bind(user.created_at)
                            .execute(&mut *$tx)
                            .await?;
                    }
                    if let Some(name) = &user.display_name {
                        sqlx::query(INSERT_PROFILE)
                            .bind(user.id)
                            .bind(name)
                            .bind(user.created_at)
                            .execute(&mut *$tx)
                            .await?;
                    }
                    let event = $transfer.registered(user, &ready.roles)?;
                    $transfer.outbox.enqueue(&mut *$tx, &event).await?;
                    Outcome::Created
                }
            }
        }
    }};
}

macro_rules! insert_follow {
    ($transfer:expr, $tx:ident, $follow:expr) => {{
        let follow: &Follow = $follow;
        let name: Option<String> = sqlx::query_scalar(NAME)
            .bind(follow.user_id)
            .fetch_optional(&mut *$tx)
            .await?;
        let target: Option<i32> = sqlx::query_scalar(KNOWN)
            .bind(follow.target_id)
            .fetch_optional(&mut *$tx)
            .await?;
        match name.filter(|_| target.is_some() && follow.user_id != follow.target_id) {
            None => Outcome::Refused,
            Some(name) => {
                let inserted = sqlx::query(INSERT_FOLLOW)
                    .bind(follow.user_id)
                    .bind(follow.target_id)
                    .bind($transfer.ctx.ids.next())
                    .bind(follow.created_at)
                    .execute(&mut *$tx)
                    .await?;
                if inserted.rows_affected() == 0 {
                    Outcome::Unchanged
                } else {
                    sqlx::query(COUNT_FOLLOW)
                        .bind(follow.user_id)
                        .bind(follow.target_id)
                        .execute(&mut *$tx)
                        .await?;
                    let event = $transfer.followed(follow, name)?;
                    $transfer.outbox.enqueue(&mut *$tx, &event).await?;
                    Outcome::Created
                }
            }
        }
    }};
}

impl Transfer {
    /// Opens the tables. What is to be told waits in the outbox for a running service, as long as `ctx.bus` is not started.
    ///
    /// # Errors
    /// If the settings are wrong, a local file cannot be opened, or there is no randomness.
    pub async fn open(ctx: &Context) -> anyhow::Result<Self> {
        let db = Db::open(ctx, ServiceName::Identity, MIGRATIONS).await?;
        Ok(Self {
            ctx: ctx.clone(),
            outbox: Outbox::start(ctx, &db),
            nobodys: Passwords::new(1).await?.nobodys().to_owned(),
            db,
        })
    }

    /// Stores those of `records` that are identity's, in their order; the others are left alone.
    ///
    /// # Errors
    /// 503 if the database is away. What was stored before it went away stays.
    pub async fn import(&self, records: &[Record]) -> ApiResult<Imported> {
        let mut imported = Imported::default();
        in_transaction!(&self.db, tx => {
            for record in records {
                let outcome = match record {
                    Record::User(user) => insert_user!(self, tx, user),
                    Record::Follow(follow) => insert_follow!(self, tx, follow),
                    _ => continue,
                };
                match outcome {
                    Outcome::Created => imported.created += 1,
                    Outcome::Unchanged => imported.unchanged += 1,
                    Outcome::Refused => imported.refused += 1,
                }
            }
        });
        Ok(imported)
    }

    fn registered(&self, user: &User, roles: &[String]) -> ApiResult<Event> {
        let data = UserRegistered {
            user_id: user.id.to_string(),
            username: user.username.clone(),
            roles: roles.to_vec(),
            registered_at: user.created_at,
        };
        self.event(USER_REGISTERED, &data)
    }

    fn followed(&self, follow: &Follow, username: String) -> ApiResult<Event> {
        let data = Relation {
            user_id: follow.user_id.to_string(),
            username,
            target_id: follow.target_id.to_string(),
            changed_at: follow.created_at,
        };
        self.event(FOLLOW_CREATED, &data)
    }

    fn event(&self, r#type: &str, data: &impl serde::Serialize) -> ApiResult<Event> {
        Event::new(&self.ctx, ServiceName::Identity, r#type, data).map_err(ApiError::internal)
    }

    /// A page of one kind, behind `after` of the page before.
    ///
    /// # Errors
    /// As the database says, or if `after` is from no page.
    pub async fn export(
        &self,
        kind: Kind,
        after: Option<&str>,
        limit: u32,
    ) -> anyhow::Result<(Vec<Record>, Option<String>)> {
        let limit = i64::from(limit);
        let (records, last) = match kind {
            Kind::Users { password_hashes } => self.users(after, limit, password_hashes).await?,
            Kind::Follows => self.follows(after, limit).await?,
        };
        let is_full = records.len() as i64 == limit;
        Ok((records, last.filter(|_| is_full)))
    }

    /// How many records of a kind there are.
    ///
    /// # Errors
    /// As the database says.
    pub async fn count(&self, kind: Kind) -> sqlx::Result<u64> {
        let statement = match kind {
            Kind::Users { .. } => "select count(*) from users",
            Kind::Follows => "select count(*) from relations where kind = 'follow'",
        };
        let count: i64 =
            with_reader!(&self.db, db => sqlx::query_scalar(statement).fetch_one(db).await)?;
        Ok(count.unsigned_abs())
    }

    async fn users(
        &self,
        after: Option<&str>,
        limit: i64,
        password_hashes: bool,
    ) -> anyhow::Result<(Vec<Record>, Option<String>)> {
        let after = after.map_or(Ok(Uuid::nil()), Uuid::parse_str)?;
        let rows: Vec<UserRow> = with_reader!(&self.db, db => {
            sqlx::query_as(USERS).bind(after).bind(limit).fetch_all(db).await
        })?;
        let last = rows.last().map(|row| row.id.to_string());
        let records = rows.into_iter().map(|row| user(row, password_hashes));
        Ok((records.collect(), last))
    }

    async fn follows(
        &self,
        after: Option<&str>,
        limit: i64,
    ) -> anyhow::Result<(Vec<Record>, Option<String>)> {
        let (user_id, target_id) = match after.and_then(|after| after.split_once('/')) {
            Some((user, target)) => (Uuid::parse_str(user)?, Uuid::parse_str(target)?),
            None => (Uuid::nil(), Uuid::nil()),
        };
        let rows: Vec<FollowRow> = with_reader!(&self.db, db => {
            sqlx::query_as(FOLLOWS).bind(user_id).bind(target_id).bind(limit).fetch_all(db).await
        })?;
        let last = rows.last();
        let last = last.map(|row| format!("{}/{}", row.user_id, row.target_id));
        Ok((rows.iter().map(follow).collect(), last))
    }
}

/// An account that may be stored.
struct Ready<'a> {
    username_key: String,
    email_key: String,
    password_hash: &'a str,
    roles: Vec<String>,
}

fn ready<'a>(user: &'a User, nobodys: &'a str) -> Option<Ready<'a>> {
    let (username_key, email_key) = policy::account_keys(&user.username, &user.email).ok()?;
    let password_hash = user.password_hash.as_deref().unwrap_or(nobodys);
    let mut roles = vec![policy::MEMBER.to_owned()];
    roles.extend(
        user.roles
            .iter()
            .filter(|role| *role != policy::MEMBER)
            .cloned(),
    );
    let display_name = user.display_name.as_deref();
    let sound = roles.len() <= 20
        && roles.iter().all(|role| policy::new_role(role, "").is_ok())
        && display_name.is_none_or(|name| policy::check_display_name(name).is_ok())
        && password::is_acceptable(password_hash);
    sound.then_some(Ready {
        username_key,
        email_key,
        password_hash,
        roles,
    })
}

/// Somebody registered that name in this very moment: the batch is tried again by whoever imports.
fn taken(error: sqlx::Error) -> ApiError {
    match db::unique_violation(&error) {
        Some(_) => ApiError::unavailable("a name was taken meanwhile; try again"),
        None => error.into(),
    }
}

fn user(row: UserRow, password_hashes: bool) -> Record {
    let roles = row.roles.split_ascii_whitespace();
    Record::User(User {
        id: row.id,
        username: row.username,
        email: row.email,
        password_hash: password_hashes.then_some(row.password_hash),
        roles: roles
            .filter(|role| *role != policy::MEMBER)
            .map(str::to_owned)
            .collect(),
        display_name: row.display_name,
        email_verified_at: row.email_verified_at,
        created_at: row.created_at,
    })
}

fn follow(row: &FollowRow) -> Record {
    Record::Follow(Follow {
        user_id: row.user_id,
        target_id: row.target_id,
        created_at: row.created_at,
    })
}
