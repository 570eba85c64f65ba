//! Telling every service that tokens count no more: called after the commit that makes it so.

use chrono::{DateTime, Utc};
use folkmoot_common::Context;
use uuid::Uuid;

/// A session has ended.
pub(crate) async fn session(ctx: &Context, session_id: Uuid) {
    let _ = (ctx, session_id);
}

/// No token of this account that was made until now counts: roles changed, all sessions ended, or the account is gone.
pub(crate) async fn user(ctx: &Context, user_id: Uuid) {
    let _ = (ctx, user_id);
}

/// Somebody is banned.
pub(crate) async fn ban(ctx: &Context, user_id: Uuid, until: Option<DateTime<Utc>>) {
    let _ = (ctx, user_id, until);
}

/// Somebody is banned no more.
pub(crate) async fn unban(ctx: &Context, user_id: Uuid) {
    let _ = (ctx, user_id);
}
