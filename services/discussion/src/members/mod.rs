//! The directory of members, and who has blocked whom, as identity tells. Events may come twice and in any order: of
//! two, the later counts.

mod deleted;

use folkmoot_common::{
    bus::{ConsumerSpec, Event},
    db::sqlx,
    events::identity::{
        BLOCK_CREATED, BLOCK_DELETED, PROFILE_UPDATED, ProfileUpdated, Relation, USER_DELETED,
        USER_REGISTERED, UserDeleted, UserRegistered,
    },
    id, in_transaction,
};

use crate::{AppState, store::Store, take_event};

const SPEC: ConsumerSpec = ConsumerSpec {
    durable: "discussion-members",
    types: &[
        USER_REGISTERED,
        PROFILE_UPDATED,
        USER_DELETED,
        BLOCK_CREATED,
        BLOCK_DELETED,
    ],
};
/// Longest address of a picture that is kept.
const MAX_AVATAR_URL_BYTES: usize = 2048;

const REGISTER: &str = "insert into members (user_id, username, changed_at) values ($1, $2, $3) \
    on conflict (user_id) do update set username = excluded.username, changed_at = excluded.changed_at \
    where members.changed_at < excluded.changed_at and members.deleted_at is null";
const PROFILE: &str = "insert into members (user_id, username, avatar_url, changed_at) values ($1, $2, $3, $4) \
    on conflict (user_id) do update set username = excluded.username, avatar_url = excluded.avatar_url, \
    changed_at = excluded.changed_at where members.changed_at < excluded.changed_at and members.deleted_at is null";
const RELATE: &str = "insert into blocks (user_id, target_id, is_active, changed_at) \
    select $1, $2, $3, $4 where not exists (select 1 from members where user_id in ($1, $2) and deleted_at is not null) \
    on conflict (user_id, target_id) do update set is_active = excluded.is_active, changed_at = excluded.changed_at \
    where blocks.changed_at < excluded.changed_at";

/// Begins to consume.
pub(crate) fn start(state: &AppState) {
    let state = state.clone();
    state.ctx.bus.clone().consume(SPEC, move |event| {
        let state = state.clone();
        async move { Ok(handle(&state, &event).await?) }
    });
}

/// Handles an event; a second time changes nothing.
///
/// # Errors
/// If the database is not available: the event comes again.
pub(crate) async fn handle(state: &AppState, event: &Event) -> sqlx::Result<()> {
    let store = &state.store;
    match event.r#type.as_str() {
        USER_REGISTERED => match event.parse_or_skip::<UserRegistered>() {
            Some(data) if is_member(&data.user_id, &data.username) => {
                store.register(event, &data).await
            }
            _ => Ok(()),
        },
        PROFILE_UPDATED => match event.parse_or_skip::<ProfileUpdated>() {
            Some(data) if is_member(&data.user_id, &data.username) => {
                store.profile(event, data).await
            }
            _ => Ok(()),
        },
        USER_DELETED => match event.parse_or_skip::<UserDeleted>() {
            Some(data) => deleted::forget(state, event, &data).await,
            None => Ok(()),
        },
        BLOCK_CREATED | BLOCK_DELETED => match event.parse_or_skip::<Relation>() {
            Some(data) => {
                store
                    .relate(event, &data, event.r#type == BLOCK_CREATED)
                    .await
            }
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn is_member(user_id: &str, username: &str) -> bool {
    id::is_valid(user_id) && id::is_display_name(username)
}

impl Store {
    async fn register(&self, event: &Event, data: &UserRegistered) -> sqlx::Result<()> {
        in_transaction!(&self.db, tx => {
            if take_event!(tx, self.ctx, event.id) {
                let query = sqlx::query(REGISTER).bind(&data.user_id).bind(&data.username);
                query.bind(data.registered_at).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    async fn profile(&self, event: &Event, data: ProfileUpdated) -> sqlx::Result<()> {
        let avatar = data
            .avatar_url
            .filter(|url| url.len() <= MAX_AVATAR_URL_BYTES);
        in_transaction!(&self.db, tx => {
            if take_event!(tx, self.ctx, event.id) {
                let query = sqlx::query(PROFILE).bind(&data.user_id).bind(&data.username);
                query.bind(&avatar).bind(data.updated_at).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    async fn relate(&self, event: &Event, data: &Relation, is_active: bool) -> sqlx::Result<()> {
        in_transaction!(&self.db, tx => {
            if take_event!(tx, self.ctx, event.id) {
                let query = sqlx::query(RELATE).bind(&data.user_id).bind(&data.target_id);
                query.bind(is_active).bind(data.changed_at).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }
}
