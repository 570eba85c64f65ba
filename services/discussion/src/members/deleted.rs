//! Somebody's account is gone: what they wrote stays, without their name; what was theirs goes, a batch at a time.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    ServiceName,
    bus::Event,
    db::sqlx,
    events::{
        discussion::{UNLIKED, Unliked},
        identity::UserDeleted,
    },
    in_transaction, row, with_writer,
};
use uuid::Uuid;

use crate::{AppState, change_counter, model::DELETED_NAME, store::Store, take_event};

const BATCH: i64 = 200;
const MARK: &str = "insert into members (user_id, username, changed_at, deleted_at) values ($1, $2, $3, $3) \
    on conflict (user_id) do update set username = excluded.username, avatar_url = null, changed_at = excluded.changed_at, \
    deleted_at = excluded.deleted_at where members.deleted_at is null";
const LIKES: &str = "select l.target_id, c.thread_id from likes l left join comments c on c.id = l.target_id \
    where l.user_id = $1 order by l.target_id limit $2";
const UNLIKE: &str = "delete from likes where user_id = $1 and target_id = $2";
const POSITIONS: &str = "delete from read_positions where user_id = $1 and thread_id in \
    (select thread_id from read_positions where user_id = $1 limit $2)";
const BLOCKS: &str = "delete from blocks where user_id = $1 or target_id = $1";

row! {
    struct Like {
        target_id: Uuid,
        /// Of a comment.
        thread_id: Option<Uuid>,
    }
}

/// Each step may be done again; the event is taken with the last.
pub(super) async fn forget(
    state: &AppState,
    event: &Event,
    data: &UserDeleted,
) -> sqlx::Result<()> {
    let (store, user_id) = (&state.store, data.user_id.as_str());
    store.mark_deleted(user_id, data.deleted_at).await?;
    while unlike(state, user_id).await? {}
    while store.forget_positions(user_id).await? {}
    in_transaction!(&store.db, tx => {
        if take_event!(tx, store.ctx, event.id) {
            sqlx::query(BLOCKS).bind(user_id).execute(&mut *tx).await?;
        }
    });
    state.outbox.wake();
    state.counters.wake();
    Ok(())
}

/// Takes a batch of likes back; false when there are no more.
async fn unlike(state: &AppState, user_id: &str) -> sqlx::Result<bool> {
    let store = &state.store;
    let now = store.ctx.clock.now();
    let taken = in_transaction!(&store.db, tx => {
        let likes: Vec<Like> = sqlx::query_as(LIKES).bind(user_id).bind(BATCH).fetch_all(&mut *tx).await?;
        for like in &likes {
            let query = sqlx::query(UNLIKE).bind(user_id).bind(like.target_id);
            if query.execute(&mut *tx).await?.rows_affected() == 0 {
                continue;
            }
            change_counter!(tx, store.ctx, like.target_id, "like", -1);
            let event = unliked(state, user_id, like, now)?;
            state.outbox.enqueue(&mut *tx, &event).await?;
        }
        likes.len()
    });
    Ok(taken > 0)
}

fn unliked(
    state: &AppState,
    user_id: &str,
    like: &Like,
    now: DateTime<Utc>,
) -> sqlx::Result<Event> {
    let data = Unliked {
        thread_id: like.thread_id.unwrap_or(like.target_id),
        comment_id: like.thread_id.map(|_| like.target_id),
        user_id: user_id.to_owned(),
        unliked_at: now,
    };
    Event::new(&state.ctx, ServiceName::Discussion, UNLIKED, &data)
        .map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

impl Store {
    async fn mark_deleted(&self, user_id: &str, at: DateTime<Utc>) -> sqlx::Result<()> {
        with_writer!(&self.db, db => {
            let query = sqlx::query(MARK).bind(user_id).bind(DELETED_NAME).bind(at);
            query.execute(db).await.map(|_| ())
        })
    }

    async fn forget_positions(&self, user_id: &str) -> sqlx::Result<bool> {
        with_writer!(&self.db, db => {
            let query = sqlx::query(POSITIONS).bind(user_id).bind(BATCH);
            query.execute(db).await.map(|done| done.rows_affected() > 0)
        })
    }
}
