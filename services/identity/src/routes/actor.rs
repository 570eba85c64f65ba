//! Who acts, as the tables know them now: a token says what was so when it was made.

use folkmoot_common::{
    auth::{Caller, Principal},
    http::{ApiError, ApiResult},
};
use uuid::Uuid;

use super::App;
use crate::{
    model::UserRow,
    policy::{ADMIN, MODERATOR, Staff},
};

/// Somebody with an account.
#[derive(Debug)]
pub(crate) struct Actor {
    /// The account.
    pub user: UserRow,
    /// The session of the token; none for a script.
    pub session_id: Option<Uuid>,
}

impl App {
    /// The caller's account. Their session must go on; a script's token has none, and counts unless the account is banned.
    ///
    /// # Errors
    /// 401 if there is no token, its session has ended, or there is no such account; 403 `banned`.
    pub(crate) async fn actor(&self, caller: &Caller) -> ApiResult<Actor> {
        let principal = caller.principal()?;
        let (user, session_id) = match (&principal.session_id, session_of(principal)) {
            (Some(_), Some((session_id, user_id))) => (
                self.store.user_of_session(session_id, user_id).await?,
                Some(session_id),
            ),
            (Some(_), None) => (None, None),
            (None, _) => (self.user_of_script(principal).await?, None),
        };
        let user = user.ok_or_else(|| ApiError::unauthorized("the session has ended"))?;
        Ok(Actor { user, session_id })
    }

    async fn user_of_script(&self, principal: &Principal) -> ApiResult<Option<UserRow>> {
        let Ok(user_id) = Uuid::try_parse(&principal.user_id) else {
            return Ok(None);
        };
        if self.store.ban_of(user_id).await?.is_some() {
            let detail = "a moderator has banned this account";
            return Err(ApiError::new(
                axum::http::StatusCode::FORBIDDEN,
                "banned",
                detail,
            ));
        }
        Ok(self.store.user(user_id).await?)
    }

    /// The caller, who must be admin.
    ///
    /// # Errors
    /// 401 as [`App::actor`]; 403 if they are not.
    pub(crate) async fn admin(&self, caller: &Caller) -> ApiResult<Staff> {
        let staff = self.staff(caller).await?;
        match staff.is_admin {
            true => Ok(staff),
            false => Err(ApiError::forbidden("only an admin may do that")),
        }
    }

    /// The caller, who must be moderator or admin. A script without an account is what its token says.
    ///
    /// # Errors
    /// 401 as [`App::actor`]; 403 if they are not.
    pub(crate) async fn staff(&self, caller: &Caller) -> ApiResult<Staff> {
        let principal = caller.principal()?;
        let is_account =
            principal.session_id.is_some() || Uuid::try_parse(&principal.user_id).is_ok();
        let staff = match is_account {
            true => of_account(self.actor(caller).await?.user),
            false => of_script(principal),
        };
        staff.ok_or_else(|| ApiError::forbidden("only a moderator or an admin may do that"))
    }
}

fn of_account(user: UserRow) -> Option<Staff> {
    let is_admin = user.has_role(ADMIN);
    (is_admin || user.has_role(MODERATOR)).then(|| Staff {
        account_id: Some(user.id),
        user_id: user.id.to_string(),
        username: user.username,
        is_admin,
    })
}

fn of_script(principal: &Principal) -> Option<Staff> {
    let is_admin = principal.has_role(ADMIN);
    (is_admin || principal.has_role(MODERATOR)).then(|| Staff {
        account_id: None,
        user_id: principal.user_id.clone(),
        username: principal.username.clone(),
        is_admin,
    })
}

/// The session and the account that a token names.
pub(super) fn session_of(principal: &Principal) -> Option<(Uuid, Uuid)> {
    let session_id = Uuid::try_parse(principal.session_id.as_deref()?).ok()?;
    Some((session_id, Uuid::try_parse(&principal.user_id).ok()?))
}
