//! What a moderator does to a thread: the change, its entry in the log and its event in one transaction.

use folkmoot_common::{
    auth::Principal,
    bus::{Event, Outbox},
    db::sqlx,
    http::{ApiError, ApiResult},
    in_transaction,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

use crate::{
    AppState,
    audit::Entry,
    events::{self, Kind},
    live::Change,
    model::Thread,
    policy::Reader,
    record, sockets,
    store::{CategoryRow, Store, ThreadRow},
    threads,
};

const LOCK: &str =
    "update threads set is_locked = $2 where id = $1 and is_locked <> $2 and deleted_at is null";
const PIN: &str =
    "update threads set is_pinned = $2 where id = $1 and is_pinned <> $2 and deleted_at is null";
const MOVE: &str = "update threads set category_id = $2 where id = $1 and category_id <> $2 and deleted_at is null";
const RESTORE: &str = "update threads set deleted_at = null, deleted_by = null where id = $1 and deleted_at is not null";

/// What is done.
#[derive(Debug, Clone)]
pub(super) enum Verb {
    Lock(bool),
    Pin(bool),
    Move(CategoryRow),
    Restore,
}

impl Verb {
    fn action(&self) -> &'static str {
        match self {
            Self::Lock(true) => "thread.locked",
            Self::Lock(false) => "thread.unlocked",
            Self::Pin(true) => "thread.pinned",
            Self::Pin(false) => "thread.unpinned",
            Self::Move(_) => "thread.moved",
            Self::Restore => "thread.restored",
        }
    }

    /// The thread as it is afterwards.
    fn done_to(&self, mut thread: ThreadRow) -> ThreadRow {
        match self {
            Self::Lock(value) => thread.is_locked = *value,
            Self::Pin(value) => thread.is_pinned = *value,
            Self::Restore => thread.deleted_at = None,
            Self::Move(category) => {
                thread.category_id = category.id;
                thread.category_slug.clone_from(&category.slug);
                thread.category_name.clone_from(&category.name);
                thread.read_role.clone_from(&category.read_role);
                thread.post_role.clone_from(&category.post_role);
            }
        }
        thread
    }

    /// By ids: who sees the entry may see one of the two categories only.
    fn detail(&self, before: &ThreadRow) -> Value {
        match self {
            Self::Move(category) => {
                json!({"from_category_id": before.category_id, "to_category_id": category.id})
            }
            Self::Restore => json!({"deleted_at": before.deleted_at}),
            Self::Lock(_) | Self::Pin(_) => json!({}),
        }
    }
}

/// Does it to a thread that the moderator sees, and tells everybody. A thread that is so already stays as it is, and nobody
/// hears of it.
///
/// # Errors
/// 409 `thread_deleted` unless it is restored; 503.
pub(super) async fn apply(
    state: &AppState,
    moderator: &Reader,
    before: ThreadRow,
    verb: Verb,
) -> ApiResult<Thread> {
    if before.deleted_at.is_some() && !matches!(verb, Verb::Restore) {
        let detail = "the thread has been deleted";
        return Err(ApiError::conflict("thread_deleted", detail));
    }
    let id = before.id;
    let (entry, event) = tell_of(state, moderator.principal()?, before, &verb).await?;
    if state
        .store
        .moderate(&state.outbox, id, &verb, &entry, &event)
        .await?
    {
        state.outbox.wake();
        let thread = threads::view(state, moderator, id).await?;
        sockets::tell(state, &Change::thread_updated(thread)).await;
    }
    threads::view(state, moderator, id).await
}

async fn tell_of(
    state: &AppState,
    actor: &Principal,
    before: ThreadRow,
    verb: &Verb,
) -> ApiResult<(Entry, Event)> {
    let (id, detail) = (before.id, verb.detail(&before));
    let after = verb.done_to(before);
    let entry =
        Entry::new(actor, verb.action(), "thread", id, detail).in_category(after.category_id);
    let tags = state
        .store
        .tags(&[id])
        .await?
        .remove(&id)
        .unwrap_or_default();
    let now = state.ctx.clock.now();
    let event = events::thread(
        &state.ctx,
        Kind::Updated,
        &after,
        &tags,
        BTreeSet::new(),
        now,
    )?;
    Ok((entry, event))
}

impl Store {
    /// False if there was nothing to change.
    async fn moderate(
        &self,
        outbox: &Outbox,
        id: Uuid,
        verb: &Verb,
        entry: &Entry,
        event: &Event,
    ) -> sqlx::Result<bool> {
        in_transaction!(&self.db, tx => {
            let query = match verb {
                Verb::Lock(value) => sqlx::query(LOCK).bind(id).bind(*value),
                Verb::Pin(value) => sqlx::query(PIN).bind(id).bind(*value),
                Verb::Move(category) => sqlx::query(MOVE).bind(id).bind(category.id),
                Verb::Restore => sqlx::query(RESTORE).bind(id),
            };
            if query.execute(&mut *tx).await?.rows_affected() == 0 {
                return Ok(false);
            }
            record!(tx, self.ctx, *entry);
            outbox.enqueue(&mut *tx, event).await?;
        });
        Ok(true)
    }
}
