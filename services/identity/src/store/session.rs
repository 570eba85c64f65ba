//! Sessions: families of refresh tokens.
//!
//! Everything that changes a session first changes its row, and so holds its lock until the end of the
//! transaction: of two requests with the same token one comes after the other.

use chrono::{DateTime, Utc};
use folkmoot_common::{db::sqlx, http::ApiResult, in_transaction, row, with_reader, with_writer};
use uuid::Uuid;

use super::Store;
use crate::{
    events::{SESSION_REVOKED, SessionRevoked},
    model::{Session, UserRow},
    refresh_token::{self, Presented, RefreshToken, Rotation, Seed},
};

pub(super) const INSERT_SESSION: &str = "insert into sessions \
    (id, user_id, created_at, refreshed_at, expires_at) values ($1, $2, $3, $3, $4)";
pub(super) const INSERT_TOKEN: &str = "insert into refresh_tokens \
    (hash, session_id, created_at, expires_at) values ($1, $2, $3, $4)";
const FAMILY: &str = "select session_id, user_id from refresh_tokens \
    join sessions on sessions.id = session_id where hash = $1";
const LOCK: &str = "update sessions set refreshed_at = $2 where id = $1 and revoked_at is null and expires_at > $2";
const PRESENTED: &str =
    "select expires_at, used_at, successor_seed from refresh_tokens where hash = $1";
const FORGET_SEEDS: &str = "update refresh_tokens set successor_seed = null where session_id = $1 and successor_seed is not null";
const USE: &str = "update refresh_tokens set used_at = $2, successor_seed = $3 where hash = $1";
const EXTEND: &str = "update sessions set expires_at = $2 where id = $1";
const OWNER: &str =
    "select id, username, email, password_hash, roles, created_at from users where id = $1";
const REVOKE: &str = "update sessions set revoked_at = $2 where id = $1 and revoked_at is null";
const ALIVE: &str = "select 1 from sessions where id = $1 and user_id = $2 and revoked_at is null and expires_at > $3";
const SWEEP_SESSIONS: &str = "delete from sessions where id in \
    (select id from sessions where expires_at < $1 order by expires_at, id limit $2)";
const SWEEP_TOKENS: &str = "delete from refresh_tokens where hash in \
    (select hash from refresh_tokens where expires_at < $1 order by expires_at, hash limit $2)";

/// Rows deleted by one statement.
const SWEEP_BATCH: i64 = 500;

/// Inserts a session and its first token in the transaction `$tx`.
macro_rules! insert {
    ($store:expr, $tx:ident, $session:expr, $now:expr) => {
        let expires_at = $now + $store.refresh_lifetime;
        sqlx::query(session::INSERT_SESSION)
            .bind($session.id)
            .bind($session.user.id)
            .bind($now)
            .bind(expires_at)
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
    /// It had been used before, and its session has been ended.
    Reused,
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
    /// Begins a session.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn begin_session(&self, user: UserRow) -> ApiResult<Session> {
        let session = self.new_session(user)?;
        self.insert_session(&session, self.ctx.clock.now()).await?;
        Ok(session)
    }

    async fn insert_session(&self, session: &Session, now: DateTime<Utc>) -> sqlx::Result<()> {
        use super::session;
        in_transaction!(&self.db, tx => { insert!(self, tx, session, now); });
        Ok(())
    }

    /// Exchanges a refresh token for its successor. A token that was used before ends its session.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn refresh(&self, token: &RefreshToken) -> ApiResult<Refreshed> {
        let Some(family) = self.family(token).await? else {
            return Ok(Refreshed::Refused);
        };
        let now = self.ctx.clock.now();
        let revoked = SessionRevoked {
            session_id: family.session_id.to_string(),
            user_id: family.user_id.to_string(),
            revoked_at: now,
        };
        let revoked = self.event(SESSION_REVOKED, &revoked)?;
        let (hash, seed) = (token.hash(), refresh_token::random_seed()?);
        let expires_at = now + self.refresh_lifetime;
        let refreshed = in_transaction!(&self.db, tx => {
            let alive = sqlx::query(LOCK).bind(family.session_id).bind(now).execute(&mut *tx).await?.rows_affected() > 0;
            let presented: Option<PresentedRow> = sqlx::query_as(PRESENTED).bind(&hash).fetch_optional(&mut *tx).await?;
            let rotation = match presented.filter(|_| alive) {
                Some(presented) => refresh_token::decide(&presented.into(), now),
                None => Rotation::Refuse,
            };
            match rotation {
                Rotation::Refuse => Refreshed::Refused,
                Rotation::Revoke => {
                    sqlx::query(REVOKE).bind(family.session_id).bind(now).execute(&mut *tx).await?;
                    self.outbox.enqueue(&mut *tx, &revoked).await?;
                    Refreshed::Reused
                }
                Rotation::Repeat(seed) => {
                    let user = sqlx::query_as(OWNER).bind(family.user_id).fetch_one(&mut *tx).await?;
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
                    let user = sqlx::query_as(OWNER).bind(family.user_id).fetch_one(&mut *tx).await?;
                    session(family.session_id, user, successor)
                }
            }
        });
        if matches!(refreshed, Refreshed::Reused) {
            self.outbox.wake();
        }
        Ok(refreshed)
    }

    /// Ends the session that `token` belongs to, if it does.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn end_session_of(&self, token: &RefreshToken) -> ApiResult<()> {
        match self.family(token).await? {
            Some(family) => self.end_session(family.session_id, family.user_id).await,
            None => Ok(()),
        }
    }

    /// Ends a session. Ending it again changes nothing.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn end_session(&self, session_id: Uuid, user_id: Uuid) -> ApiResult<()> {
        let now = self.ctx.clock.now();
        let revoked = SessionRevoked {
            session_id: session_id.to_string(),
            user_id: user_id.to_string(),
            revoked_at: now,
        };
        let event = self.event(SESSION_REVOKED, &revoked)?;
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

    /// Deletes what has ended, a batch at a time.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn sweep(&self) -> sqlx::Result<()> {
        for statement in [SWEEP_TOKENS, SWEEP_SESSIONS] {
            while self.sweep_batch(statement).await? == SWEEP_BATCH.unsigned_abs() {}
        }
        Ok(())
    }

    async fn sweep_batch(&self, statement: &'static str) -> sqlx::Result<u64> {
        let now = self.ctx.clock.now();
        with_writer!(&self.db, db => {
            Ok(sqlx::query(statement).bind(now).bind(SWEEP_BATCH).execute(db).await?.rows_affected())
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
