//! Opening, editing and deleting threads.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::sqlx::{self, QueryBuilder},
    http::{ApiError, ApiResult},
    in_transaction,
    upload::Received,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    AppState,
    access::{self, no_category},
    attach,
    audit::Entry,
    events::{self, Kind},
    live::Change,
    model::{NewThread, Thread, ThreadEdit},
    policy::{self, Reader},
    record, remember_member,
    render::{RENDERER, Rendered},
    sockets,
    store::{CategoryRow, DEFAULT_CATEGORY, SeenThread, Tally, ThreadRow, WriterRow},
    validate,
};

const INSERT: &str = "insert into threads \
    (id, category_id, author_id, title, body, body_html, rendered_by, excerpt, is_locked, is_pinned, comment_count, \
    like_count, last_activity_at, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 0, 0, $10, $10)";
const INSERT_TAGS: &str = "insert into thread_tags (thread_id, tag) ";
const DELETE_TAGS: &str = "delete from thread_tags where thread_id = $1";
macro_rules! keep {
    ($lock:literal) => {
        concat!(
            "insert into revisions (id, target_id, title, body, edited_by, edited_at) \
             select $2, id, title, body, $3, $4 from threads where id = $1 and deleted_at is null",
            $lock
        )
    };
}
const KEEP: &str = keep!("");
// What is kept is what is replaced.
const KEEP_LOCKED: &str = keep!(" for update");
const REPLACE: &str = "update threads set title = $2, body = $3, body_html = $4, rendered_by = $5, excerpt = $6, edited_at = $7 where id = $1";
const DELETE: &str =
    "update threads set deleted_at = $2, deleted_by = $3 where id = $1 and deleted_at is null";

/// In a transaction: tags of a thread that has none.
macro_rules! insert_tags {
    ($tx:ident, $thread_id:expr, $tags:expr) => {
        if !$tags.is_empty() {
            let mut query = QueryBuilder::new(INSERT_TAGS);
            query.push_values($tags, |mut row, tag| {
                row.push_bind($thread_id).push_bind(tag);
            });
            query.build().execute(&mut *$tx).await?;
        }
    };
}

/// Opens a thread. The reader's limit has been counted.
///
/// # Errors
/// 404 `category_not_found`, 403 without its role, 422 as [`validate`] and the renderer say.
pub(crate) async fn create(state: &AppState, reader: &Reader, new: NewThread) -> ApiResult<Thread> {
    let (row, tags) = open(state, reader, new, &[]).await?;
    let thread = SeenThread {
        row,
        tally: Tally::default(),
    };
    Ok(thread.into_thread(reader.user_id(), tags, Vec::new()))
}

/// As [`create`], with files, which are pending. Gives the thread's id.
///
/// # Errors
/// As [`create`]; 503 if a file was given up.
pub(crate) async fn create_with_files(
    state: &AppState,
    reader: &Reader,
    new: NewThread,
    files: &[Received],
) -> ApiResult<Uuid> {
    let (thread, _tags) = open(state, reader, new, files).await?;
    Ok(thread.id)
}

async fn open(
    state: &AppState,
    reader: &Reader,
    new: NewThread,
    files: &[Received],
) -> ApiResult<(ThreadRow, Vec<String>)> {
    let title = validate::title(&new.title)?;
    validate::body(&new.body, !files.is_empty())?;
    let tags = validate::tags(&new.tags)?;
    let slug = new.category.as_deref().unwrap_or(DEFAULT_CATEGORY);
    let category = access::category(state, reader, slug).await?;
    policy::check_post(reader, &category)?;
    let rendered = state.renderer.render(new.body.clone()).await?;
    let (id, now) = (state.ctx.ids.next(), state.ctx.clock.now());
    let author = reader.principal()?;
    // Nobody is answered who could have blocked them.
    let writer = state.store.writer(author, (id, ""), None).await?;
    let thread = opened(id, category, &writer, title, new.body, &rendered, now);
    let event = events::thread(
        &state.ctx,
        Kind::Created,
        &thread,
        &tags,
        rendered.mentions,
        now,
    )?;
    in_transaction!(&state.store.db, tx => {
        if !writer.is_known {
            remember_member!(tx, writer);
        }
        let query = sqlx::query(INSERT).bind(id).bind(thread.category_id).bind(&thread.author_id);
        let query = query.bind(&thread.title).bind(&thread.body).bind(&thread.body_html).bind(RENDERER);
        let query = query.bind(&thread.excerpt).bind(false).bind(now);
        query.execute(&mut *tx).await.map_err(not_inserted)?;
        insert_tags!(tx, id, &tags);
        if !attach!(tx, state.ctx, id, &thread.author_id, files.iter().zip(0_i32..)) {
            return Err(ApiError::unavailable("the upload took too long and was given up"));
        }
        state.outbox.enqueue(&mut *tx, &event).await?;
    });
    state.outbox.wake();
    metrics::counter!("folkmoot_threads_created_total").increment(1);
    Ok((thread, tags))
}

/// The category may have been deleted in the meantime.
fn not_inserted(error: sqlx::Error) -> ApiError {
    let database = error.as_database_error();
    if database.is_some_and(|error| error.is_foreign_key_violation()) {
        return no_category();
    }
    error.into()
}

