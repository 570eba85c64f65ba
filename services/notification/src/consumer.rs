//! Events of other services become notifications. Each may come more than once.

use std::collections::BTreeSet;

use folkmoot_common::{
    bus::{ConsumerSpec, Event},
    db::sqlx,
};
use serde::de::DeserializeOwned;
use tracing::error;

use crate::{
    AppState,
    events::{
        Known, MESSAGE_MENTIONED, MessageMentioned, PARTICIPANT_SEEN, ParticipantSeen,
        USER_REGISTERED, UserRegistered,
    },
};

const SPEC: ConsumerSpec = ConsumerSpec {
    durable: "notification",
    types: &[USER_REGISTERED, PARTICIPANT_SEEN, MESSAGE_MENTIONED],
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
        USER_REGISTERED => learn_from::<UserRegistered>(state, event).await,
        PARTICIPANT_SEEN => learn_from::<ParticipantSeen>(state, event).await,
        MESSAGE_MENTIONED => mention(state, event).await,
        _ => Ok(()),
    }
}

/// Data of another shape will not get better by coming again.
fn data<T: DeserializeOwned>(event: &Event) -> Option<T> {
    let parsed = event.parse();
    parsed.inspect_err(|error| error!(%error, event.id = %event.id, event.r#type, "an event cannot be read and is skipped")).ok()
}

async fn learn_from<T: DeserializeOwned + Into<Known>>(
    state: &AppState,
    event: &Event,
) -> sqlx::Result<()> {
    match data::<T>(event).map(Into::into) {
        Some(known) if known.is_valid() => learn(state, &known).await,
        _ => Ok(()),
    }
}

/// Takes note of who goes by a name, and gives them what waited for them.
///
/// # Errors
/// If the database is not available.
pub(crate) async fn learn(state: &AppState, known: &Known) -> sqlx::Result<()> {
    state.store.learn(known).await?;
    deliver(state, &BTreeSet::from([known.key()])).await
}

async fn mention(state: &AppState, event: &Event) -> sqlx::Result<()> {
    let Some(mention) = data::<MessageMentioned>(event) else {
        return Ok(());
    };
    state.store.keep_mentions(event.id, &mention).await?;
    // Again each time: the last time may have ended here.
    deliver(state, &mention.keys()).await
}

async fn deliver(state: &AppState, keys: &BTreeSet<String>) -> sqlx::Result<()> {
    let delivered = state.store.deliver_mentions(keys).await?;
    state.push.created(&delivered).await;
    Ok(())
}
