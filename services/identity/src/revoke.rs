//! Telling every service that tokens count no more: called after the commit that makes it so, and again and again for as
//! long as such tokens may live, from SQL.

use chrono::{DateTime, Utc};
use folkmoot_common::{Context, auth::revocations::Revocation};
use tracing::warn;
use uuid::Uuid;

use crate::routes::App;

/// A session has ended.
pub(crate) async fn session(ctx: &Context, session_id: Uuid) {
    ctx.revocations.session(&session_id.to_string()).await;
}

/// Sessions have ended.
pub(crate) async fn sessions(ctx: &Context, session_ids: &[Uuid]) {
    let revocations: Vec<_> = session_ids
        .iter()
        .map(|id| Revocation::Session {
            session_id: id.to_string(),
        })
        .collect();
    ctx.revocations.tell(&revocations).await;
}

/// No token of this account that was made until now counts: roles changed, or the account is gone.
pub(crate) async fn user(ctx: &Context, user_id: Uuid) {
    ctx.revocations.user(&user_id.to_string()).await;
}

/// Somebody is banned.
pub(crate) async fn ban(ctx: &Context, user_id: Uuid, until: Option<DateTime<Utc>>) {
    ctx.revocations.ban(&user_id.to_string(), until).await;
}

/// Somebody is banned no more.
pub(crate) async fn unban(ctx: &Context, user_id: Uuid) {
    ctx.revocations.unban(&user_id.to_string()).await;
}

/// Tells all that still matters again: what was done by another process, and what the stores have forgotten.
pub(crate) async fn tell_again(app: App) {
    match app.store.revoked_lately().await {
        Ok(revocations) => app.ctx.revocations.tell_again(revocations).await,
        Err(error) => warn!(%error, "cannot read which tokens count no more"),
    }
}
