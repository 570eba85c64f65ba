//! Comments in bulk: one look for what they answer, one insert, one change for each thread they are in.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::sqlx::{self, QueryBuilder, Row as _},
    http::ApiResult,
    id, in_transaction,
    transfer::{Comment, Imported},
    with_reader,
};
use uuid::Uuid;

use super::{Transfer, push_ids};
use crate::{render::RENDERER, store::tree, validate};

const COUNT: &str = "update threads set comment_count = comment_count + $2, \
    last_activity_at = case when last_activity_at < $3 then $3 else last_activity_at end where id = $1";

/// Where comments stand that are there, or will be in a moment.
type Places = HashMap<Uuid, Place>;

#[derive(Debug, Clone)]
struct Place {
    thread_id: Uuid,
    path: String,
}

/// A comment that may be stored.
struct Ready<'a> {
    comment: &'a Comment,
    path: String,
    depth: i32,
    html: String,
}

impl Transfer {
    pub(super) async fn import_comments(&self, comments: &[&Comment]) -> ApiResult<Imported> {
        let mut places = self.places(comments).await?;
        let threads = self.threads_of(comments).await?;
        let before = places.clone();
        let mut ready = Vec::with_capacity(comments.len());
        let mut imported = Imported::default();
        for comment in comments {
            if before.contains_key(&comment.id) {
                imported.unchanged += 1;
                continue;
            }
            match place(comment, &threads, &places) {
                Some((path, depth)) if is_sound(comment) => {
                    let html = match &comment.body {
                        Some(body) => self.renderer.render(body.clone()).await?.html,
                        None => String::new(),
                    };
                    let at = Place {
                        thread_id: comment.thread_id,
                        path: path.clone(),
                    };
                    places.insert(comment.id, at);
                    ready.push(Ready {
                        comment,
                        path,
                        depth,
                        html,
                    });
                }
                _ => imported.refused += 1,
            }
        }
        let created = self.insert_comments(&ready).await?;
        imported.created += created;
        // Of two whose ids make the same place only one can be there.
        imported.refused += ready.len() as u64 - created;
        Ok(imported)
    }

    /// Where those of `comments` stand that are there already, and what they answer.
    async fn places(&self, comments: &[&Comment]) -> sqlx::Result<Places> {
        let own = comments.iter().map(|comment| comment.id);
        let ids: HashSet<_> = comments
            .iter()
            .filter_map(|comment| comment.parent_id)
            .chain(own)
            .collect();
        with_reader!(self.store.db(), db => {
            let mut query = QueryBuilder::new("select id, thread_id, path from comments where id in ");
            push_ids!(query, &ids);
            let rows = query.build().fetch_all(db).await?;
            rows.iter().map(|row| {
                let place = Place { thread_id: row.try_get("thread_id")?, path: row.try_get("path")? };
                Ok((row.try_get("id")?, place))
            }).collect()
        })
    }

    async fn threads_of(&self, comments: &[&Comment]) -> sqlx::Result<HashSet<Uuid>> {
        let ids: HashSet<_> = comments.iter().map(|comment| comment.thread_id).collect();
        with_reader!(self.store.db(), db => {
            let mut query = QueryBuilder::new("select id from threads where id in ");
            push_ids!(query, &ids);
            let rows = query.build().fetch_all(db).await?;
            rows.iter().map(|row| row.try_get("id")).collect()
        })
    }

    async fn insert_comments(&self, comments: &[Ready<'_>]) -> sqlx::Result<u64> {
        if comments.is_empty() {
            return Ok(0);
        }
        let created = in_transaction!(self.store.db(), tx => {
            let mut insert = QueryBuilder::new(
                "insert into comments (id, thread_id, parent_id, path, depth, author_id, body, body_html, rendered_by, \
                 like_count, created_at, edited_at, deleted_at) ",
            );
            insert.push_values(comments, |mut row, Ready { comment, path, depth, html }| {
                row.push_bind(comment.id).push_bind(comment.thread_id).push_bind(comment.parent_id)
                    .push_bind(path).push_bind(depth).push_bind(&comment.author_id)
                    .push_bind(comment.body.as_deref().unwrap_or_default()).push_bind(html).push_bind(RENDERER)
                    .push_bind(0_i64).push_bind(comment.created_at).push_bind(comment.edited_at)
                    .push_bind(comment.body.is_none().then_some(comment.created_at));
            });
            insert.push(" on conflict do nothing returning id");
            let rows = insert.build().fetch_all(&mut *tx).await?;
            let created = rows.iter().map(|row| row.try_get("id")).collect::<sqlx::Result<HashSet<Uuid>>>()?;
            for (thread_id, (count, latest)) in counts(comments, &created) {
                sqlx::query(COUNT).bind(thread_id).bind(count).bind(latest).execute(&mut *tx).await?;
            }
            created.len() as u64
        });
        Ok(created)
    }
}

fn is_sound(comment: &Comment) -> bool {
    let body = comment.body.as_deref();
    id::is_valid(&comment.author_id) && body.is_none_or(|body| validate::body(body, false).is_ok())
}

/// Where a comment belongs, if its thread and what it answers are there, together.
fn place(comment: &Comment, threads: &HashSet<Uuid>, places: &Places) -> Option<(String, i32)> {
    let Some(parent_id) = comment.parent_id else {
        let known = threads.contains(&comment.thread_id);
        return known.then(|| tree::place(None, comment.id));
    };
    let parent = places.get(&parent_id)?;
    (parent.thread_id == comment.thread_id).then(|| tree::place(Some(&parent.path), comment.id))
}

/// How many of `created` are new in each thread and not deleted, and when the latest was written. In one order, so that two
/// imports do not wait for each other.
fn counts(comments: &[Ready<'_>], created: &HashSet<Uuid>) -> BTreeMap<Uuid, (i64, DateTime<Utc>)> {
    let mut counts = BTreeMap::new();
    let new = comments
        .iter()
        .map(|ready| ready.comment)
        .filter(|comment| created.contains(&comment.id) && comment.body.is_some());
    for comment in new {
        let (count, latest) = counts
            .entry(comment.thread_id)
            .or_insert((0, comment.created_at));
        *count += 1;
        *latest = comment.created_at.max(*latest);
    }
    counts
}
