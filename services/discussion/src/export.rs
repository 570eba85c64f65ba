//! What is kept of a member, handed out to them: what they wrote, also what was deleted of it, what they like, and whom
//! they reported. What others wrote stays out.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    ServiceName,
    db::sqlx,
    exports::{self, Lines, PAGE},
    row, with_reader,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{AppState, store::Store};

/// Reads one kind of rows in the order of a column of ids; `$1` is the member, `$2` the last id, `$3` the page.
macro_rules! exported {
    ($name:ident, $sql:literal, { $($field:ident: $type:ty),* $(,)? }) => {
        row! {
            #[derive(Debug, Serialize)]
            struct $name { id: Uuid, $($field: $type),* }
        }

        impl $name {
            async fn page(store: &Store, user_id: &str, after: Uuid) -> sqlx::Result<Vec<Self>> {
                with_reader!(&store.db, db => {
                    sqlx::query_as($sql).bind(user_id).bind(after).bind(i64::from(PAGE)).fetch_all(db).await
                })
            }

            async fn write(store: &Store, user_id: &str, kind: &str, lines: &mut Lines) -> anyhow::Result<()> {
                let mut after = Uuid::nil();
                loop {
                    let page = Self::page(store, user_id, after).await?;
                    for row in &page {
                        lines.write(kind, row).await?;
                    }
                    match page.last() {
                        Some(last) => after = last.id,
                        None => return Ok(()),
                    }
                }
            }
        }
    };
}

exported!(
    ThreadLine,
    "select t.id, g.slug as category, t.title, t.body, t.created_at, t.edited_at, t.deleted_at from threads t \
     join categories g on g.id = t.category_id where t.author_id = $1 and t.id > $2 order by t.id limit $3",
    {
        category: String,
        title: String,
        body: String,
        created_at: DateTime<Utc>,
        edited_at: Option<DateTime<Utc>>,
        deleted_at: Option<DateTime<Utc>>,
    }
);
exported!(
    CommentLine,
    "select id, thread_id, parent_id, body, created_at, edited_at, deleted_at from comments \
     where author_id = $1 and id > $2 order by id limit $3",
    {
        thread_id: Uuid,
        parent_id: Option<Uuid>,
        body: String,
        created_at: DateTime<Utc>,
        edited_at: Option<DateTime<Utc>>,
        deleted_at: Option<DateTime<Utc>>,
    }
);
exported!(
    LikeLine,
    "select target_id as id, created_at from likes where user_id = $1 and target_id > $2 order by target_id limit $3",
    { created_at: DateTime<Utc> }
);
exported!(
    ReadLine,
    "select thread_id as id, comment_id, read_at from read_positions where user_id = $1 and thread_id > $2 \
     order by thread_id limit $3",
    { comment_id: Option<Uuid>, read_at: DateTime<Utc> }
);
exported!(
    ReportLine,
    "select id, thread_id, comment_id, reason, status, created_at from reports where reporter_id = $1 and id > $2 \
     order by id limit $3",
    {
        thread_id: Uuid,
        comment_id: Option<Uuid>,
        reason: String,
        status: String,
        created_at: DateTime<Utc>,
    }
);
exported!(
    AttachmentLine,
    "select id, thread_id, filename, content_type, size, created_at from attachments where owner_id = $1 and id > $2 \
     order by id limit $3",
    {
        thread_id: Uuid,
        filename: String,
        content_type: String,
        size: i64,
        created_at: DateTime<Utc>,
    }
);

/// Begins to take part in exports.
pub(crate) fn start(state: &AppState) {
    let store = state.store.clone();
    exports::start(
        &state.ctx,
        ServiceName::Discussion,
        move |user_id, lines| {
            let store = store.clone();
            async move { write(&store, &user_id, lines).await }
        },
    );
}

async fn write(store: &Store, user_id: &str, mut lines: Lines) -> anyhow::Result<Lines> {
    ThreadLine::write(store, user_id, "thread", &mut lines).await?;
    CommentLine::write(store, user_id, "comment", &mut lines).await?;
    LikeLine::write(store, user_id, "like", &mut lines).await?;
    ReadLine::write(store, user_id, "read_position", &mut lines).await?;
    ReportLine::write(store, user_id, "report", &mut lines).await?;
    AttachmentLine::write(store, user_id, "attachment", &mut lines).await?;
    Ok(lines)
}
