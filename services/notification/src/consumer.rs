//! Events of other services become notifications. Each may come more than once, and in any order.

use std::collections::BTreeSet;

use folkmoot_common::{
    bus::{ConsumerSpec, Event},
    db::sqlx,
    events::{
        chat::{MESSAGE_MENTIONED, MessageMentioned, PARTICIPANT_SEEN, ParticipantSeen},
        discussion::{
            CATEGORY_CHANGED, COMMENT_CREATED, COMMENT_DELETED, COMMENT_LIKED, COMMENT_UPDATED,
            CommentChanged, Liked, THREAD_CREATED, THREAD_DELETED, THREAD_LIKED, THREAD_UPDATED,
            ThreadChanged, UNLIKED,
        },
        identity::{
            BLOCK_CREATED, BLOCK_DELETED, FOLLOW_CREATED, FOLLOW_DELETED, MUTE_CREATED,
            MUTE_DELETED, PROFILE_UPDATED, ProfileUpdated, ROLES_CHANGED, Relation, RolesChanged,
            USER_DELETED, USER_REGISTERED, UserRegistered,
        },
    },
};

use crate::{
    AppState,
    events::{Known, keys},
    store::{Outcome, Tie},
};

const SPEC: ConsumerSpec = ConsumerSpec {
    durable: "notification",
    types: &[
        USER_REGISTERED,
        USER_DELETED,
        ROLES_CHANGED,
        PROFILE_UPDATED,
        FOLLOW_CREATED,
        FOLLOW_DELETED,
        BLOCK_CREATED,
        BLOCK_DELETED,
        MUTE_CREATED,
        MUTE_DELETED,
        PARTICIPANT_SEEN,
        MESSAGE_MENTIONED,
        CATEGORY_CHANGED,
        THREAD_CREATED,
        THREAD_UPDATED,
        THREAD_DELETED,
        COMMENT_CREATED,
        COMMENT_UPDATED,
        COMMENT_DELETED,
        THREAD_LIKED,
        COMMENT_LIKED,
        UNLIKED,
    ],
};

/// Begins to consume.
pub(crate) fn start(state: &AppState) {
    let state = state.clone();
    state.ctx.bus.clone().consume(SPEC, move |event| {
        let state = state.clone();
        async move { Ok(handle(&state, &event).await?) }
    });
}

/// Handles an event as if it never came before; what it did then is not done again.
///
/// # Errors
/// If the database is not available: the event comes again.
pub(crate) async fn handle(state: &AppState, event: &Event) -> sqlx::Result<()> {
    match event.r#type.as_str() {
        USER_REGISTERED | USER_DELETED | ROLES_CHANGED | PROFILE_UPDATED => {
            of_account(state, event).await
        }
        FOLLOW_CREATED => relation(state, event, Tie::Follow, true).await,
        FOLLOW_DELETED => relation(state, event, Tie::Follow, false).await,
        BLOCK_CREATED => relation(state, event, Tie::Block, true).await,
        BLOCK_DELETED => relation(state, event, Tie::Block, false).await,
        MUTE_CREATED => relation(state, event, Tie::Mute, true).await,
        MUTE_DELETED => relation(state, event, Tie::Mute, false).await,
        PARTICIPANT_SEEN => match event.parse_or_skip::<ParticipantSeen>() {
            Some(seen) => learn(state, &Known::from(&seen)).await,
            None => Ok(()),
        },
        MESSAGE_MENTIONED => mention(state, event).await,
        THREAD_CREATED | THREAD_UPDATED => thread(state, event).await,
        COMMENT_CREATED | COMMENT_UPDATED => comment(state, event).await,
        THREAD_LIKED | COMMENT_LIKED => like(state, event).await,
        THREAD_DELETED | COMMENT_DELETED | UNLIKED | CATEGORY_CHANGED => gone(state, event).await,
        _ => Ok(()),
    }
}

async fn of_account(state: &AppState, event: &Event) -> sqlx::Result<()> {
    let store = &state.store;
    match event.r#type.as_str() {
        USER_REGISTERED => {
            let Some(registered) = event.parse_or_skip::<UserRegistered>() else {
                return Ok(());
            };
            // The version before did not tell roles: then they are not known by this.
            if !registered.roles.is_empty() {
                let at = registered.registered_at;
                store
                    .learn_roles(&registered.user_id, &registered.roles, at)
                    .await?;
            }
            learn(state, &Known::from(&registered)).await
        }
        PROFILE_UPDATED => match event.parse_or_skip::<ProfileUpdated>() {
            Some(updated) => learn(state, &Known::from(&updated)).await,
            None => Ok(()),
        },
        ROLES_CHANGED => {
            let Some(changed) = event.parse_or_skip::<RolesChanged>() else {
                return Ok(());
            };
            let RolesChanged {
                user_id,
                roles,
                changed_at,
                ..
            } = changed;
            if store.learn_roles(&user_id, &roles, changed_at).await? {
                state.push.unread_changed(&[&user_id]).await;
            }
            Ok(())
        }
        _ => match event.parse_or_skip() {
            Some(deleted) => store.forget_user(&deleted).await,
            None => Ok(()),
        },
    }
}

