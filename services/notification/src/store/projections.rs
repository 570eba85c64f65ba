//! What other services told of accounts, categories and threads. Events come in any order: the latest counts.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::sqlx,
    events::{
        ReadRole,
        discussion::{CategoryChanged, ThreadChanged, ThreadDeleted},
    },
    in_transaction, row, with_reader, with_writer,
};
use uuid::Uuid;

use super::{
    Job, Store,
    sql::{Sql, values},
};
use crate::events::Known;

// A name that somebody keeps counts from when they first had it, whichever news of it comes first.
// Who is gone does not get a name again by news from before.
const LEARN: &str = "insert into directory (user_id, username, username_key, mentionable_from, seen_at) \
    select $1, $2, $3, $4, $5 where not exists ( \
        select 1 from members where user_id = $1 and deleted_at is not null) \
    on conflict (user_id) do update set \
    mentionable_from = case \
        when directory.username_key <> excluded.username_key then excluded.mentionable_from \
        when directory.mentionable_from < excluded.mentionable_from then directory.mentionable_from \
        else excluded.mentionable_from end, \
    username = excluded.username, username_key = excluded.username_key, \
    seen_at = case when directory.seen_at > excluded.seen_at then directory.seen_at else excluded.seen_at end \
    where directory.username_key = excluded.username_key or directory.seen_at <= excluded.seen_at";
const KNOWN: &str = "select (select username_key from directory where user_id = $1) as username_key, \
    (select roles_at from members where user_id = $1) as roles_at, r.role \
    from (select 1 as one) this left join member_roles r on r.user_id = $1";

const ROLES_AT: &str = "insert into members (user_id, roles_at) values ($1, $2) \
    on conflict (user_id) do update set roles_at = excluded.roles_at \
    where members.deleted_at is null and (members.roles_at is null or members.roles_at < excluded.roles_at)";
const NO_ROLES: &str = "delete from member_roles where user_id = $1";
const ROLE: &str =
    "insert into member_roles (user_id, role) values ($1, $2) on conflict do nothing";

const RELATE: &str = "insert into relations (user_id, target_id, kind, is_active, changed_at) \
    values ($1, $2, $3, $4, $5) on conflict (user_id, target_id, kind) do update set \
    is_active = excluded.is_active, changed_at = excluded.changed_at \
    where relations.changed_at < excluded.changed_at";

const CATEGORY: &str = "insert into categories (category_id, read_role, changed_at) values ($1, $2, $3) \
    on conflict (category_id) do update set read_role = excluded.read_role, changed_at = excluded.changed_at, \
    also_role = case when categories.carried_at <= excluded.changed_at then null else categories.also_role end \
    where categories.changed_at is null or categories.changed_at < excluded.changed_at";
const CATEGORY_BESIDES: &str = "insert into categories (category_id, also_role, carried_at) values ($1, $2, $3) \
    on conflict (category_id) do update set carried_at = excluded.carried_at, also_role = case \
        when categories.changed_at is null or categories.changed_at < excluded.carried_at \
        then excluded.also_role else null end \
    where categories.carried_at is null or categories.carried_at < excluded.carried_at";

const THREAD_WAS: &str = "select category_id, is_deleted from threads where thread_id = $1";
const THREAD: &str = "insert into threads (thread_id, title, category_id, changed_at, excerpt, is_deleted) \
    values ($1, $2, $3, $4, $5, false) on conflict (thread_id) do update set \
    title = excluded.title, excerpt = excluded.excerpt, category_id = excluded.category_id, changed_at = excluded.changed_at, is_deleted = false, \
    also_category_id = case \
        when threads.carried_at <= excluded.changed_at then null else threads.also_category_id end \
    where threads.changed_at is null or threads.changed_at < excluded.changed_at";
const THREAD_GONE: &str = "insert into threads (thread_id, changed_at, is_deleted) values ($1, $2, true) \
    on conflict (thread_id) do update set changed_at = excluded.changed_at, is_deleted = true \
    where threads.changed_at is null or threads.changed_at < excluded.changed_at";
