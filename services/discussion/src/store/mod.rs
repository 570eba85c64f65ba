//! The tables of discussion: what all parts read, and the pieces of statements that they share.

pub(crate) mod macros;
pub(crate) mod rows;
pub(crate) mod statement;
pub(crate) mod tree;

use folkmoot_common::{
    Context, ServiceName,
    auth::Principal,
    db::{Db, Migrations, sqlx},
    with_reader,
};
use uuid::Uuid;

pub(crate) use rows::{
    AttachmentRow, CategoryRow, CommentRow, SeenThread, TagRow, Tally, ThreadRow, WriterRow,
};

use crate::{policy::Reader, visible};

/// The schema.
pub const MIGRATIONS: Migrations = Migrations::new(&[(
    "0001_init",
    include_str!("../../migrations/sqlite/0001_init.sql"),
    include_str!("../../migrations/postgres/0001_init.sql"),
)]);

/// The slug of the category that is always there.
pub const DEFAULT_CATEGORY: &str = "general";

const THREAD: &str = concat!(
    "select ",
    crate::thread_facts!(),
    ", t.body, t.body_html, t.rendered_by",
    crate::thread_tables!(),
    "where t.id = $1 and ",
    visible!("$2")
);
const SEEN_THREAD: &str = concat!(
    crate::seen_threads!("$2"),
    " where t.id = $1 and ",
    visible!("$3")
);
const COMMENT: &str = concat!(crate::comment_columns!("$2"), " where c.id = $1");
const CATEGORY: &str = concat!(
    "select id, slug, name, description, position, read_role, post_role, created_at from categories g where slug = $1 and ",
    visible!("$2")
);
const WRITER: &str = "select x.user_id, coalesce(m.username, $5) as username, m.user_id is not null as is_known, m.avatar_url, m.deleted_at, \
    exists (select 1 from blocks b where b.target_id = $1 and b.user_id in ($2, p.author_id) and b.is_active) as is_blocked, \
    exists (select 1 from read_positions r where r.user_id = $1 and r.thread_id = $4) as has_position, \
    p.thread_id as parent_thread_id, p.path as parent_path, p.author_id as parent_author_id, p.deleted_at is not null as parent_is_deleted \
    from (select cast($1 as text) as user_id) x left join members m on m.user_id = x.user_id left join comments p on p.id = $3";

/// The tables.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) ctx: Context,
    pub(crate) db: Db,
}

impl Store {
    /// Opens the database.
    ///
    /// # Errors
    /// If the settings are wrong, or a local file cannot be opened.
    pub(crate) async fn open(ctx: &Context) -> anyhow::Result<Self> {
        let db = Db::open(ctx, ServiceName::Discussion, MIGRATIONS).await?;
        Ok(Self {
            ctx: ctx.clone(),
            db,
        })
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    /// A thread with its category and author, if the reader may read the category. It may be deleted.
    pub(crate) async fn thread(
        &self,
        id: Uuid,
        reader: &Reader,
    ) -> sqlx::Result<Option<ThreadRow>> {
        with_reader!(&self.db, db => {
            sqlx::query_as(THREAD).bind(id).bind(&*reader.roles_key()).fetch_optional(db).await
        })
    }

    /// The same, to be shown to the reader.
    pub(crate) async fn seen_thread(
        &self,
        id: Uuid,
        reader: &Reader,
    ) -> sqlx::Result<Option<SeenThread>> {
        with_reader!(&self.db, db => {
            let query = sqlx::query_as(SEEN_THREAD).bind(id).bind(reader.user_id());
            query.bind(&*reader.roles_key()).fetch_optional(db).await
        })
    }

    /// A comment with its author, whatever its thread is. It may be deleted.
    pub(crate) async fn comment(
        &self,
        id: Uuid,
        reader: &Reader,
    ) -> sqlx::Result<Option<CommentRow>> {
        with_reader!(&self.db, db => {
            sqlx::query_as(COMMENT).bind(id).bind(reader.user_id()).fetch_optional(db).await
        })
    }

    /// A category that the reader may read.
    pub(crate) async fn category(
        &self,
        slug: &str,
        reader: &Reader,
    ) -> sqlx::Result<Option<CategoryRow>> {
        with_reader!(&self.db, db => {
            sqlx::query_as(CATEGORY).bind(slug).bind(&*reader.roles_key()).fetch_optional(db).await
        })
    }

    /// What is known of who writes in a thread of `author_id` that is there or is none yet, and of the comment that they answer,
    /// wherever that is.
    pub(crate) async fn writer(
        &self,
        who: &Principal,
        (thread_id, author_id): (Uuid, &str),
        parent_id: Option<Uuid>,
    ) -> sqlx::Result<WriterRow> {
        with_reader!(&self.db, db => {
            let query = sqlx::query_as(WRITER).bind(&who.user_id).bind(author_id).bind(parent_id);
            query.bind(thread_id).bind(&who.username).fetch_one(db).await
        })
    }
}
