//! Sessions: families of refresh tokens.
//!
//! Everything that changes a session first changes its row, and so holds its lock until the end of the
//! transaction: of two requests with the same token one comes after the other.

use chrono::{DateTime, Utc};
use folkmoot_common::{db::sqlx, http::ApiResult, in_transaction, row, with_reader};
use uuid::Uuid;

use super::{
    BanRow, Store, account,
    bans::{self},
};
use crate::{
    model::{Session, UserRow},
    refresh_token::{self, Presented, RefreshToken, Rotation, Seed},
};

pub(super) const INSERT_SESSION: &str = "insert into sessions \
    (id, user_id, created_at, refreshed_at, expires_at, user_agent, network) values ($1, $2, $3, $3, $4, $5, $6)";
pub(super) const INSERT_TOKEN: &str = "insert into refresh_tokens \
    (hash, session_id, created_at, expires_at) values ($1, $2, $3, $4)";
const FAMILY: &str = "select session_id, user_id from refresh_tokens \
    join sessions on sessions.id = session_id where hash = $1";
const LOCK: &str = "update sessions set refreshed_at = $2, \
    user_agent = coalesce($3, user_agent), network = coalesce($4, network) \
    where id = $1 and revoked_at is null and expires_at > $2";
/// Locks the account's row until the end of the transaction: who changes the password or bans comes before, and is seen,
/// or after, and ends the session that is about to begin.
const LOG_IN: &str = "update users set last_login_at = $3 where id = $1 and password_hash = $2";
/// Sessions that an account may have; the oldest beyond end when one begins.
const MAX_SESSIONS: i64 = 100;
const LIVING: &str = "select id from sessions where user_id = $1 and revoked_at is null and expires_at > $2 \
    order by id desc limit $3";
const PRESENTED: &str =
    "select expires_at, used_at, successor_seed from refresh_tokens where hash = $1";
const FORGET_SEEDS: &str = "update refresh_tokens set successor_seed = null where session_id = $1 and successor_seed is not null";
const USE: &str = "update refresh_tokens set used_at = $2, successor_seed = $3 where hash = $1";
const EXTEND: &str = "update sessions set expires_at = $2 where id = $1";
const REVOKE: &str = "update sessions set revoked_at = $2 where id = $1 and revoked_at is null";
const ALIVE: &str = "select 1 from sessions where id = $1 and user_id = $2 and revoked_at is null and expires_at > $3";
/// Inserts a session and its first token in the transaction `$tx`.
macro_rules! insert {
    ($store:expr, $tx:ident, $session:expr, $from:expr, $now:expr) => {
        let expires_at = $now + $store.refresh_lifetime;
        sqlx::query(session::INSERT_SESSION)
            .bind($session.id)
            .bind($session.user.id)
            .bind($now)
            .bind(expires_at)
            .bind(&$from.user_agent)
            .bind(&$from.network)
            .execute(&mut *$tx)
            .await?;
        sqlx::query(session::INSERT_TOKEN)
            .bind($session.refresh_token.hash())
            .bind($session.id)
            .bind($now)
            .bind(expires_at)
            .execute(&mut *$tx)
            .await?;
    };
}
pub(super) use insert;

/// What became of a presented refresh token.
#[derive(Debug)]
pub(crate) enum Refreshed {
    /// The session goes on.
    Session(Box<Session>),
    /// It is none of ours, or has ended.
    Refused,
    /// It had been used before, and its session, named here, has been ended.
    Reused(Uuid),
}

/// What became of a log-in with the right password.
#[derive(Debug)]
pub(crate) enum Started {
    /// A session has begun.
    Session(Box<Session>),
    /// They may not come in.
    Banned(Box<BanRow>),
    /// The password was changed while it was checked.
    PasswordChanged,
}

/// Where a session is used, for its owner to recognise it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Its network, not its address.
    pub network: Option<String>,
}

row! {
    struct FamilyRow {
        session_id: Uuid,
        user_id: Uuid,
    }
}

row! {
    struct PresentedRow {
        expires_at: DateTime<Utc>,
        used_at: Option<DateTime<Utc>>,
        successor_seed: Option<Vec<u8>>,
    }
}

impl From<PresentedRow> for Presented {
    fn from(row: PresentedRow) -> Self {
        let successor_seed = row
            .successor_seed
            .and_then(|seed| Seed::try_from(seed).ok());
        Self {
            expires_at: row.expires_at,
            used_at: row.used_at,
            successor_seed,
        }
    }
}

