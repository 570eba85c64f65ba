//! Roles and who has them.
//!
//! `user_roles` says it. `users.roles` is the same in one text, made anew by the transaction that changes it: what goes into
//! tokens, and what the version before reads. Accounts that that version makes meanwhile are members by the text alone.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::sqlx,
    http::{ApiError, ApiResult},
    in_transaction, row, with_reader, with_writer,
};
use uuid::Uuid;

use super::Store;
use crate::{
    events::{ROLES_CHANGED, RolesChanged},
    model::UserRow,
    policy::{self, ADMIN, MEMBER},
};

/// What every new account may do.
pub(super) const OF_EVERYBODY: &str = "member";
/// What the first account may do.
pub(super) const OF_THE_FIRST: &str = "member admin";

pub(super) const GRANT: &str = "insert into user_roles (user_id, role, granted_at) values ($1, $2, $3) \
    on conflict do nothing";
const REVOKE: &str = "delete from user_roles where user_id = $1 and role = $2";
/// Locks the role until the end of the transaction: of two who take it away, one comes after the other.
pub(super) const LOCK: &str = "update roles set name = name where name = $1";
pub(super) const OTHERS: &str = "select 1 from user_roles where role = $1 and user_id <> $2 and not exists \
    (select 1 from bans where bans.user_id = user_roles.user_id and lifted_at is null) limit 1";
const HELD: &str = "select role from user_roles where user_id = $1 order by role";
const SET_TEXT: &str = "update users set roles = $2, tokens_valid_from = $3 where id = $1";
const LIST: &str =
    "select name, description, built_in from roles order by built_in desc, name limit $1";
const CREATE: &str = "insert into roles (name, description, built_in, created_at) \
    select $1, $2, $3, $4 where (select count(*) from roles) < $5";
const WITH_ROLE: &str = concat!(
    "select ",
    super::account::columns!(),
    " from user_roles join users on users.id = user_roles.user_id \
     where role = $1 and users.id > $2 order by users.id limit $3"
);

/// Most roles that there may be.
pub(crate) const MAX_ROLES: i64 = 100;
/// Most roles of one account: all of them are in each of its tokens.
const MAX_ROLES_OF_ONE: usize = 20;

row! {
    /// A role.
    #[derive(Debug, Clone)]
    pub(crate) struct RoleRow {
        /// Its name.
        pub name: String,
        /// What it is for.
        pub description: String,
        /// Whether the platform itself asks for it.
        pub built_in: bool,
    }
}

/// Whether somebody has, or shall have, a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// They have it.
    Granted,
    /// They have it no more.
    Revoked,
}

/// Refuses to go on, in the transaction `$tx`, if nobody but `$user_id` is admin and they are. Who deletes an account asks it.
macro_rules! keep_an_admin {
    ($tx:ident, $user:expr) => {
        if $user.has_role(crate::policy::ADMIN) {
            sqlx::query(roles::LOCK)
                .bind(crate::policy::ADMIN)
                .execute(&mut *$tx)
                .await?;
            let others = sqlx::query(roles::OTHERS)
                .bind(crate::policy::ADMIN)
                .bind($user.id)
                .fetch_optional(&mut *$tx)
                .await?;
            if others.is_none() {
                return Err(crate::policy::last_admin());
            }
        }
    };
}
pub(super) use keep_an_admin;

impl Store {
    /// Every role; there are at most [`MAX_ROLES`].
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn roles(&self) -> sqlx::Result<Vec<RoleRow>> {
        with_reader!(&self.db, db => sqlx::query_as(LIST).bind(MAX_ROLES).fetch_all(db).await)
    }

    /// Makes a role.
    ///
    /// # Errors
    /// 409 if there is one of this name, or there are too many.
    pub(crate) async fn create_role(&self, name: &str, description: &str) -> ApiResult<RoleRow> {
        let now = self.ctx.clock.now();
        let created = with_writer!(&self.db, db => {
            sqlx::query(CREATE).bind(name).bind(description).bind(false).bind(now).bind(MAX_ROLES)
                .execute(db).await.map(|done| done.rows_affected())
        });
        match created {
            Ok(0) => Err(ApiError::conflict(
                "too_many_roles",
                "there are too many roles",
            )),
            Ok(_) => Ok(RoleRow {
                name: name.to_owned(),
                description: description.to_owned(),
                built_in: false,
            }),
            Err(error) if folkmoot_common::db::unique_violation(&error).is_some() => Err(
                ApiError::conflict("role_exists", "there is a role of this name"),
            ),
            Err(error) => Err(error.into()),
        }
    }

