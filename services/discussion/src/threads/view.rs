//! Rows of threads as their reader sees them: with their tags and files.

use std::collections::HashMap;

use folkmoot_common::{db::sqlx, http::ApiResult};
use uuid::Uuid;

use crate::{
    AppState, access, fetch_statement,
    model::{Attachment, Thread, ThreadSummary},
    policy::Reader,
    store::{AttachmentRow, SeenThread, Store, TagRow, statement::Statement},
};

const TAGS: &str = "select thread_id, tag from thread_tags where thread_id in ";
const ATTACHMENTS: &str =
    "select id, thread_id, filename, content_type, size from attachments where thread_id in ";

/// A thread as its reader sees it.
///
/// # Errors
/// 404 `thread_not_found`.
pub(crate) async fn view(state: &AppState, reader: &Reader, id: Uuid) -> ApiResult<Thread> {
    let thread = access::seen_thread(state, reader, id).await?;
    let threads = complete(state, reader, vec![thread]).await?;
    threads.into_iter().next().ok_or_else(access::no_thread)
}

/// Threads that were read whole, in two statements for all of them.
///
/// # Errors
/// If the database is away.
pub(crate) async fn complete(
    state: &AppState,
    reader: &Reader,
    mut threads: Vec<SeenThread>,
) -> ApiResult<Vec<Thread>> {
    let rows = threads.iter_mut().map(|thread| &mut thread.row);
    let stored = rows.map(|row| (&mut row.body_html, &row.body, row.rendered_by));
    state.renderer.refresh(stored).await?;
    beside(state, threads, |thread, tags, files| {
        thread.into_thread(reader.user_id(), tags, files)
    })
    .await
}

/// Rows of a list, whose texts were not read, in two statements for all of them.
///
/// # Errors
/// If the database is away.
pub(crate) async fn summaries(
    state: &AppState,
    reader: &Reader,
    threads: Vec<SeenThread>,
) -> ApiResult<Vec<ThreadSummary>> {
    beside(state, threads, |thread, tags, files| {
        summary(thread, reader.user_id(), tags, files)
    })
    .await
}

/// Makes something of each thread and what is stored beside it: its tags and its files.
async fn beside<T>(
    state: &AppState,
    threads: Vec<SeenThread>,
    make: impl Fn(SeenThread, Vec<String>, Vec<Attachment>) -> T,
) -> ApiResult<Vec<T>> {
    let ids: Vec<Uuid> = threads.iter().map(|thread| thread.row.id).collect();
    let mut tags = state.store.tags(&ids).await?;
    let mut files = state.store.attachments(&ids).await?;
    let made = threads.into_iter().map(|thread| {
        let id = thread.row.id;
        make(thread, take(&mut tags, id), take(&mut files, id))
    });
    Ok(made.collect())
}

fn take<T>(of: &mut HashMap<Uuid, Vec<T>>, id: Uuid) -> Vec<T> {
    of.remove(&id).unwrap_or_default()
}

fn summary(
    SeenThread { row, tally }: SeenThread,
    user_id: &str,
    tags: Vec<String>,
    attachments: Vec<Attachment>,
) -> ThreadSummary {
    ThreadSummary {
        id: row.id,
        category: row.category(),
        unread_count: tally.unread_count(user_id),
        author: row.author(),
        title: row.title,
        excerpt: row.excerpt,
        tags,
        attachments,
        is_locked: row.is_locked,
        is_pinned: row.is_pinned,
        comment_count: tally.comment_count,
        like_count: tally.like_count,
        liked: tally.liked,
        created_at: row.created_at,
        edited_at: row.edited_at,
        deleted_at: row.deleted_at,
        last_activity_at: row.last_activity_at,
    }
}

impl Store {
    /// The tags of threads, sorted.
    pub(crate) async fn tags(&self, threads: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Vec<String>>> {
        let mut of: HashMap<Uuid, Vec<String>> = HashMap::new();
        if threads.is_empty() {
            return Ok(of);
        }
        let mut statement = Statement::new(TAGS, Vec::new());
        statement.bind_ids(threads.iter().copied());
        for row in fetch_statement!(&self.db, statement, TagRow)? {
            of.entry(row.thread_id).or_default().push(row.tag);
        }
        // Not by the database, whose locale may have another order than a comparison with what is typed.
        of.values_mut().for_each(|tags| tags.sort_unstable());
        Ok(of)
    }

    /// The files of threads, in their order.
    pub(crate) async fn attachments(
        &self,
        threads: &[Uuid],
    ) -> sqlx::Result<HashMap<Uuid, Vec<Attachment>>> {
        let mut of: HashMap<Uuid, Vec<Attachment>> = HashMap::new();
        if threads.is_empty() {
            return Ok(of);
        }
        let mut statement = Statement::new(ATTACHMENTS, Vec::new());
        statement
            .bind_ids(threads.iter().copied())
            .push(" order by thread_id, position, id");
        for row in fetch_statement!(&self.db, statement, AttachmentRow)? {
            of.entry(row.thread_id)
                .or_default()
                .push(row.into_attachment());
        }
        Ok(of)
    }
}