const THREAD_BESIDES: &str = "insert into threads (thread_id, title, also_category_id, carried_at, is_deleted) \
    values ($1, $2, $3, $4, false) on conflict (thread_id) do update set \
    title = coalesce(threads.title, excluded.title), carried_at = excluded.carried_at, also_category_id = case \
        when threads.changed_at is null or threads.changed_at < excluded.carried_at \
        then excluded.also_category_id else null end \
    where threads.carried_at is null or threads.carried_at < excluded.carried_at";

const PLACES: &str = "select c.category_id, c.read_role, c.also_role, t.title is not null as has_title \
    from threads t join categories c on c.category_id = t.category_id or c.category_id = t.also_category_id \
    where t.thread_id = $1";

const COMMENT_GONE: &str = "insert into comments (comment_id, is_deleted, changed_at) values ($1, $2, $3) \
    on conflict (comment_id) do update set is_deleted = excluded.is_deleted, changed_at = excluded.changed_at \
    where comments.changed_at < excluded.changed_at";
const EXCERPT: &str =
    "update notifications set excerpt = $2 where comment_id = $1 and excerpt is not null";

row! {
    /// A category that a thread is in, as far as is known.
    struct KnownPlace {
        category_id: Uuid,
        read_role: Option<String>,
        also_role: Option<String>,
        has_title: bool,
    }
}

row! {
    struct Trait {
        username_key: Option<String>,
        roles_at: Option<DateTime<Utc>>,
        role: Option<String>,
    }
}

/// What is known of a user.
#[derive(Debug, Default)]
pub(crate) struct Acquaintance {
    pub(crate) username_key: Option<String>,
    pub(crate) roles_at: Option<DateTime<Utc>>,
    pub(crate) roles: BTreeSet<String>,
}

/// What an event says of its thread besides: where it is, and who may read there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) thread_id: Uuid,
    pub(crate) title: &'a str,
    pub(crate) category_id: Uuid,
    pub(crate) read_role: &'a ReadRole,
    pub(crate) at: DateTime<Utc>,
}

impl Place<'_> {
    /// Takes note of what is news of it. Says which roles reading the thread takes.
    ///
    /// Mostly it is none, and nothing is written. What was not written down does not stand against older news that comes
    /// later; the thread's own, which is newer than that, puts it right.
    pub(super) async fn keep(&self, sql: &mut impl Sql) -> sqlx::Result<Vec<String>> {
        let known = places(sql, self.thread_id).await?;
        if self.is_all(&known) {
            return Ok(roles(known));
        }
        let (category_id, at) = (self.category_id, self.at);
        keep_category(sql, category_id, self.read_role, at).await?;
        let besides = values![self.thread_id, self.title, category_id, at];
        sql.run(THREAD_BESIDES, besides).await?;
        required(sql, self.thread_id).await
    }

    fn is_all(&self, known: &[KnownPlace]) -> bool {
        let [known] = known else {
            return false;
        };
        let roles = [&known.read_role, &known.also_role].into_iter().flatten();
        let roles: BTreeSet<_> = roles.collect();
        known.category_id == self.category_id
            && known.has_title
            && roles == self.read_role.iter().collect()
    }
}

/// The roles that reading a thread takes.
pub(super) async fn required(sql: &mut impl Sql, thread_id: Uuid) -> sqlx::Result<Vec<String>> {
    places(sql, thread_id).await.map(roles)
}

async fn places(sql: &mut impl Sql, thread_id: Uuid) -> sqlx::Result<Vec<KnownPlace>> {
    sql.all(PLACES, values![thread_id]).await
}

fn roles(known: Vec<KnownPlace>) -> Vec<String> {
    let roles = known.into_iter();
    let roles = roles.flat_map(|place| [place.read_role, place.also_role]);
    roles.flatten().collect()
}

async fn keep_category(
    sql: &mut impl Sql,
    category_id: Uuid,
    read_role: &ReadRole,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    let besides = values![category_id, read_role.as_deref(), at];
    sql.run(CATEGORY_BESIDES, besides).await.map(|_| ())
}