/// Takes note of who goes by a name, and gives them what waited for them.
///
/// # Errors
/// If the database is not available.
pub(crate) async fn learn(state: &AppState, known: &Known) -> sqlx::Result<()> {
    if !known.is_valid() {
        return Ok(());
    }
    state.store.learn(known).await?;
    deliver(state, &BTreeSet::from([known.key()])).await
}

/// As [`learn`], of who did something, which mostly is known.
async fn learn_actor(state: &AppState, known: Known) -> sqlx::Result<()> {
    let before = state.store.acquaintance(&known.user_id).await?;
    if before.username_key.as_deref() == Some(known.key().as_str()) {
        return Ok(());
    }
    learn(state, &known).await
}

async fn mention(state: &AppState, event: &Event) -> sqlx::Result<()> {
    let Some(mention) = event.parse_or_skip::<MessageMentioned>() else {
        return Ok(());
    };
    state.store.keep_mentions(event.id, &mention).await?;
    // Again each time: the last time may have ended here.
    deliver(state, &keys(&mention.usernames)).await
}

async fn deliver(state: &AppState, keys: &BTreeSet<String>) -> sqlx::Result<()> {
    let mut told = state.store.deliver_mentions(keys).await?;
    told.extend(state.store.deliver_waiting(keys).await?);
    state.push.told(&told).await;
    Ok(())
}

async fn relation(state: &AppState, event: &Event, tie: Tie, is_active: bool) -> sqlx::Result<()> {
    let Some(relation) = event.parse_or_skip::<Relation>() else {
        return Ok(());
    };
    let known = Known::seen(&relation.user_id, &relation.username, relation.changed_at);
    learn_actor(state, known).await?;
    push(state, state.store.related(tie, is_active, &relation).await?).await
}

async fn thread(state: &AppState, event: &Event) -> sqlx::Result<()> {
    let Some(thread) = event.parse_or_skip::<ThreadChanged>() else {
        return Ok(());
    };
    let known = Known::seen(&thread.author_id, &thread.author_name, thread.created_at);
    learn_actor(state, known).await?;
    let is_new = event.r#type == THREAD_CREATED;
    let outcome = state
        .store
        .thread_changed(event.id, &thread, is_new)
        .await?;
    state.jobs.notify_one();
    push(state, outcome).await?;
    deliver(state, &keys(&thread.mentions)).await
}

async fn comment(state: &AppState, event: &Event) -> sqlx::Result<()> {
    let Some(comment) = event.parse_or_skip::<CommentChanged>() else {
        return Ok(());
    };
    let known = Known::seen(&comment.author_id, &comment.author_name, comment.created_at);
    learn_actor(state, known).await?;
    let outcome = match event.r#type.as_str() {
        COMMENT_CREATED => state.store.comment_created(event.id, &comment).await?,
        _ => state.store.comment_updated(event.id, &comment).await?,
    };
    push(state, outcome).await?;
    deliver(state, &keys(&comment.mentions)).await
}

async fn like(state: &AppState, event: &Event) -> sqlx::Result<()> {
    let Some(liked) = event.parse_or_skip::<Liked>() else {
        return Ok(());
    };
    let known = Known::seen(&liked.user_id, &liked.username, liked.liked_at);
    learn_actor(state, known).await?;
    push(state, state.store.liked(event.id, &liked).await?).await
}

async fn gone(state: &AppState, event: &Event) -> sqlx::Result<()> {
    let store = &state.store;
    let outcome = match event.r#type.as_str() {
        COMMENT_DELETED => match event.parse_or_skip() {
            Some(deleted) => store.comment_deleted(&deleted).await?,
            None => return Ok(()),
        },
        UNLIKED => match event.parse_or_skip() {
            Some(unliked) => store.unliked(&unliked).await?,
            None => return Ok(()),
        },
        THREAD_DELETED => match event.parse_or_skip() {
            Some(deleted) => store
                .thread_deleted(&deleted)
                .await
                .map(|()| Outcome::default())?,
            None => return Ok(()),
        },
        _ => match event.parse_or_skip() {
            Some(changed) => store
                .keep_category(&changed)
                .await
                .map(|()| Outcome::default())?,
            None => return Ok(()),
        },
    };
    state.jobs.notify_one();
    push(state, outcome).await
}

async fn push(state: &AppState, outcome: Outcome) -> sqlx::Result<()> {
    state.push.outcome(&outcome).await;
    Ok(())
}
