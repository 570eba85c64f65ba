//! Likes: one of a member for a thread or a comment, given and taken back as often as one likes.

mod routes;

use folkmoot_common::{db::sqlx, http::ApiResult, in_transaction};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::{
    AppState, access, change_counter, events,
    live::Change,
    model::LikeState,
    policy::{self, Reader},
    remember_member, sockets,
    store::{CommentRow, ThreadRow},
};

// A token may outlive its account by a moment: nothing personal is kept after that.
const GIVE: &str = "insert into likes (target_id, user_id, created_at) select $1, $2, $3 \
    where not exists (select 1 from members where user_id = $2 and deleted_at is not null) \
    on conflict (target_id, user_id) do nothing";
const TAKE: &str = "delete from likes where target_id = $1 and user_id = $2";
const OF_THREAD: &str = "select t.like_count + coalesce((select cast(sum(x.change) as bigint) from counter_changes x \
    where x.target_id = t.id and x.kind = 'like'), 0) from threads t where t.id = $1";
const OF_COMMENT: &str = "select c.like_count + coalesce((select cast(sum(x.change) as bigint) from counter_changes x \
    where x.target_id = c.id and x.kind = 'like'), 0) from comments c where c.id = $1";

pub(crate) fn router() -> OpenApiRouter<AppState> {
    routes::router()
}

/// What is liked.
#[derive(Debug, Clone)]
pub(crate) struct Liked {
    thread: ThreadRow,
    comment: Option<CommentRow>,
}

impl Liked {
    /// A thread that the reader may see.
    ///
    /// # Errors
    /// 404 `thread_not_found`.
    pub(crate) async fn thread(state: &AppState, reader: &Reader, id: Uuid) -> ApiResult<Self> {
        let thread = access::thread(state, reader, id).await?;
        Ok(Self {
            thread,
            comment: None,
        })
    }

    /// A comment that the reader may see.
    ///
    /// # Errors
    /// 404 `comment_not_found`.
    pub(crate) async fn comment(state: &AppState, reader: &Reader, id: Uuid) -> ApiResult<Self> {
        let (thread, comment) = access::comment(state, reader, id).await?;
        Ok(Self {
            thread,
            comment: Some(comment),
        })
    }

    fn id(&self) -> Uuid {
        self.comment
            .as_ref()
            .map_or(self.thread.id, |comment| comment.id)
    }

    fn change(&self, like_count: i64) -> Change {
        let thread_id = self.thread.id;
        match &self.comment {
            None => Change::ThreadLikeUpdated {
                thread_id,
                like_count,
            },
            Some(comment) => Change::CommentLikeUpdated {
                thread_id,
                comment_id: comment.id,
                like_count,
            },
        }
    }
}

/// Gives a like (`liked`) or takes it back; a second time changes nothing. The count is exact.
///
/// # Errors
/// 403 `thread_locked`, 409 for what is deleted: a like may be taken back all the same.
pub(crate) async fn set(
    state: &AppState,
    reader: &Reader,
    target: &Liked,
    liked: bool,
) -> ApiResult<LikeState> {
    if liked {
        policy::check_like(reader, &target.thread)?;
        if let Some(comment) = &target.comment {
            policy::check_present(reader, comment)?;
        }
    }
    let (who, now, id) = (reader.principal()?, state.ctx.clock.now(), target.id());
    let (thread, comment) = (&target.thread, target.comment.as_ref());
    let event = if liked {
        events::liked(&state.ctx, thread, comment, who, now)?
    } else {
        events::unliked(&state.ctx, thread, comment, &who.user_id, now)?
    };
    let count = if comment.is_some() {
        OF_COMMENT
    } else {
        OF_THREAD
    };
    let (changed, like_count) = in_transaction!(&state.store.db, tx => {
        let query = if liked {
            remember_member!(tx, who);
            sqlx::query(GIVE).bind(id).bind(&who.user_id).bind(now)
        } else {
            sqlx::query(TAKE).bind(id).bind(&who.user_id)
        };
        let changed = query.execute(&mut *tx).await?.rows_affected() > 0;
        if changed {
            change_counter!(tx, state.ctx, id, "like", if liked { 1 } else { -1 });
            state.outbox.enqueue(&mut *tx, &event).await?;
        }
        let like_count: i64 = sqlx::query_scalar(count).bind(id).fetch_one(&mut *tx).await?;
        (changed, like_count)
    });
    if changed {
        state.outbox.wake();
        state.counters.wake();
        sockets::tell(state, &target.change(like_count)).await;
    }
    Ok(LikeState { liked, like_count })
}
