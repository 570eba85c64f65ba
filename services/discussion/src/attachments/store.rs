//! The table of attachments.

use folkmoot_common::{
    db::sqlx, http::ApiResult, in_transaction, row, upload::Received, with_reader,
};
use uuid::Uuid;

use super::{MAX_FILES, receive::too_many};
use crate::store::Store;

const FIND: &str = "select id, object_key, filename, content_type, size from attachments \
    where id = $1 and thread_id = $2";
const THREAD_OF: &str = "select thread_id from attachments where id = $1";
const POSITIONS: &str = "select position from attachments where thread_id = $1";
const DELETE: &str = "delete from attachments where id = $1 and thread_id = $2";

row! {
    /// An attachment and where its object is.
    #[derive(Debug, Clone)]
    pub(crate) struct StoredAttachment {
        pub(crate) id: Uuid,
        pub(crate) object_key: String,
        pub(crate) filename: String,
        pub(crate) content_type: String,
        pub(crate) size: i64,
    }
}

/// In a transaction: pending files become attachments of a thread, at these places. False if one was given up meanwhile:
/// the transaction must not be committed then.
#[macro_export]
macro_rules! attach {
    ($tx:ident, $ctx:expr, $thread_id:expr, $owner_id:expr, $files:expr) => {{
        use folkmoot_common::upload::PendingConnection as _;
        let mut all = true;
        for (file, position) in $files {
            all = all && $tx.claim(file.id).await?;
            sqlx::query(
                "insert into attachments (id, thread_id, owner_id, object_key, filename, content_type, size, position, created_at) \
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(file.id)
            .bind($thread_id)
            .bind($owner_id)
            .bind(&file.object_key)
            .bind(&file.filename)
            .bind(file.content_type)
            .bind(file.size)
            .bind(position)
            .bind($ctx.clock.now())
            .execute(&mut *$tx)
            .await?;
        }
        all
    }};
}

/// What came of adding files to a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attached {
    Yes,
    /// There would be more than a thread may have.
    TooMany,
    /// One was given up, because it took too long.
    GivenUp,
}

impl Store {
    /// A file of a thread.
    pub(crate) async fn attachment(
        &self,
        thread_id: Uuid,
        id: Uuid,
    ) -> sqlx::Result<Option<StoredAttachment>> {
        with_reader!(&self.db, db => {
            sqlx::query_as(FIND).bind(id).bind(thread_id).fetch_optional(db).await
        })
    }

    /// The thread that a file has become one of.
    pub(crate) async fn thread_of_attachment(&self, id: Uuid) -> sqlx::Result<Option<Uuid>> {
        with_reader!(&self.db, db => sqlx::query_scalar(THREAD_OF).bind(id).fetch_optional(db).await)
    }

    /// Adds pending files to a thread that is there.
    pub(crate) async fn attach(
        &self,
        thread_id: Uuid,
        owner_id: &str,
        files: &[Received],
    ) -> sqlx::Result<Attached> {
        in_transaction!(&self.db, tx => {
            let taken: Vec<i32> =
                sqlx::query_scalar(POSITIONS).bind(thread_id).fetch_all(&mut *tx).await?;
            let Ok(places) = places(&taken, files) else {
                return Ok(Attached::TooMany);
            };
            if !attach!(tx, self.ctx, thread_id, owner_id, places) {
                return Ok(Attached::GivenUp);
            }
        });
        Ok(Attached::Yes)
    }

    /// Deletes a file of a thread; its object is pending then. False if there was none.
    pub(crate) async fn delete_attachment(&self, thread_id: Uuid, id: Uuid) -> sqlx::Result<bool> {
        in_transaction!(&self.db, tx => {
            let deleted = sqlx::query(DELETE).bind(id).bind(thread_id).execute(&mut *tx).await?;
            if deleted.rows_affected() == 0 {
                return Ok(false);
            }
        });
        Ok(true)
    }
}

/// Places for files beside those that are taken. Two requests that take the same one are told apart by the unique
/// index.
///
/// # Errors
/// 400 `too_many_files`.
pub(crate) fn places<'a>(
    taken: &[i32],
    files: &'a [Received],
) -> ApiResult<Vec<(&'a Received, i32)>> {
    // Behind all that are there as long as there is room, so that the order is that of coming.
    let first = taken.iter().max().map_or(0, |last| last + 1);
    let most = i32::try_from(MAX_FILES).unwrap_or(i32::MAX);
    let free: Vec<i32> = (first..most)
        .chain(0..first.min(most))
        .filter(|place| !taken.contains(place))
        .take(files.len())
        .collect();
    if free.len() < files.len() {
        return Err(too_many());
    }
    Ok(files.iter().zip(free).collect())
}
