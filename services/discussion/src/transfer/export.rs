//! Categories, threads, comments and likes, a page at a time, each behind what it refers to.
//!
//! What was deleted is left out, except for a comment that others answered: it goes without its text.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::sqlx,
    row,
    transfer::{Category, Comment, Like, Record, Thread},
    with_reader,
};
use uuid::Uuid;

use super::Transfer;
use crate::store::CategoryRow;

/// The kinds of records, in the order in which they are to be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Categories.
    Categories,
    /// Threads.
    Threads,
    /// Comments.
    Comments,
    /// Likes.
    Likes,
}

/// A page: its records, and behind what the next one begins, if there is one.
pub type Page = (Vec<Record>, Option<String>);

const CATEGORIES: &str = "select id, slug, name, description, position, read_role, post_role, created_at \
    from categories where slug > $1 order by slug limit $2";
const THREADS: &str = "select t.id, g.slug as category, t.author_id, t.title, t.body, t.is_locked, t.is_pinned, \
    t.created_at, t.edited_at from threads t join categories g on g.id = t.category_id \
    where t.id > $1 and t.deleted_at is null order by t.id limit $2";
const TAGS: &str = "select tag from thread_tags where thread_id = $1 order by tag";
const COMMENTS: &str = "select c.id, c.thread_id, c.parent_id, c.path, c.author_id, c.body, c.created_at, c.edited_at, \
    c.deleted_at from comments c join threads t on t.id = c.thread_id \
    where (c.thread_id, c.path) > ($1, $2) and t.deleted_at is null order by c.thread_id, c.path limit $3";
const LIKES: &str = "select target_id, user_id, created_at from likes \
    where (target_id, user_id) > ($1, $2) order by target_id, user_id limit $3";

row! {
    struct ThreadRow {
        id: Uuid,
        category: String,
        author_id: String,
        title: String,
        body: String,
        is_locked: bool,
        is_pinned: bool,
        created_at: DateTime<Utc>,
        edited_at: Option<DateTime<Utc>>,
    }
}

row! {
    struct CommentRow {
        id: Uuid,
        thread_id: Uuid,
        parent_id: Option<Uuid>,
        path: String,
        author_id: String,
        body: String,
        created_at: DateTime<Utc>,
        edited_at: Option<DateTime<Utc>>,
        deleted_at: Option<DateTime<Utc>>,
    }
}

row! {
    struct LikeRow {
        target_id: Uuid,
        user_id: String,
        created_at: DateTime<Utc>,
    }
}

impl Transfer {
    /// A page of one kind, behind `after` of the page before.
    ///
    /// # Errors
    /// As the database says, or if `after` is from no page.
    pub async fn export(
        &self,
        kind: Kind,
        after: Option<&str>,
        limit: u32,
    ) -> anyhow::Result<Page> {
        let limit = i64::from(limit);
        let (records, last) = match kind {
            Kind::Categories => self.categories(after, limit).await?,
            Kind::Threads => self.threads(after, limit).await?,
            Kind::Comments => self.comments(after, limit).await?,
            Kind::Likes => self.likes(after, limit).await?,
        };
        let is_full = records.len() as i64 == limit;
        Ok((records, last.filter(|_| is_full)))
    }

    /// How many records of a kind there are, about.
    ///
    /// # Errors
    /// As the database says.
    pub async fn count(&self, kind: Kind) -> sqlx::Result<u64> {
        let statement = match kind {
            Kind::Categories => "select count(*) from categories",
            Kind::Threads => "select count(*) from threads where deleted_at is null",
            Kind::Comments => "select count(*) from comments",
            Kind::Likes => "select count(*) from likes",
        };
        let count: i64 =
            with_reader!(self.store.db(), db => sqlx::query_scalar(statement).fetch_one(db).await)?;
        Ok(count.unsigned_abs())
    }

    async fn categories(&self, after: Option<&str>, limit: i64) -> anyhow::Result<Page> {
        let rows: Vec<CategoryRow> = with_reader!(self.store.db(), db => {
            sqlx::query_as(CATEGORIES).bind(after.unwrap_or_default()).bind(limit).fetch_all(db).await
        })?;
        let last = rows.last().map(|row| row.slug.clone());
        Ok((rows.into_iter().map(category).collect(), last))
    }

    async fn threads(&self, after: Option<&str>, limit: i64) -> anyhow::Result<Page> {
        let after = after.map_or(Ok(Uuid::nil()), Uuid::parse_str)?;
        let rows: Vec<ThreadRow> = with_reader!(self.store.db(), db => {
            sqlx::query_as(THREADS).bind(after).bind(limit).fetch_all(db).await
        })?;
        let last = rows.last().map(|row| row.id.to_string());
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            let tags = with_reader!(self.store.db(), db => {
                sqlx::query_scalar(TAGS).bind(row.id).fetch_all(db).await
            })?;
            records.push(thread(row, tags));
        }
        Ok((records, last))
    }

    async fn comments(&self, after: Option<&str>, limit: i64) -> anyhow::Result<Page> {
        let (thread, path) = pair(after)?;
        let rows: Vec<CommentRow> = with_reader!(self.store.db(), db => {
            sqlx::query_as(COMMENTS).bind(thread).bind(path).bind(limit).fetch_all(db).await
        })?;
        let last = rows
            .last()
            .map(|row| format!("{}/{}", row.thread_id, row.path));
        Ok((rows.into_iter().map(comment).collect(), last))
    }

    async fn likes(&self, after: Option<&str>, limit: i64) -> anyhow::Result<Page> {
        let (target, user) = pair(after)?;
        let rows: Vec<LikeRow> = with_reader!(self.store.db(), db => {
            sqlx::query_as(LIKES).bind(target).bind(user).bind(limit).fetch_all(db).await
        })?;
        let last = rows
            .last()
            .map(|row| format!("{}/{}", row.target_id, row.user_id));
        Ok((rows.into_iter().map(like).collect(), last))
    }
}

fn pair(after: Option<&str>) -> anyhow::Result<(Uuid, &str)> {
    let (id, rest) = after
        .and_then(|after| after.split_once('/'))
        .unwrap_or_default();
    let id = if id.is_empty() {
        Uuid::nil()
    } else {
        Uuid::parse_str(id)?
    };
    Ok((id, rest))
}

fn category(row: CategoryRow) -> Record {
    Record::Category(Category {
        id: row.id,
        slug: row.slug,
        name: row.name,
        description: row.description,
        position: row.position,
        read_role: row.read_role,
        post_role: row.post_role,
        created_at: row.created_at,
    })
}

fn thread(row: ThreadRow, tags: Vec<String>) -> Record {
    Record::Thread(Thread {
        id: row.id,
        category: row.category,
        author_id: row.author_id,
        title: row.title,
        body: row.body,
        tags,
        is_locked: row.is_locked,
        is_pinned: row.is_pinned,
        created_at: row.created_at,
        edited_at: row.edited_at,
    })
}

fn comment(row: CommentRow) -> Record {
    Record::Comment(Comment {
        id: row.id,
        thread_id: row.thread_id,
        parent_id: row.parent_id,
        author_id: row.author_id,
        body: row.deleted_at.is_none().then_some(row.body),
        created_at: row.created_at,
        edited_at: row.edited_at,
    })
}

fn like(row: LikeRow) -> Record {
    Record::Like(Like {
        target_id: row.target_id,
        user_id: row.user_id,
        created_at: row.created_at,
    })
}