fn opened(
    id: Uuid,
    category: CategoryRow,
    writer: &WriterRow,
    title: String,
    body: String,
    rendered: &Rendered,
    now: DateTime<Utc>,
) -> ThreadRow {
    ThreadRow {
        id,
        title,
        category_id: category.id,
        category_slug: category.slug,
        category_name: category.name,
        read_role: category.read_role,
        post_role: category.post_role,
        author_id: writer.user_id.clone(),
        username: Some(writer.username.clone()),
        avatar_url: writer.avatar_url.clone(),
        author_deleted_at: writer.deleted_at,
        excerpt: rendered.excerpt.clone(),
        body,
        body_html: rendered.html.clone(),
        rendered_by: RENDERER,
        is_locked: false,
        is_pinned: false,
        created_at: now,
        edited_at: None,
        deleted_at: None,
        last_activity_at: now,
    }
}

/// Edits a thread; the texts that it held become a revision. The reader's limit has been counted.
///
/// # Errors
/// 404 `thread_not_found`, 403, 409 `thread_deleted`, 422.
pub(crate) async fn edit(
    state: &AppState,
    reader: &Reader,
    id: Uuid,
    edit: ThreadEdit,
) -> ApiResult<Thread> {
    let SeenThread { row: old, tally } = access::seen_thread(state, reader, id).await?;
    policy::check_edit(reader, &old, &old.author_id)?;
    let editor = reader.principal()?;
    let files = state.store.attachments(&[id]).await?.remove(&id);
    let old_tags = state.store.tags(&[id]).await?.remove(&id);
    let old_tags = old_tags.unwrap_or_default();
    let title = edit.title.as_deref().map(validate::title).transpose()?;
    if let Some(body) = &edit.body {
        validate::body(body, files.is_some())?;
    }
    let tags = edit.tags.as_deref().map(validate::tags).transpose()?;
    let tags = tags.unwrap_or_else(|| old_tags.clone());
    let body = edit.body.unwrap_or_else(|| old.body.clone());
    let rendered = state.renderer.render(body.clone()).await?;
    let mut thread = ThreadRow {
        title: title.unwrap_or_else(|| old.title.clone()),
        body,
        body_html: rendered.html.clone(),
        excerpt: rendered.excerpt.clone(),
        ..old.clone()
    };
    let new_text = (&thread.title, &thread.body) != (&old.title, &old.body);
    let new_tags = tags != old_tags;
    let shown = |row, tags| {
        let thread = SeenThread { row, tally };
        thread.into_thread(reader.user_id(), tags, files.unwrap_or_default())
    };
    if !new_text && !new_tags {
        return Ok(shown(thread, tags));
    }
    let now = state.ctx.clock.now();
    let mentions = new_mentions(state, &rendered, old.body).await?;
    let event = events::thread(&state.ctx, Kind::Updated, &thread, &tags, mentions, now)?;
    let detail = json!({"title": old.title});
    let entry = (editor.user_id != thread.author_id).then(|| {
        Entry::new(editor, "thread.edited", "thread", id, detail).in_category(thread.category_id)
    });
    let revision = state.ctx.ids.next();
    let keep = state.store.db.choose(KEEP, KEEP_LOCKED);
    in_transaction!(&state.store.db, tx => {
        if new_text {
            let keep = sqlx::query(keep).bind(id).bind(revision).bind(&editor.user_id).bind(now);
            if keep.execute(&mut *tx).await?.rows_affected() == 0 {
                return Err(access::no_thread());
            }
            let replace = sqlx::query(REPLACE).bind(id).bind(&thread.title).bind(&thread.body);
            let replace = replace.bind(&thread.body_html).bind(RENDERER).bind(&thread.excerpt);
            replace.bind(now).execute(&mut *tx).await?;
            thread.edited_at = Some(now);
        }
        if new_tags {
            sqlx::query(DELETE_TAGS).bind(id).execute(&mut *tx).await?;
            insert_tags!(tx, id, &tags);
        }
        if let Some(entry) = &entry {
            record!(tx, state.ctx, entry);
        }
        state.outbox.enqueue(&mut *tx, &event).await?;
    });
    state.outbox.wake();
    let thread = shown(thread, tags);
    sockets::tell(state, &Change::thread_updated(thread.clone())).await;
    Ok(thread)
}

/// Who is mentioned that was not before.
pub(crate) async fn new_mentions(
    state: &AppState,
    rendered: &Rendered,
    before: String,
) -> ApiResult<BTreeSet<String>> {
    if rendered.mentions.is_empty() {
        return Ok(BTreeSet::new());
    }
    // A text of an older version may not pass any more: it mentioned nobody then.
    let before = state.renderer.render(before).await.unwrap_or_default();
    Ok(rendered
        .mentions
        .difference(&before.mentions)
        .cloned()
        .collect())
}

/// Deletes a thread; a moderator may restore it. A second time changes nothing.
///
/// # Errors
/// 404 `thread_not_found`, 403.
pub(crate) async fn delete(state: &AppState, reader: &Reader, id: Uuid) -> ApiResult<()> {
    let thread = access::thread(state, reader, id).await?;
    policy::check_own(reader, &thread.author_id)?;
    let who = reader.principal()?;
    let now = state.ctx.clock.now();
    let event = events::thread_deleted(&state.ctx, &thread, now)?;
    let detail = json!({"title": thread.title, "author_id": thread.author_id});
    let entry = (who.user_id != thread.author_id).then(|| {
        Entry::new(who, "thread.deleted", "thread", id, detail).in_category(thread.category_id)
    });
    in_transaction!(&state.store.db, tx => {
        let deleted = sqlx::query(DELETE).bind(id).bind(now).bind(&who.user_id).execute(&mut *tx).await?;
        if deleted.rows_affected() == 0 {
            return Ok(());
        }
        if let Some(entry) = &entry {
            record!(tx, state.ctx, entry);
        }
        state.outbox.enqueue(&mut *tx, &event).await?;
    });
    state.outbox.wake();
    sockets::tell(state, &Change::ThreadDeleted { thread_id: id }).await;
    Ok(())
}
