//! Events of other services become entries, counts and relations; then timelines and sockets are told. Each event may come
//! more than once and in any order.
//!
//! The tables change first, in one transaction with the note that the event was taken. What follows is not part of it: if
//! the process ends in between, the event comes again, and all of that is done then. Only sockets are told once: a frame
//! that is lost is found by the next look at the feed, one that is doubled would count twice.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    bus::{ConsumerSpec, Event},
    events::{
        discussion::{
            CATEGORY_CHANGED, COMMENT_CREATED, COMMENT_DELETED, COMMENT_UPDATED, CategoryChanged,
            CommentChanged, CommentDeleted, Liked, THREAD_CREATED, THREAD_DELETED, THREAD_LIKED,
            THREAD_UPDATED, ThreadChanged, ThreadDeleted, UNLIKED, Unliked,
        },
        identity::{
            BLOCK_CREATED, BLOCK_DELETED, FOLLOW_CREATED, FOLLOW_DELETED, MUTE_CREATED,
            MUTE_DELETED, PROFILE_UPDATED, ProfileUpdated, Relation, USER_DELETED, USER_REGISTERED,
            UserDeleted, UserRegistered,
        },
    },
    id,
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    AppState,
    live::News,
    store::{Bond, Counted},
    views::{Reach, ViewError},
};

const SPEC: ConsumerSpec = ConsumerSpec {
    durable: "feed",
    types: &[
        THREAD_CREATED,
        THREAD_UPDATED,
        THREAD_DELETED,
        COMMENT_CREATED,
        COMMENT_UPDATED,
        COMMENT_DELETED,
        THREAD_LIKED,
        UNLIKED,
        CATEGORY_CHANGED,
        USER_REGISTERED,
        USER_DELETED,
        PROFILE_UPDATED,
        FOLLOW_CREATED,
        FOLLOW_DELETED,
        BLOCK_CREATED,
        BLOCK_DELETED,
        MUTE_CREATED,
        MUTE_DELETED,
    ],
};

/// Begins to consume.
pub(crate) fn start(state: &AppState) {
    let state = state.clone();
    state.ctx.bus.clone().consume(SPEC, move |event| {
        let state = state.clone();
        async move {
            handle(&state, &event).await.map_err(|error| match error {
                ViewError::Sql(error) => anyhow::Error::new(error),
                ViewError::Kv(error) => anyhow::Error::new(error),
            })
        }
    });
}

/// Handles an event as if it never came before; what it did then is not done again.
///
/// # Errors
/// If the database is not available: the event comes again.
pub(crate) async fn handle(state: &AppState, event: &Event) -> Result<(), ViewError> {
    take(state, event).await?;
    let age = (state.ctx.clock.now() - event.time).to_std();
    metrics::gauge!("folkmoot_feed_lag_seconds").set(age.unwrap_or_default().as_secs_f64());
    metrics::counter!("folkmoot_feed_events_total").increment(1);
    Ok(())
}

async fn take(state: &AppState, event: &Event) -> Result<(), ViewError> {
    match event.r#type.as_str() {
        THREAD_CREATED | THREAD_UPDATED => with(state, event, change_thread).await,
        THREAD_DELETED => with(state, event, delete_thread).await,
        COMMENT_CREATED | COMMENT_UPDATED => with(state, event, change_comment).await,
        COMMENT_DELETED => with(state, event, delete_comment).await,
        THREAD_LIKED => with(state, event, like).await,
        UNLIKED => with(state, event, unlike).await,
        CATEGORY_CHANGED => with(state, event, change_category).await,
        USER_REGISTERED => with(state, event, register).await,
        PROFILE_UPDATED => with(state, event, update_profile).await,
        USER_DELETED => with(state, event, forget).await,
        _ => match bond(&event.r#type) {
            Some(_) => with(state, event, relate).await,
            None => Ok(()),
        },
    }
}

/// What an event of two members is about, and whether it made or ended it.
fn bond(r#type: &str) -> Option<(Bond, bool)> {
    match r#type {
        FOLLOW_CREATED => Some((Bond::Follow, true)),
        FOLLOW_DELETED => Some((Bond::Follow, false)),
        BLOCK_CREATED => Some((Bond::Block, true)),
        BLOCK_DELETED => Some((Bond::Block, false)),
        MUTE_CREATED => Some((Bond::Mute, true)),
        MUTE_DELETED => Some((Bond::Mute, false)),
        _ => None,
    }
}

/// Hands over the data of an event.
async fn with<T: DeserializeOwned>(
    state: &AppState,
    event: &Event,
    handler: impl AsyncFnOnce(&AppState, &Event, T) -> Result<(), ViewError>,
) -> Result<(), ViewError> {
    match event.parse_or_skip() {
        Some(data) => handler(state, event, data).await,
        None => Ok(()),
    }
}

