//! Access tokens: for sessions, and for scripts.

use anyhow::bail;
use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{
    auth::{
        keys::KeyStore,
        token::{AUDIENCE, Claims, ISSUER},
    },
    clock::{Ids, SharedClock},
    id,
};

/// Longest life of a token for scripts. It ends earlier when the key it was signed with retires.
const MAX_SCRIPT_LIFETIME: TimeDelta = TimeDelta::days(366);

/// Whom a token names, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The account.
    pub user_id: String,
    /// Its name.
    pub username: String,
    /// What it may do.
    pub roles: Vec<String>,
    /// The session that the token belongs to; none for a script.
    pub session_id: Option<String>,
    /// How long the token counts.
    pub lifetime: TimeDelta,
}

/// Makes an access token. Those that were made until `revoked_before` count no more, whole seconds of them: this one says that
/// it was made after it, so that it counts at once.
///
/// # Errors
/// If there is no key to sign with.
pub fn sign(
    keys: &KeyStore,
    clock: &SharedClock,
    ids: &Ids,
    grant: Grant,
    revoked_before: Option<DateTime<Utc>>,
) -> anyhow::Result<String> {
    let now = clock.now();
    let first = revoked_before.map_or(i64::MIN, |before| before.timestamp() + 1);
    keys.sign(&Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: grant.user_id,
        name: grant.username,
        roles: grant.roles,
        sid: grant.session_id,
        jti: Some(ids.next().to_string()),
        iat: now.timestamp().max(first),
        nbf: None,
        exp: (now + grant.lifetime).timestamp(),
    })
}

/// Makes an access token for a script, from the keys of this machine: what `folkmoot token` prints.
///
/// # Errors
/// If the id or the name may not be one, the life is not between a second and a year, or there is no key to sign with.
pub fn mint(
    keys: &KeyStore,
    clock: &SharedClock,
    ids: &Ids,
    grant: Grant,
) -> anyhow::Result<String> {
    if !id::is_valid(&grant.user_id) {
        bail!(
            "a user id is 1 to {} of A-Z a-z 0-9 _ . : @ -",
            id::MAX_ID_BYTES
        );
    }
    if !id::is_display_name(&grant.username) {
        bail!(
            "a user name is 1 to {} characters, none of them a control character",
            id::MAX_DISPLAY_NAME_CHARS
        );
    }
    if let Some(role) = grant.roles.iter().find(|role| !id::is_valid(role)) {
        bail!("{role:?} cannot be a role");
    }
    if grant.lifetime < TimeDelta::seconds(1) || grant.lifetime > MAX_SCRIPT_LIFETIME {
        bail!(
            "a token lives between a second and {} days",
            MAX_SCRIPT_LIFETIME.num_days()
        );
    }
    sign(keys, clock, ids, grant, None)
}
