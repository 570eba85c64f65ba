//! What moderators do in identity goes into the one audit log.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    bus::{ConsumerSpec, Event},
    db::sqlx,
    events::identity::{
        ROLES_CHANGED, RolesChanged, USER_BANNED, USER_UNBANNED, UserBanned, UserUnbanned,
    },
    with_writer,
};
use serde_json::{Value, json};

use crate::{AppState, store::Store};

const SPEC: ConsumerSpec = ConsumerSpec {
    durable: "discussion-audit-log",
    types: &[USER_BANNED, USER_UNBANNED, ROLES_CHANGED],
};
/// Who did what was done from the shell.
const SHELL: &str = "shell";

/// The event's id is the entry's: a second delivery is no second entry. The name of who did it is that of the event, or what is
/// known.
const INSERT: &str = "insert into audit_log (id, actor_id, actor_name, action, target_type, target_id, detail, created_at) \
    values ($1, $2, coalesce($3, (select username from members where user_id = $2), $2), $4, 'user', $5, $6, $7) \
    on conflict (id) do nothing";

struct Told {
    actor_id: String,
    actor_name: Option<String>,
    action: &'static str,
    user_id: String,
    detail: Value,
    at: DateTime<Utc>,
}

/// Begins to consume.
pub(super) fn start(state: &AppState) {
    let store = state.store.clone();
    state.ctx.bus.clone().consume(SPEC, move |event| {
        let store = store.clone();
        async move { Ok(handle(&store, &event).await?) }
    });
}

/// Writes down what an event tells, once.
///
/// # Errors
/// If the database is not available: the event comes again.
pub(crate) async fn handle(store: &Store, event: &Event) -> sqlx::Result<()> {
    let Some(told) = told(event) else {
        return Ok(());
    };
    with_writer!(&store.db, db => {
        let query = sqlx::query(INSERT).bind(event.id).bind(&told.actor_id).bind(told.actor_name);
        let query = query.bind(told.action).bind(&told.user_id).bind(told.detail.to_string());
        query.bind(told.at).execute(db).await.map(|_| ())
    })
}

fn told(event: &Event) -> Option<Told> {
    match event.r#type.as_str() {
        USER_BANNED => event.parse_or_skip::<UserBanned>().map(|banned| Told {
            actor_id: banned.moderator_id,
            actor_name: Some(banned.moderator_name),
            action: "user.banned",
            detail: json!({
                "username": banned.username,
                "reason": banned.reason,
                "until": banned.until,
            }),
            user_id: banned.user_id,
            at: banned.banned_at,
        }),
        USER_UNBANNED => event.parse_or_skip::<UserUnbanned>().map(|unbanned| Told {
            actor_id: unbanned.moderator_id,
            actor_name: Some(unbanned.moderator_name),
            action: "user.unbanned",
            detail: json!({"username": unbanned.username}),
            user_id: unbanned.user_id,
            at: unbanned.unbanned_at,
        }),
        ROLES_CHANGED => event.parse_or_skip::<RolesChanged>().map(|changed| Told {
            actor_name: changed.changed_by.is_none().then(|| SHELL.to_owned()),
            actor_id: changed.changed_by.unwrap_or_else(|| SHELL.to_owned()),
            action: "user.roles_changed",
            user_id: changed.user_id,
            detail: json!({"roles": changed.roles}),
            at: changed.changed_at,
        }),
        _ => None,
    }
}
