//! What a token tells of who shows it. identity tells the same by event, which may be late or lost.

use folkmoot_common::{auth::Principal, db::sqlx};
use tracing::debug;

use crate::{AppState, consumer, events::Known};

/// Takes note of a user's name and roles, if the token knows better: one statement if not.
pub(crate) async fn make(state: &AppState, user: &Principal) {
    if let Err(error) = try_make(state, user).await {
        debug!(%error, "cannot take note of a user");
    }
}

async fn try_make(state: &AppState, user: &Principal) -> sqlx::Result<()> {
    let known = Known::by_token(user, state.ctx.clock.now());
    let before = state.store.acquaintance(&user.user_id).await?;
    if let Some(issued_at) = user.issued_at
        && before.roles_at.is_none_or(|roles_at| roles_at < issued_at)
    {
        let (user_id, roles) = (&user.user_id, &user.roles);
        if before.roles_at.is_some() && before.roles == roles.iter().cloned().collect() {
            state.store.confirm_roles(user_id, issued_at).await?;
        } else {
            state.store.learn_roles(user_id, roles, issued_at).await?;
        }
    }
    if before.username_key.as_deref() == Some(known.key().as_str()) {
        return Ok(());
    }
    consumer::learn(state, &known).await
}
