//! Pieces of SQL, as literals, and of transactions.

/// Whether who has the roles key bound to `$n` ([`Reader::roles_key`](crate::policy::Reader)) may read the category `g`.
///
/// `replace` compares whole names and each character, which `like` does not: `_` would match anything.
#[macro_export]
macro_rules! visible {
    ($key:literal) => {
        concat!(
            "(g.read_role is null or ",
            $key,
            " = '*' or replace(",
            $key,
            ", ',' || g.read_role || ',', '') <> ",
            $key,
            ")"
        )
    };
}

/// What is still to be added to counters, read once for all rows of a statement.
///
/// Not row by row: the table is all but empty, so PostgreSQL would rather read all of it each time than use its index, and
/// keep to that plan when it is not empty for a while.
#[macro_export]
macro_rules! with_pending {
    () => {
        "with pending as materialized (select x.target_id, x.kind, cast(sum(x.change) as bigint) as change \
         from counter_changes x group by x.target_id, x.kind) "
    };
}

/// What is still to be added to a counter of the row with this id, in a statement [`with_pending!`](crate::with_pending).
#[macro_export]
macro_rules! pending {
    ($id:literal, $kind:literal) => {
        concat!(
            "coalesce((select p.change from pending p where p.target_id = ",
            $id,
            " and p.kind = '",
            $kind,
            "'), 0)"
        )
    };
}

/// Everything of a [`ThreadRow`](crate::store::ThreadRow) but the texts: from `threads t`, `categories g` and `members m`.
#[macro_export]
macro_rules! thread_facts {
    () => {
        "t.id, t.title, t.category_id, g.slug as category_slug, g.name as category_name, g.read_role, g.post_role, \
         t.author_id, m.username, m.avatar_url, m.deleted_at as author_deleted_at, t.excerpt, t.is_locked, t.is_pinned, \
         t.created_at, t.edited_at, t.deleted_at, t.last_activity_at"
    };
}

/// The [`Tally`](crate::store::Tally) of `threads t` for the user in `$n`, with `read_positions r`, in a statement
/// [`with_pending!`](crate::with_pending).
///
/// Who has no position in a thread never opened it nor wrote there: all comments are unread, without looking at one.
#[macro_export]
macro_rules! thread_tally {
    ($user:literal) => {
        concat!(
            "t.comment_count + ", $crate::pending!("t.id", "comment"), " as comment_count, \
             t.like_count + ", $crate::pending!("t.id", "like"), " as like_count, \
             exists (select 1 from likes l where l.target_id = t.id and l.user_id = ", $user, ") as liked, \
             case when ", $user, " = '' then 0 when r.user_id is null then t.comment_count + ",
            $crate::pending!("t.id", "comment"), " else \
             (select count(*) from (select 1 from comments c where c.thread_id = t.id \
             and c.id > coalesce(r.comment_id, t.id) and c.deleted_at is null and c.author_id <> ", $user, " limit 100) newer) \
             end as unread_count"
        )
    };
}

/// The columns of an [`Access`](crate::sockets::Access), from `threads t` and `categories g`.
#[macro_export]
macro_rules! access_columns {
    () => {
        "t.id, t.category_id, g.read_role, t.deleted_at is not null as is_deleted"
    };
}

/// Where [`thread_facts!`](crate::thread_facts) come from.
#[macro_export]
macro_rules! thread_tables {
    () => {
        " from threads t join categories g on g.id = t.category_id left join members m on m.user_id = t.author_id "
    };
}

/// What [`thread_tally!`](crate::thread_tally) needs besides.
#[macro_export]
macro_rules! thread_position {
    ($user:literal) => {
        concat!(
            "left join read_positions r on r.thread_id = t.id and r.user_id = ",
            $user
        )
    };
}

/// The beginning of a statement that reads whole [`SeenThread`](crate::store::SeenThread)s for the user in `$n`.
#[macro_export]
macro_rules! seen_threads {
    ($user:literal) => {
        concat!(
            $crate::with_pending!(),
            "select ",
            $crate::thread_facts!(),
            ", t.body, t.body_html, t.rendered_by, ",
            $crate::thread_tally!($user),
            $crate::thread_tables!(),
            $crate::thread_position!($user)
        )
    };
}

/// The beginning of a statement that reads [`CommentRow`](crate::store::CommentRow)s for the user in `$n`.
#[macro_export]
macro_rules! comment_columns {
    ($user:literal) => {
        concat!(
            $crate::with_pending!(),
            "select c.id, c.thread_id, c.parent_id, c.path, c.depth, c.author_id, m.username, m.avatar_url, \
             m.deleted_at as author_deleted_at, c.body, c.body_html, c.rendered_by, \
             c.like_count + ", $crate::pending!("c.id", "like"), " as like_count, \
             exists (select 1 from likes l where l.target_id = c.id and l.user_id = ", $user, ") as liked, \
             c.created_at, c.edited_at, c.deleted_at \
             from comments c left join members m on m.user_id = c.author_id"
        )
    };
}

/// In a transaction: something is to be added to a counter, `like` or `comment`, of a thread or comment. The folder adds
/// it later; `counters.wake()` after the commit.
#[macro_export]
macro_rules! change_counter {
    ($tx:ident, $ctx:expr, $target:expr, $kind:literal, $change:expr) => {
        sqlx::query("insert into counter_changes (id, target_id, kind, change, happened_at) values ($1, $2, $3, $4, $5)")
            .bind($ctx.ids.next())
            .bind($target)
            .bind($kind)
            .bind(i64::from($change))
            .bind($ctx.clock.now())
            .execute(&mut *$tx)
            .await?
    };
}

/// In a transaction: false if the event was taken before.
#[macro_export]
macro_rules! take_event {
    ($tx:ident, $ctx:expr, $event_id:expr) => {
        sqlx::query("insert into handled_events (id, handled_at) values ($1, $2) on conflict (id) do nothing")
            .bind($event_id)
            .bind($ctx.clock.now())
            .execute(&mut *$tx)
            .await?
            .rows_affected()
            > 0
    };
}

/// In a transaction: the name of who writes, if no event has told it yet; how many rows that is. Every event is newer.
#[macro_export]
macro_rules! remember_member {
    ($tx:ident, $who:expr) => {
        sqlx::query(
            "insert into members (user_id, username, changed_at) values ($1, $2, $3) on conflict (user_id) do nothing",
        )
        .bind(&$who.user_id)
        .bind(&$who.username)
        .bind(chrono::DateTime::UNIX_EPOCH)
        .execute(&mut *$tx)
        .await?
        .rows_affected()
    };
}

/// In a transaction: an [`Entry`](crate::audit::Entry) of the audit log.
#[macro_export]
macro_rules! record {
    ($tx:ident, $ctx:expr, $entry:expr) => {{
        let entry: &$crate::audit::Entry = &$entry;
        sqlx::query(
            "insert into audit_log (id, actor_id, actor_name, action, target_type, target_id, category_id, detail, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind($ctx.ids.next())
        .bind(&entry.actor_id)
        .bind(&entry.actor_name)
        .bind(entry.action)
        .bind(entry.target_type)
        .bind(&entry.target_id)
        .bind(entry.category_id)
        .bind(entry.detail.to_string())
        .bind($ctx.clock.now())
        .execute(&mut *$tx)
        .await?
    }};
}
