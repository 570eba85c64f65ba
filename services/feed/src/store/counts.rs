//! Counting likes and comments: who likes and which comments there are is kept, so that each counts once, whatever comes
//! twice or late.

use chrono::{DateTime, Utc};
use folkmoot_common::{db::sqlx, in_transaction};
use uuid::Uuid;

use super::{Store, apply::settle};

/// What is heard of for the first time.
const LIKE: &str = "insert into likes (entry_id, user_id, is_active, changed_at) values ($1, $2, $3, $4) \
    on conflict (entry_id, user_id) do nothing";
const FLIP_LIKE: &str = "update likes set is_active = $3, changed_at = $4 \
    where entry_id = $1 and user_id = $2 and changed_at < $4 and is_active <> $3";
const CONFIRM_LIKE: &str =
    "update likes set changed_at = $3 where entry_id = $1 and user_id = $2 and changed_at < $3";
const COMMENT: &str = "insert into comments (entry_id, id, is_active, changed_at) values ($1, $2, $3, $4) \
    on conflict (id) do nothing";
const FLIP_COMMENT: &str = "update comments set is_active = $2, changed_at = $3 \
    where id = $1 and changed_at < $3 and is_active <> $2";
const CONFIRM_COMMENT: &str =
    "update comments set changed_at = $2 where id = $1 and changed_at < $2";
const COUNT: &str = "insert into entry_counts (entry_id, like_count, comment_count) values ($1, $2, $3) \
    on conflict (entry_id) do update set like_count = entry_counts.like_count + excluded.like_count, \
    comment_count = entry_counts.comment_count + excluded.comment_count";

/// Something that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted<'a> {
    /// A like of the thread by this user.
    Like(&'a str),
    /// This comment.
    Comment(Uuid),
}

impl Store {
    /// Something counts, or does so no more, since `changed_at`. True if the count has changed: an event that comes again
    /// changes nothing, so no note is needed that it was taken.
    pub(crate) async fn count(
        &self,
        entry_id: Uuid,
        counted: Counted<'_>,
        is_active: bool,
        changed_at: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let step: i64 = if is_active { 1 } else { -1 };
        Ok(in_transaction!(&self.db, tx => {
            let (first, flip, confirm) = match counted {
                Counted::Like(user_id) => {
                    let bound = |sql| sqlx::query(sql).bind(entry_id).bind(user_id);
                    (bound(LIKE), bound(FLIP_LIKE), bound(CONFIRM_LIKE))
                }
                Counted::Comment(id) => (
                    sqlx::query(COMMENT).bind(entry_id).bind(id),
                    sqlx::query(FLIP_COMMENT).bind(id),
                    sqlx::query(CONFIRM_COMMENT).bind(id),
                ),
            };
            let flipped = settle!(tx, first, flip, confirm, is_active, changed_at);
            if flipped {
                let (likes, comments) = match counted {
                    Counted::Like(_) => (step, 0),
                    Counted::Comment(_) => (0, step),
                };
                sqlx::query(COUNT).bind(entry_id).bind(likes).bind(comments).execute(&mut *tx).await?;
            }
            flipped
        }))
    }
}
