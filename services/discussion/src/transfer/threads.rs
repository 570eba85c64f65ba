//! Threads in bulk.

use std::collections::HashMap;

use folkmoot_common::{
    ServiceName,
    bus::Event,
    db::sqlx::{self, QueryBuilder},
    events::discussion::{THREAD_UPDATED, ThreadChanged},
    http::{ApiError, ApiResult},
    in_transaction, row,
    transfer::{Imported, Thread},
    with_reader,
};
use uuid::Uuid;

use super::Transfer;
use crate::{
    render::{RENDERER, Rendered},
    validate,
};

const CATEGORIES: &str = "select id, slug, read_role from categories";
const INSERT: &str = "insert into threads (id, category_id, author_id, title, body, body_html, rendered_by, excerpt, \
    is_locked, is_pinned, comment_count, like_count, last_activity_at, created_at, edited_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, $11, $11, $12) on conflict (id) do nothing";

row! {
    struct CategoryRow {
        id: Uuid,
        slug: String,
        read_role: Option<String>,
    }
}

/// A thread that may be stored.
struct Ready<'a> {
    thread: &'a Thread,
    title: String,
    tags: Vec<String>,
    rendered: Rendered,
    category_id: Uuid,
    event: Event,
}

impl Transfer {
    pub(super) async fn import_threads(&self, threads: &[&Thread]) -> ApiResult<Imported> {
        let rows: Vec<CategoryRow> =
            with_reader!(self.store.db(), db => sqlx::query_as(CATEGORIES).fetch_all(db).await)?;
        let categories: HashMap<_, _> = rows
            .iter()
            .map(|category| (category.slug.as_str(), category))
            .collect();
        let mut ready = Vec::with_capacity(threads.len());
        for thread in threads {
            if let Some(category) = categories.get(thread.category.as_str())
                && let Some(thread) = self.ready(thread, category).await?
            {
                ready.push(thread);
            }
        }
        let created = self.insert_threads(&ready).await?;
        Ok(Imported {
            created,
            unchanged: ready.len() as u64 - created,
            refused: (threads.len() - ready.len()) as u64,
        })
    }

    async fn ready<'a>(
        &self,
        thread: &'a Thread,
        category: &CategoryRow,
    ) -> ApiResult<Option<Ready<'a>>> {
        let (Ok(title), Ok(tags), Ok(())) = (
            validate::title(&thread.title),
            validate::tags(&thread.tags),
            validate::body(&thread.body, true),
        ) else {
            return Ok(None);
        };
        if !folkmoot_common::id::is_valid(&thread.author_id) {
            return Ok(None);
        }
        let Ok(rendered) = self.renderer.render(thread.body.clone()).await else {
            return Ok(None);
        };
        let changed = ThreadChanged {
            thread_id: thread.id,
            category_id: category.id,
            read_role: category.read_role.clone(),
            author_id: thread.author_id.clone(),
            author_name: thread.author_id.clone(),
            title: title.clone(),
            excerpt: rendered.excerpt.clone(),
            tags: tags.clone(),
            mentions: Default::default(),
            created_at: thread.created_at,
            changed_at: thread.edited_at.unwrap_or(thread.created_at),
        };
        let event = Event::new(&self.ctx, ServiceName::Discussion, THREAD_UPDATED, &changed);
        Ok(Some(Ready {
            thread,
            title,
            tags,
            rendered,
            category_id: category.id,
            event: event.map_err(ApiError::internal)?,
        }))
    }

    async fn insert_threads(&self, threads: &[Ready<'_>]) -> sqlx::Result<u64> {
        let mut created = 0;
        in_transaction!(self.store.db(), tx => {
            for Ready { thread, title, tags, rendered, category_id, event } in threads {
                let inserted = sqlx::query(INSERT)
                    .bind(thread.id).bind(category_id).bind(&thread.author_id).bind(title).bind(&thread.body)
                    .bind(&rendered.html).bind(RENDERER).bind(&rendered.excerpt)
                    .bind(thread.is_locked).bind(thread.is_pinned).bind(thread.created_at).bind(thread.edited_at)
                    .execute(&mut *tx).await?.rows_affected();
                if inserted == 0 {
                    continue;
                }
                created += 1;
                if !tags.is_empty() {
                    let mut insert = QueryBuilder::new("insert into thread_tags (thread_id, tag) ");
                    insert.push_values(tags, |mut row, tag| {
                        row.push_bind(thread.id).push_bind(tag);
                    });
                    insert.build().execute(&mut *tx).await?;
                }
                self.outbox.enqueue(&mut *tx, event).await?;
            }
        });
        Ok(created)
    }
}