impl Store {
    /// Begins a session of `user`, whose password was right when they were read.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn begin_session(&self, user: UserRow, from: &Origin) -> ApiResult<Started> {
        use super::session;
        let now = self.ctx.clock.now();
        let (id, refresh_token) = self.new_family()?;
        let session = Session {
            id,
            user,
            refresh_token,
        };
        let user = &session.user;
        let banned = in_transaction!(&self.db, tx => {
            let same = sqlx::query(LOG_IN).bind(user.id).bind(&user.password_hash).bind(now)
                .execute(&mut *tx).await?.rows_affected() > 0;
            if !same {
                return Ok(Started::PasswordChanged);
            }
            let ban: Option<BanRow> = sqlx::query_as(bans::ACTIVE).bind(user.id).bind(now).fetch_optional(&mut *tx).await?;
            if ban.is_none() {
                insert!(self, tx, session, from, now);
                let living: Vec<Uuid> = sqlx::query_scalar(LIVING).bind(user.id).bind(now).bind(MAX_SESSIONS + 10)
                    .fetch_all(&mut *tx).await?;
                for old in living.into_iter().skip(MAX_SESSIONS as usize) {
                    let event = self.session_revoked(old, user.id, now)?;
                    sqlx::query(REVOKE).bind(old).bind(now).execute(&mut *tx).await?;
                    self.outbox.enqueue(&mut *tx, &event).await?;
                }
            }
            ban
        });
        self.outbox.wake();
        Ok(match banned {
            Some(ban) => Started::Banned(Box::new(ban)),
            None => Started::Session(Box::new(session)),
        })
    }

    /// The id and the first token of a new session.
    pub(super) fn new_family(&self) -> ApiResult<(Uuid, RefreshToken)> {
        Ok((self.ctx.ids.next(), RefreshToken::random()?))
    }

    /// Exchanges a refresh token for its successor. A token that was used before ends its session.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn refresh(
        &self,
        token: &RefreshToken,
        from: &Origin,
    ) -> ApiResult<Refreshed> {
        let Some(family) = self.family(token).await? else {
            return Ok(Refreshed::Refused);
        };
        let now = self.ctx.clock.now();
        let revoked = self.session_revoked(family.session_id, family.user_id, now)?;
        let (hash, seed) = (token.hash(), refresh_token::random_seed()?);
        let expires_at = now + self.refresh_lifetime;
        let refreshed = in_transaction!(&self.db, tx => {
            let alive = sqlx::query(LOCK).bind(family.session_id).bind(now).bind(&from.user_agent).bind(&from.network)
                .execute(&mut *tx).await?.rows_affected() > 0;
            let banned = sqlx::query(bans::ACTIVE).bind(family.user_id).bind(now).fetch_optional(&mut *tx).await?.is_some();
            let presented: Option<PresentedRow> = sqlx::query_as(PRESENTED).bind(&hash).fetch_optional(&mut *tx).await?;
            let rotation = match presented.filter(|_| alive && !banned) {
                Some(presented) => refresh_token::decide(&presented.into(), now),
                None => Rotation::Refuse,
            };
            match rotation {
                Rotation::Refuse => Refreshed::Refused,
                Rotation::Revoke => {
                    sqlx::query(REVOKE).bind(family.session_id).bind(now).execute(&mut *tx).await?;
                    self.outbox.enqueue(&mut *tx, &revoked).await?;
                    Refreshed::Reused(family.session_id)
                }
                Rotation::Repeat(seed) => {
                    let user = sqlx::query_as(account::BY_ID).bind(family.user_id).fetch_one(&mut *tx).await?;
                    session(family.session_id, user, token.successor(&seed))
                }
                Rotation::Replace => {
                    let successor = token.successor(&seed);
                    sqlx::query(FORGET_SEEDS).bind(family.session_id).execute(&mut *tx).await?;
                    sqlx::query(USE).bind(&hash).bind(now).bind(seed.to_vec()).execute(&mut *tx).await?;
                    sqlx::query(INSERT_TOKEN)
                        .bind(successor.hash()).bind(family.session_id).bind(now).bind(expires_at)
                        .execute(&mut *tx).await?;
                    sqlx::query(EXTEND).bind(family.session_id).bind(expires_at).execute(&mut *tx).await?;
                    let user = sqlx::query_as(account::BY_ID).bind(family.user_id).fetch_one(&mut *tx).await?;
                    session(family.session_id, user, successor)
                }
            }
        });
        if matches!(refreshed, Refreshed::Reused(_)) {
            self.outbox.wake();
        }
        Ok(refreshed)
    }

    /// Ends the session that `token` belongs to, if it does, and tells which it was.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn end_session_of(&self, token: &RefreshToken) -> ApiResult<Option<Uuid>> {
        let Some(family) = self.family(token).await? else {
            return Ok(None);
        };
        self.end_session(family.session_id, family.user_id).await?;
        Ok(Some(family.session_id))
    }

    /// Ends a session. Ending it again changes nothing.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn end_session(&self, session_id: Uuid, user_id: Uuid) -> ApiResult<()> {
        let now = self.ctx.clock.now();
        let event = self.session_revoked(session_id, user_id, now)?;
        in_transaction!(&self.db, tx => {
            let ended = sqlx::query(REVOKE).bind(session_id).bind(now).execute(&mut *tx).await?.rows_affected() > 0;
            if ended {
                self.outbox.enqueue(&mut *tx, &event).await?;
            }
        });
        self.outbox.wake();
        Ok(())
    }

    /// Whether a session of `user_id` goes on.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn is_session_alive(
        &self,
        session_id: Uuid,
        user_id: Uuid,
    ) -> sqlx::Result<bool> {
        let now = self.ctx.clock.now();
        with_reader!(&self.db, db => {
            let found = sqlx::query(ALIVE).bind(session_id).bind(user_id).bind(now).fetch_optional(db).await?;
            Ok(found.is_some())
        })
    }

    async fn family(&self, token: &RefreshToken) -> sqlx::Result<Option<FamilyRow>> {
        with_reader!(&self.db, db => sqlx::query_as(FAMILY).bind(token.hash()).fetch_optional(db).await)
    }
}

fn session(id: Uuid, user: UserRow, refresh_token: RefreshToken) -> Refreshed {
    Refreshed::Session(Box::new(Session {
        id,
        user,
        refresh_token,
    }))
}
