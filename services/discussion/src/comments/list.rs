//! Reading a thread's comments: each page is one range of the index, however many there are and however deep they stand.

use folkmoot_common::{
    db::sqlx,
    http::{ApiError, ApiResult, Page, page},
    with_reader,
};
use uuid::Uuid;

use crate::{
    AppState,
    access::no_comment,
    comment_columns,
    model::Comment,
    policy::Reader,
    store::{CommentRow, Store, ThreadRow, tree::subtree_end},
};

const TREE: &str = concat!(
    comment_columns!("$2"),
    " where c.thread_id = $1 and c.path > $3 and c.path < $4 order by c.path limit $5"
);
const SUBTREE: &str = concat!(
    comment_columns!("$2"),
    " where c.thread_id = $1 and c.path >= $3 and c.path < $4 order by c.path limit $5"
);
const NEWEST: &str = concat!(
    comment_columns!("$2"),
    " where c.thread_id = $1 and c.id < $3 order by c.id desc limit $4"
);
const PATH: &str = "select path from comments where id = $1 and thread_id = $2";

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Depth first, the oldest first: all, or a comment with all that is below it.
    Tree { root: Option<Uuid> },
    /// The newest first.
    New,
}

/// A page of the comments of a thread that the reader may see: three statements at most.
///
/// # Errors
/// 400 `invalid_cursor`; 404 `comment_not_found` for a root that is not in the thread.
pub(crate) async fn list(
    state: &AppState,
    reader: &Reader,
    thread: &ThreadRow,
    order: Order,
    after: Option<Uuid>,
    limit: u32,
) -> ApiResult<Page<Comment>> {
    let mut rows = match order {
        Order::New => {
            let before = after.unwrap_or(Uuid::max());
            state
                .store
                .newest_comments(thread.id, reader, before, limit + 1)
                .await?
        }
        Order::Tree { root } => tree(state, reader, thread.id, root, after, limit + 1).await?,
    };
    let stored = rows.iter_mut();
    let stored = stored.map(|row| (&mut row.body_html, &row.body, row.rendered_by));
    state.renderer.refresh(stored).await?;
    let comments = rows.into_iter().map(CommentRow::into_comment).collect();
    Ok(Page::new(comments, limit, |last: &Comment| {
        next(order, limit, last.id)
    }))
}

async fn tree(
    state: &AppState,
    reader: &Reader,
    thread_id: Uuid,
    root: Option<Uuid>,
    after: Option<Uuid>,
    limit: u32,
) -> ApiResult<Vec<CommentRow>> {
    let store = &state.store;
    let base = match root {
        None => String::new(),
        Some(root) => store.path(root, thread_id).await?.ok_or_else(no_comment)?,
    };
    let end = subtree_end(&base);
    let Some(after) = after else {
        return Ok(store
            .comments(SUBTREE, thread_id, reader, [&base, &end], limit)
            .await?);
    };
    let cursor = store.path(after, thread_id).await?;
    let cursor = cursor.filter(|path| path.starts_with(&base));
    let cursor = cursor.ok_or_else(|| {
        ApiError::bad_request(
            "invalid_cursor",
            "after must be from a Link header of this list",
        )
    })?;
    Ok(store
        .comments(TREE, thread_id, reader, [&cursor, &end], limit)
        .await?)
}

fn next(order: Order, limit: u32, last: Uuid) -> String {
    let order = match order {
        Order::New => "&sort=new".to_owned(),
        Order::Tree { root: None } => String::new(),
        Order::Tree { root: Some(root) } => {
            format!("&{}", page::query_pair("root", &root.to_string()))
        }
    };
    format!(
        "limit={limit}{order}&{}",
        page::query_pair("after", &last.to_string())
    )
}

impl Store {
    async fn path(&self, id: Uuid, thread_id: Uuid) -> sqlx::Result<Option<String>> {
        with_reader!(&self.db, db => {
            sqlx::query_scalar(PATH).bind(id).bind(thread_id).fetch_optional(db).await
        })
    }

    async fn comments(
        &self,
        statement: &'static str,
        thread_id: Uuid,
        reader: &Reader,
        [from, end]: [&str; 2],
        limit: u32,
    ) -> sqlx::Result<Vec<CommentRow>> {
        with_reader!(&self.db, db => {
            let query = sqlx::query_as(statement).bind(thread_id).bind(reader.user_id());
            query.bind(from).bind(end).bind(i64::from(limit)).fetch_all(db).await
        })
    }

    async fn newest_comments(
        &self,
        thread_id: Uuid,
        reader: &Reader,
        before: Uuid,
        limit: u32,
    ) -> sqlx::Result<Vec<CommentRow>> {
        with_reader!(&self.db, db => {
            let query = sqlx::query_as(NEWEST).bind(thread_id).bind(reader.user_id());
            query.bind(before).bind(i64::from(limit)).fetch_all(db).await
        })
    }
}