async fn change_thread(
    state: &AppState,
    event: &Event,
    thread: ThreadChanged,
) -> Result<(), ViewError> {
    if !id::is_valid(&thread.author_id) {
        return Ok(());
    }
    let applied = state.store.change_thread(event.id, &thread).await?;
    let reach = match &applied.change {
        Some(Some(before)) if applied.is_new && before.deleted_at.is_none() => {
            let moved = before.category_id != thread.category_id;
            moved.then_some(Reach::Streams)
        }
        Some(_) => Some(Reach::Everything),
        None => (!applied.is_new).then_some(Reach::Everything),
    };
    if let Some(reach) = reach {
        state.views.entry(thread.thread_id, reach).await?;
    }
    let Some(before) = applied.change.filter(|_| applied.is_new) else {
        return Ok(());
    };
    let news = match before.filter(|before| before.deleted_at.is_none()) {
        Some(before) => News::ThreadUpdated(before.read_role),
        None => News::ThreadCreated,
    };
    state.live.thread(thread.thread_id, news).await;
    Ok(())
}

async fn delete_thread(
    state: &AppState,
    event: &Event,
    thread: ThreadDeleted,
) -> Result<(), ViewError> {
    let applied = state.store.delete_thread(event.id, &thread).await?;
    if applied.change.is_some() || !applied.is_new {
        let id = thread.thread_id;
        state.views.entry(id, Reach::Everything).await?;
    }
    let before = applied.change.filter(|_| applied.is_new).flatten();
    if let Some(before) = before.filter(|before| before.deleted_at.is_none()) {
        state.live.thread_deleted(thread.thread_id, &before).await;
    }
    Ok(())
}

async fn change_comment(
    state: &AppState,
    event: &Event,
    comment: CommentChanged,
) -> Result<(), ViewError> {
    let (thread_id, counted) = (comment.thread_id, Counted::Comment(comment.comment_id));
    let store = &state.store;
    let changed = store
        .count(thread_id, counted, true, comment.changed_at)
        .await?;
    if changed && event.r#type == COMMENT_CREATED {
        state.live.comment(&comment).await;
    }
    Ok(())
}

async fn delete_comment(
    state: &AppState,
    _event: &Event,
    comment: CommentDeleted,
) -> Result<(), ViewError> {
    let (thread_id, counted) = (comment.thread_id, Counted::Comment(comment.comment_id));
    let store = &state.store;
    store
        .count(thread_id, counted, false, comment.deleted_at)
        .await?;
    Ok(())
}

async fn like(state: &AppState, _event: &Event, liked: Liked) -> Result<(), ViewError> {
    let by = Counted::Like(&liked.user_id);
    count_like(state, liked.thread_id, by, true, liked.liked_at).await
}

/// Likes of comments are not counted here.
async fn unlike(state: &AppState, _event: &Event, unliked: Unliked) -> Result<(), ViewError> {
    if unliked.comment_id.is_some() {
        return Ok(());
    }
    let by = Counted::Like(&unliked.user_id);
    count_like(state, unliked.thread_id, by, false, unliked.unliked_at).await
}

async fn count_like(
    state: &AppState,
    thread_id: Uuid,
    by: Counted<'_>,
    is_active: bool,
    changed_at: DateTime<Utc>,
) -> Result<(), ViewError> {
    let store = &state.store;
    if store.count(thread_id, by, is_active, changed_at).await? {
        state.live.likes(thread_id).await;
    }
    Ok(())
}

async fn change_category(
    state: &AppState,
    event: &Event,
    category: CategoryChanged,
) -> Result<(), ViewError> {
    let applied = state.store.change_category(event.id, &category).await?;
    if applied.change.is_some() || !applied.is_new {
        state.views.categories().await?;
    }
    Ok(())
}

async fn register(state: &AppState, event: &Event, user: UserRegistered) -> Result<(), ViewError> {
    Ok(state.store.register(event.id, &user).await?)
}

async fn update_profile(
    state: &AppState,
    event: &Event,
    user: ProfileUpdated,
) -> Result<(), ViewError> {
    Ok(state.store.update_profile(event.id, &user).await?)
}

async fn forget(state: &AppState, event: &Event, user: UserDeleted) -> Result<(), ViewError> {
    state.store.forget(event.id, &user).await?;
    state.views.forget(&user.user_id).await
}

async fn relate(state: &AppState, event: &Event, relation: Relation) -> Result<(), ViewError> {
    let Relation {
        user_id, target_id, ..
    } = &relation;
    let Some((bond, is_active)) = bond(&event.r#type) else {
        return Ok(());
    };
    if user_id == target_id || !id::is_valid(user_id) || !id::is_valid(target_id) {
        return Ok(());
    }
    let related = state
        .store
        .relate(event.id, bond, &relation, is_active)
        .await?;
    // By what the tables say now: this may be old news.
    match (bond, is_active) {
        (Bond::Follow, true) | (Bond::Mute, false) => state.views.join(user_id, target_id).await?,
        (Bond::Follow, false) | (Bond::Mute, true) => state.views.part(user_id, target_id).await?,
        (Bond::Block, true) => {
            state.views.part(user_id, target_id).await?;
            state.views.part(target_id, user_id).await?;
        }
        (Bond::Block, false) => {}
    }
    // When it was taken before, who became small then is not known any more.
    let ended = bond == Bond::Block && is_active || bond == Bond::Follow && !is_active;
    let shrunk = if !related.is_new && ended {
        vec![user_id.clone(), target_id.clone()]
    } else {
        related.shrunk
    };
    for author_id in &shrunk {
        state.views.author(author_id).await?;
    }
    if bond != Bond::Follow {
        state.live.hide(&[user_id, target_id]).await;
    }
    Ok(())
}
