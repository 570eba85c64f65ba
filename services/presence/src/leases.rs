//! Presence as leases: one set of everybody who is online, and one a room of those who type.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    Context,
    clock::SharedClock,
    http::{ApiError, ApiResult},
    kv::{Kv, KvError, Lease, Quota},
};
use serde::{Deserialize, Serialize};

use crate::{
    Settings,
    model::{Presence, Status, Typist},
};

const ONLINE: &str = "presence:online";

/// The leases of presence, and their limits.
#[derive(Clone)]
pub(crate) struct Leases {
    kv: Kv,
    clock: SharedClock,
    settings: Settings,
    writes: Quota,
}

/// What a lease of [`ONLINE`] shows.
#[derive(Serialize, Deserialize)]
struct Seen {
    username: String,
    last_seen: DateTime<Utc>,
}

impl Leases {
    pub(crate) fn new(ctx: &Context, settings: &Settings) -> Self {
        let rate = settings.presence_writes_per_minute;
        Self {
            kv: ctx.kv.clone(),
            clock: ctx.clock.clone(),
            settings: settings.clone(),
            writes: Quota::per_minute(rate).burst(rate.div_ceil(2)),
        }
    }

    /// Counts a write of `user_id`.
    ///
    /// # Errors
    /// 429 when there are too many.
    pub(crate) async fn count_write(&self, user_id: &str) -> ApiResult<()> {
        let decision = self
            .kv
            .throttle(&format!("presence:{user_id}"), self.writes)
            .await;
        if decision.allowed {
            Ok(())
        } else {
            Err(ApiError::rate_limited(&decision))
        }
    }

    pub(crate) async fn beat(&self, user_id: &str, username: &str) -> ApiResult<Presence> {
        let seen = Seen {
            username: username.to_owned(),
            last_seen: self.clock.now(),
        };
        let value = serde_json::to_string(&seen).map_err(ApiError::internal)?;
        self.kv
            .lease(ONLINE, user_id, &value, self.settings.presence_ttl())
            .await?;
        Ok(seen.of(user_id.to_owned()))
    }

    pub(crate) async fn leave(&self, user_id: &str) -> Result<(), KvError> {
        self.kv.release(ONLINE, user_id).await.map(|_| ())
    }

    pub(crate) async fn find(&self, user_id: &str) -> Result<Presence, KvError> {
        let lease = self.kv.lookup(ONLINE, user_id).await?;
        Ok(lease.map_or_else(|| Presence::offline(user_id), presence))
    }

    pub(crate) async fn online(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Presence>, KvError> {
        let leases = self.kv.list(ONLINE, after, limit).await?;
        Ok(leases.into_iter().map(presence).collect())
    }

    pub(crate) async fn type_in(
        &self,
        room_id: &str,
        user_id: &str,
        username: &str,
    ) -> Result<(), KvError> {
        self.kv
            .lease(
                &typing(room_id),
                user_id,
                username,
                self.settings.typing_ttl(),
            )
            .await
            .map(|_| ())
    }

    pub(crate) async fn stop_typing(&self, room_id: &str, user_id: &str) -> Result<(), KvError> {
        self.kv.release(&typing(room_id), user_id).await.map(|_| ())
    }

    pub(crate) async fn typists(
        &self,
        room_id: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Typist>, KvError> {
        let leases = self.kv.list(&typing(room_id), after, limit).await?;
        Ok(leases
            .into_iter()
            .map(|lease| Typist {
                user_id: lease.member,
                username: lease.value,
            })
            .collect())
    }

    /// Whether the store answers.
    pub(crate) async fn is_reachable(&self) -> bool {
        self.kv.count(ONLINE).await.is_ok()
    }
}

impl Seen {
    fn of(self, user_id: String) -> Presence {
        Presence {
            user_id,
            username: Some(self.username),
            status: Status::Online,
            last_seen: Some(self.last_seen),
        }
    }
}

fn typing(room_id: &str) -> String {
    format!("presence:typing:{room_id}")
}

/// The lease itself says that its user is online, whatever a version of ours before or after this one put into it.
fn presence(lease: Lease) -> Presence {
    match serde_json::from_str::<Seen>(&lease.value) {
        Ok(seen) => seen.of(lease.member),
        Err(_) => Presence {
            user_id: lease.member,
            username: None,
            status: Status::Online,
            last_seen: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_of_another_version_still_says_that_its_user_is_online() {
        let lease = Lease {
            member: "ann".to_owned(),
            value: "?".to_owned(),
            expires_at: DateTime::UNIX_EPOCH,
        };
        let presence = presence(lease);
        assert_eq!(
            (
                presence.user_id.as_str(),
                presence.status,
                presence.username
            ),
            ("ann", Status::Online, None)
        );
    }
}