    /// Those who have `role`, behind the account `after`.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn with_role(
        &self,
        role: &str,
        after: Uuid,
        limit: u32,
    ) -> sqlx::Result<Vec<UserRow>> {
        with_reader!(&self.db, db => {
            sqlx::query_as(WITH_ROLE).bind(role).bind(after).bind(i64::from(limit)).fetch_all(db).await
        })
    }

    /// Gives a role to an account or takes it away, and tells whether that changed anything, with the account as it is then.
    /// Its access tokens count no more if it did.
    ///
    /// # Errors
    /// 404 if there is no such account or role; 409 if nobody else is admin, or everybody is a member.
    pub(crate) async fn set_role(
        &self,
        user_id: Uuid,
        role: &str,
        standing: Standing,
        changed_by: Option<String>,
    ) -> ApiResult<(UserRow, bool)> {
        if standing == Standing::Revoked && role == MEMBER {
            return Err(ApiError::conflict(
                "role_is_fixed",
                "every account is a member",
            ));
        }
        use super::roles;
        let now = self.ctx.clock.now();
        let (user, changed) = in_transaction!(&self.db, tx => {
            let known = sqlx::query(LOCK).bind(role).execute(&mut *tx).await?.rows_affected() > 0;
            if !known {
                return Err(ApiError::not_found("role_not_found", "there is no role of this name"));
            }
            let user: Option<UserRow> = sqlx::query_as(super::account::BY_ID).bind(user_id).fetch_optional(&mut *tx).await?;
            let Some(mut user) = user else {
                return Err(policy::no_such_user());
            };
            if standing == Standing::Revoked && role == ADMIN {
                keep_an_admin!(tx, user);
            }
            sqlx::query(GRANT).bind(user_id).bind(MEMBER).bind(now).execute(&mut *tx).await?;
            let done = match standing {
                Standing::Granted => sqlx::query(GRANT).bind(user_id).bind(role).bind(now).execute(&mut *tx).await?.rows_affected(),
                Standing::Revoked => sqlx::query(REVOKE).bind(user_id).bind(role).execute(&mut *tx).await?.rows_affected(),
            };
            let changed = done > 0;
            if changed {
                let held: Vec<String> = sqlx::query_scalar(HELD).bind(user_id).fetch_all(&mut *tx).await?;
                if held.len() > MAX_ROLES_OF_ONE {
                    return Err(ApiError::conflict("too_many_roles", "an account has at most 20 roles"));
                }
                user.roles = in_order(held);
                user.tokens_valid_from = Some(now);
                sqlx::query(SET_TEXT).bind(user_id).bind(&user.roles).bind(now).execute(&mut *tx).await?;
                let event = self.roles_changed(&user, changed_by, now)?;
                self.outbox.enqueue(&mut *tx, &event).await?;
            }
            (user, changed)
        });
        self.outbox.wake();
        Ok((user, changed))
    }

    /// Makes an account as the version before makes it.
    #[cfg(test)]
    pub(crate) async fn forget_roles_of(&self, username_key: &str) -> sqlx::Result<()> {
        let forget = "delete from user_roles where user_id in (select id from users where username_key = $1)";
        with_writer!(&self.db, db => sqlx::query(forget).bind(username_key).execute(db).await.map(|_| ()))
    }

    fn roles_changed(
        &self,
        user: &UserRow,
        changed_by: Option<String>,
        now: DateTime<Utc>,
    ) -> ApiResult<folkmoot_common::bus::Event> {
        let changed = RolesChanged {
            user_id: user.id.to_string(),
            roles: user.role_names(),
            changed_by,
            changed_at: now,
        };
        self.event(ROLES_CHANGED, &changed)
    }
}

/// `member` first, as it always was.
fn in_order(mut held: Vec<String>) -> String {
    held.sort_by_key(|role| (role != MEMBER, role.clone()));
    held.join(" ")
}