/// Keeps a thread as it is now. Says whether others may see it than before.
pub(super) async fn keep_thread(sql: &mut impl Sql, thread: &ThreadChanged) -> sqlx::Result<bool> {
    let (thread_id, category_id, at) = (thread.thread_id, thread.category_id, thread.changed_at);
    keep_category(sql, category_id, &thread.read_role, at).await?;
    let was: Option<(Option<Uuid>, bool)> = sql.first(THREAD_WAS, values![thread_id]).await?;
    let kept = values![thread_id, &thread.title, category_id, at, &thread.excerpt];
    let is_news = sql.run(THREAD, kept).await? > 0;
    Ok(is_news && was.is_some_and(|was| was != (Some(category_id), false)))
}

/// Takes note that a thread is gone. Says whether it is news.
pub(super) async fn drop_thread(sql: &mut impl Sql, deleted: &ThreadDeleted) -> sqlx::Result<bool> {
    let gone = values![deleted.thread_id, deleted.deleted_at];
    Ok(sql.run(THREAD_GONE, gone).await? > 0)
}

/// Takes note of whether a comment is gone.
pub(super) async fn keep_comment(
    sql: &mut impl Sql,
    comment_id: Uuid,
    is_deleted: bool,
    at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let kept = values![comment_id, is_deleted, at];
    Ok(sql.run(COMMENT_GONE, kept).await? > 0)
}

/// A comment says something else now.
pub(super) async fn keep_excerpt(
    sql: &mut impl Sql,
    comment_id: Uuid,
    excerpt: &str,
) -> sqlx::Result<()> {
    sql.run(EXCERPT, values![comment_id, excerpt])
        .await
        .map(|_| ())
}

/// Keeps that somebody follows, blocks or mutes somebody, or does so no more. Says whether it is news.
pub(super) async fn relate(
    sql: &mut impl Sql,
    (user_id, target_id): (&str, &str),
    kind: &str,
    is_active: bool,
    at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let related = values![user_id, target_id, kind, is_active, at];
    Ok(sql.run(RELATE, related).await? > 0)
}

impl Store {
    /// Learns who goes by a name.
    pub(crate) async fn learn(&self, known: &Known) -> sqlx::Result<()> {
        let (
            key,
            Known {
                user_id, username, ..
            },
        ) = (known.key(), known);
        in_transaction!(&self.db, tx => {
            let learned = values![user_id, username, &key, known.mentionable_from, known.seen_at];
            tx.run(LEARN, learned).await?;
        });
        Ok(())
    }

    /// What is known of a user.
    pub(crate) async fn acquaintance(&self, user_id: &str) -> sqlx::Result<Acquaintance> {
        let traits: Vec<Trait> = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.all(KNOWN, values![user_id]).await?
        });
        let mut known = Acquaintance::default();
        for Trait {
            username_key,
            roles_at,
            role,
        } in traits
        {
            (known.username_key, known.roles_at) = (username_key, roles_at);
            known.roles.extend(role);
        }
        Ok(known)
    }

    /// Somebody still has the roles that are known.
    pub(crate) async fn confirm_roles(&self, user_id: &str, at: DateTime<Utc>) -> sqlx::Result<()> {
        with_writer!(&self.db, db => {
            let mut db = db.clone();
            db.run(ROLES_AT, values![user_id, at]).await?
        });
        Ok(())
    }

    /// Learns the roles that somebody had at a time. Says whether it is news.
    pub(crate) async fn learn_roles(
        &self,
        user_id: &str,
        roles: &[String],
        at: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let is_news = in_transaction!(&self.db, tx => {
            let is_news = tx.run(ROLES_AT, values![user_id, at]).await? > 0;
            if is_news {
                tx.run(NO_ROLES, values![user_id]).await?;
                for role in roles {
                    tx.run(ROLE, values![user_id, role]).await?;
                }
            }
            is_news
        });
        Ok(is_news)
    }

    /// Learns who may read a category.
    pub(crate) async fn keep_category(&self, category: &CategoryChanged) -> sqlx::Result<()> {
        let CategoryChanged {
            category_id,
            read_role,
            changed_at,
        } = category;
        let job = Job::RecountCategory {
            category_id: *category_id,
        };
        in_transaction!(&self.db, tx => {
            let kept = values![*category_id, read_role.as_deref(), *changed_at];
            if tx.run(CATEGORY, kept).await? > 0 {
                self.add_job(&mut *tx, self.ids.next(), &job).await?;
            }
        });
        Ok(())
    }
}
