//! Taking events of threads and categories: each in one transaction with the note that it was taken.
//!
//! Each statement stands by itself against older news (`changed_at`), so that events may come in any order, and twice.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::sqlx,
    events::discussion::{CategoryChanged, ThreadChanged, ThreadDeleted},
    in_transaction, row,
};
use uuid::Uuid;

use super::Store;

/// Takes an event, unless it was taken before.
pub(super) const CLAIM: &str =
    "insert into handled_events (id, handled_at) values ($1, $2) on conflict (id) do nothing";
const BEFORE: &str = "select e.category_id, e.author_id, c.read_role, e.deleted_at from entries e \
    left join categories c on c.id = e.category_id where e.id = $1";
// What a thread says of its category may be older than what the category said itself, whatever their times: it only
// counts where nothing else is known.
const CATEGORY_OF_THREAD: &str = "insert into categories (id, read_role, changed_at) values ($1, $2, $3) \
    on conflict (id) do nothing";
/// Somebody of whom only others tell so far, perhaps without a name.
pub(super) const AUTHOR: &str = "insert into members (user_id, username, follower_count, is_large, changed_at) \
    values ($1, $2, 0, $3, $4) on conflict (user_id) do update set username = excluded.username \
    where members.username = '' and members.deleted_at is null";
const CHANGE: &str = "insert into entries \
    (id, category_id, author_id, title, excerpt, tags, created_at, changed_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do update set category_id = excluded.category_id, \
    author_id = excluded.author_id, title = excluded.title, excerpt = excluded.excerpt, tags = excluded.tags, \
    created_at = excluded.created_at, changed_at = excluded.changed_at, deleted_at = null \
    where entries.changed_at < excluded.changed_at";
// The texts go with the thread: a thread that is restored is told again as a whole.
const DELETE: &str = "insert into entries \
    (id, category_id, author_id, title, excerpt, tags, created_at, changed_at, deleted_at) \
    values ($1, $2, $3, '', '', '[]', $4, $4, $4) on conflict (id) do update set title = '', excerpt = '', tags = '[]', \
    changed_at = excluded.changed_at, deleted_at = excluded.deleted_at where entries.changed_at <= excluded.changed_at";
const CATEGORY: &str = "insert into categories (id, read_role, changed_at) values ($1, $2, $3) \
    on conflict (id) do update set read_role = excluded.read_role, changed_at = excluded.changed_at \
    where categories.changed_at < excluded.changed_at";

/// What taking an event came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applied<T> {
    /// It was not taken before.
    pub(crate) is_new: bool,
    /// What it changed; nothing if newer news was there already.
    pub(crate) change: Option<T>,
}

row! {
    /// A thread as it was before a change.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Thread {
        pub(crate) category_id: Uuid,
        pub(crate) author_id: String,
        pub(crate) read_role: Option<String>,
        pub(crate) deleted_at: Option<DateTime<Utc>>,
    }
}

/// Takes an event in a transaction; an expression that is true if it was not taken before.
macro_rules! claim {
    ($tx:expr, $event_id:expr, $now:expr) => {
        sqlx::query($crate::store::apply::CLAIM)
            .bind($event_id)
            .bind($now)
            .execute(&mut *$tx)
            .await?
            .rows_affected()
            == 1
    };
}
pub(super) use claim;

/// In a transaction: sets what an event says has begun or ended, unless newer news was there; an expression that is true if
/// that is a change. The statements are for what is heard of for the first time, what becomes otherwise, and what stays.
macro_rules! settle {
    ($tx:expr, $first:expr, $flip:expr, $confirm:expr, $is_active:expr, $changed_at:expr) => {{
        let first = $first.bind($is_active).bind($changed_at);
        if first.execute(&mut *$tx).await?.rows_affected() == 1 {
            $is_active
        } else {
            let flip = $flip.bind($is_active).bind($changed_at);
            let flipped = flip.execute(&mut *$tx).await?.rows_affected() == 1;
            let confirm = $confirm.bind($changed_at);
            confirm.execute(&mut *$tx).await?;
            flipped
        }
    }};
}
pub(super) use settle;

impl Store {
    /// A thread was opened or changed. Tells what it was before, if it was there.
    pub(crate) async fn change_thread(
        &self,
        event_id: Uuid,
        thread: &ThreadChanged,
    ) -> sqlx::Result<Applied<Option<Thread>>> {
        let now = self.now();
        let tags = serde_json::to_string(&thread.tags).unwrap_or_else(|_| "[]".to_owned());
        Ok(in_transaction!(&self.db, tx => {
            let is_new = claim!(tx, event_id, now);
            let before = sqlx::query_as::<_, Thread>(BEFORE).bind(thread.thread_id).fetch_optional(&mut *tx).await?;
            let category = sqlx::query(CATEGORY_OF_THREAD).bind(thread.category_id).bind(&thread.read_role);
            category.bind(DateTime::UNIX_EPOCH).execute(&mut *tx).await?;
            let author = sqlx::query(AUTHOR).bind(&thread.author_id).bind(&thread.author_name);
            author.bind(false).bind(DateTime::UNIX_EPOCH).execute(&mut *tx).await?;
            let change = sqlx::query(CHANGE).bind(thread.thread_id).bind(thread.category_id).bind(&thread.author_id);
            let change = change.bind(&thread.title).bind(&thread.excerpt).bind(&tags);
            let done = change.bind(thread.created_at).bind(thread.changed_at).execute(&mut *tx).await?;
            Applied { is_new, change: (done.rows_affected() == 1).then_some(before) }
        }))
    }

    /// A thread is gone. Tells what it was before, if it was there.
    pub(crate) async fn delete_thread(
        &self,
        event_id: Uuid,
        thread: &ThreadDeleted,
    ) -> sqlx::Result<Applied<Option<Thread>>> {
        let now = self.now();
        Ok(in_transaction!(&self.db, tx => {
            let is_new = claim!(tx, event_id, now);
            let before = sqlx::query_as::<_, Thread>(BEFORE).bind(thread.thread_id).fetch_optional(&mut *tx).await?;
            let delete = sqlx::query(DELETE).bind(thread.thread_id).bind(Uuid::nil()).bind(&thread.author_id);
            let done = delete.bind(thread.deleted_at).execute(&mut *tx).await?;
            Applied { is_new, change: (done.rows_affected() == 1).then_some(before) }
        }))
    }

    /// Who may read a category has changed.
    pub(crate) async fn change_category(
        &self,
        event_id: Uuid,
        category: &CategoryChanged,
    ) -> sqlx::Result<Applied<()>> {
        let now = self.now();
        Ok(in_transaction!(&self.db, tx => {
            let is_new = claim!(tx, event_id, now);
            let change = sqlx::query(CATEGORY).bind(category.category_id).bind(&category.read_role);
            let done = change.bind(category.changed_at).execute(&mut *tx).await?;
            Applied { is_new, change: (done.rows_affected() == 1).then_some(()) }
        }))
    }
}
