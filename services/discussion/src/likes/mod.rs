//! Likes: one of a member for a thread or a comment, given and taken back as often as one likes.

mod routes;

use folkmoot_common::{
    db::sqlx::{self, FromRow as _, Row as _},
    http::ApiResult,
    in_transaction, with_reader,
};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::{
    AppState, access, change_counter, events,
    live::Change,
    model::LikeState,
    policy::{self, Reader},
    remember_member,
    sockets::{self, Access},
    store::{CommentRow, Store, ThreadRow},
};

// A token may outlive its account by a moment: nothing personal is kept after that.
const GIVE: &str = "insert into likes (target_id, user_id, created_at) select $1, user_id, $3 from members \
    where user_id = $2 and deleted_at is null on conflict (target_id, user_id) do nothing";
const TAKE: &str = "delete from likes where target_id = $1 and user_id = $2";
// The count, and who may hear of it.
macro_rules! state_of {
    ($row:literal, $from:literal) => {
        concat!(
            "select ",
            $row,
            ".like_count + coalesce((select cast(sum(x.change) as bigint) from counter_changes x \
             where x.target_id = ",
            $row,
            ".id and x.kind = 'like'), 0) as like_count, ",
            crate::access_columns!(),
            " from ",
            $from,
            " join categories g on g.id = t.category_id where ",
            $row,
            ".id = $1"
        )
    };
}
const OF_THREAD: &str = state_of!("t", "threads t");
const OF_COMMENT: &str = state_of!("c", "comments c join threads t on t.id = c.thread_id");

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

/// In a transaction: how many likes that gave or took. None is given by who is not known as a member.
macro_rules! switch {
    ($tx:ident, target: $target:expr, $who:ident, $liked:ident, $now:ident) => {{
        let query = if $liked {
            sqlx::query(GIVE)
                .bind($target)
                .bind(&$who.user_id)
                .bind($now)
        } else {
            sqlx::query(TAKE).bind($target).bind(&$who.user_id)
        };
        query.execute(&mut *$tx).await?.rows_affected()
    }};
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
            policy::check_present(reader, comment.deleted_at.is_some())?;
        }
    }
    let (who, now, id) = (reader.principal()?, state.ctx.clock.now(), target.id());
    let (thread, comment) = (&target.thread, target.comment.as_ref());
    let event = if liked {
        events::liked(&state.ctx, thread, comment, who, now)?
    } else {
        events::unliked(&state.ctx, thread, comment, &who.user_id, now)?
    };
    let changed = in_transaction!(&state.store.db, tx => {
        let changed = switch!(tx, target: id, who, liked, now) > 0
            || liked && remember_member!(tx, who) > 0 && switch!(tx, target: id, who, liked, now) > 0;
        if changed {
            change_counter!(tx, state.ctx, id, "like", if liked { 1 } else { -1 });
            state.outbox.enqueue(&mut *tx, &event).await?;
        }
        changed
    });
    let (like_count, access) = state.store.likes_of(target).await?;
    if changed {
        state.outbox.wake();
        state.counters.wake();
        sockets::tell_those(state, &access, &target.change(like_count)).await;
    }
    Ok(LikeState { liked, like_count })
}

impl Store {
    async fn likes_of(&self, target: &Liked) -> sqlx::Result<(i64, Access)> {
        let statement = match target.comment {
            Some(_) => OF_COMMENT,
            None => OF_THREAD,
        };
        with_reader!(&self.db, db => {
            let row = sqlx::query(statement).bind(target.id()).fetch_one(db).await?;
            Ok((row.try_get("like_count")?, Access::from_row(&row)?))
        })
    }
}
