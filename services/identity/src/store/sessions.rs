//! Somebody's sessions, as their owner sees and ends them.

use chrono::{DateTime, Utc};
use folkmoot_common::{db::sqlx, http::ApiResult, in_transaction, row, with_reader};
use uuid::Uuid;

use super::Store;
use crate::events::{SESSION_REVOKED, SessionRevoked};

const LIST: &str = "select id, created_at, refreshed_at, expires_at, user_agent, network from sessions \
    where user_id = $1 and revoked_at is null and expires_at > $2 and id < $3 order by id desc limit $4";
pub(super) const REVOKE_ALL: &str = "update sessions set revoked_at = $2 \
    where user_id = $1 and revoked_at is null and expires_at > $2 and id <> $3 returning id";
const REVOKE_OWN: &str = "update sessions set revoked_at = $3 \
    where id = $1 and user_id = $2 and revoked_at is null and expires_at > $3";

row! {
    /// A session that goes on.
    #[derive(Debug, Clone)]
    pub(crate) struct SessionRow {
        /// Its id.
        pub id: Uuid,
        /// When it began.
        pub created_at: DateTime<Utc>,
        /// When it was used last.
        pub refreshed_at: DateTime<Utc>,
        /// When it ends if it is not used.
        pub expires_at: DateTime<Utc>,
        /// What the browser called itself when it was used last.
        pub user_agent: Option<String>,
        /// From which network.
        pub network: Option<String>,
    }
}

/// Ends all sessions of a user but `$except` in the transaction `$tx`, with the events; its value is their ids.
macro_rules! revoke_all {
    ($store:expr, $tx:ident, $user_id:expr, $except:expr, $now:expr) => {{
        let ids: Vec<Uuid> = sqlx::query_scalar(sessions::REVOKE_ALL)
            .bind($user_id)
            .bind($now)
            .bind($except)
            .fetch_all(&mut *$tx)
            .await?;
        for id in &ids {
            let event = $store.session_revoked(*id, $user_id, $now)?;
            $store.outbox.enqueue(&mut *$tx, &event).await?;
        }
        ids
    }};
}
pub(super) use revoke_all;

impl Store {
    /// The sessions of `user_id` that go on, newest first, behind `before`.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn sessions(
        &self,
        user_id: Uuid,
        before: Option<Uuid>,
        limit: u32,
    ) -> sqlx::Result<Vec<SessionRow>> {
        let (now, before) = (self.ctx.clock.now(), before.unwrap_or(Uuid::max()));
        with_reader!(&self.db, db => {
            sqlx::query_as(LIST).bind(user_id).bind(now).bind(before).bind(i64::from(limit)).fetch_all(db).await
        })
    }

    /// Ends a session of `user_id`; false if they have none of this id.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn end_own_session(&self, session_id: Uuid, user_id: Uuid) -> ApiResult<bool> {
        let now = self.ctx.clock.now();
        let event = self.session_revoked(session_id, user_id, now)?;
        let ended = in_transaction!(&self.db, tx => {
            let ended = sqlx::query(REVOKE_OWN).bind(session_id).bind(user_id).bind(now)
                .execute(&mut *tx).await?.rows_affected() > 0;
            if ended {
                self.outbox.enqueue(&mut *tx, &event).await?;
            }
            ended
        });
        self.outbox.wake();
        Ok(ended)
    }

    /// Ends all sessions of `user_id` and tells their ids.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn end_all_sessions(&self, user_id: Uuid) -> ApiResult<Vec<Uuid>> {
        use super::sessions;
        let now = self.ctx.clock.now();
        let ended =
            in_transaction!(&self.db, tx => { revoke_all!(self, tx, user_id, Uuid::nil(), now) });
        self.outbox.wake();
        Ok(ended)
    }

    /// The event of a session that was ended.
    pub(super) fn session_revoked(
        &self,
        session_id: Uuid,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> ApiResult<folkmoot_common::bus::Event> {
        let revoked = SessionRevoked {
            session_id: session_id.to_string(),
            user_id: user_id.to_string(),
            revoked_at: now,
        };
        self.event(SESSION_REVOKED, &revoked)
    }
}
