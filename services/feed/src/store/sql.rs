//! Pieces of statements, as literals.

/// Whether who has the roles key in `$k` ([`Reader::roles_key`](crate::policy::Reader)) may read the category `c`.
///
/// `replace` compares whole names and each character, which `like` does not: `_` would match anything.
macro_rules! readable {
    ($key:literal) => {
        concat!(
            "(c.read_role is null or ",
            $key,
            " = '*' or replace(",
            $key,
            ", ',' || c.read_role || ',', '') <> ",
            $key,
            ")"
        )
    };
}

/// Whether the entry `e` is there and the reader in `$u` is not apart from its author by a block.
///
/// Whom a reader does not see is read once, not asked for each entry: they are few.
macro_rules! unblocked {
    ($user:literal) => {
        concat!(
            "e.deleted_at is null and e.author_id not in (select x.target_id from relations x \
             where x.kind = 'block' and x.user_id = ",
            $user,
            " and x.is_active) and e.author_id not in (select x.user_id from relations x \
             where x.kind = 'block' and x.target_id = ",
            $user,
            " and x.is_active)"
        )
    };
}

/// Whether the reader in `$u` has not muted the author of the entry `e`.
macro_rules! unmuted {
    ($user:literal) => {
        concat!(
            "e.author_id not in (select x.target_id from relations x where x.kind = 'mute' and x.user_id = ",
            $user,
            " and x.is_active)"
        )
    };
}

/// Whether the entry `e` of the category `c` is for the lists of the reader in `$k` and `$u`.
macro_rules! visible {
    ($key:literal, $user:literal) => {
        concat!(
            readable!($key),
            " and ",
            unblocked!($user),
            " and ",
            unmuted!($user)
        )
    };
}

/// The authors, as `author_id`, whom the user in `$u` follows, and the user.
macro_rules! followed {
    ($user:literal) => {
        concat!(
            "(select f.target_id as author_id from relations f where f.kind = 'follow' \
             and f.user_id = ",
            $user,
            " and f.is_active union select cast(",
            $user,
            " as text))"
        )
    };
}

/// Whether the author of the entry `e` is one of those. As a condition of each entry, unlike `in` alone, which PostgreSQL
/// would begin with: with all that these authors ever wrote.
macro_rules! heard {
    ($user:literal) => {
        concat!(
            "(e.author_id = ",
            $user,
            " or e.author_id in (select f.target_id from relations f where f.kind = 'follow' and f.user_id = ",
            $user,
            " and f.is_active))"
        )
    };
}

/// The columns of an [`EntryRow`](crate::model::EntryRow) from `e`, `c`, and what is joined by [`around!`].
macro_rules! columns {
    () => {
        "e.id, e.category_id, e.author_id, e.title, e.excerpt, e.tags, e.created_at, e.changed_at, c.read_role, \
         m.username, m.avatar_url, m.deleted_at as author_deleted_at, \
         coalesce(n.like_count, 0) as like_count, coalesce(n.comment_count, 0) as comment_count"
    };
}

/// What is joined to entries `e` to show them.
macro_rules! around {
    () => {
        " join categories c on c.id = e.category_id left join members m on m.user_id = e.author_id \
         left join entry_counts n on n.entry_id = e.id "
    };
}

/// Whether `$column` is one of the ids in `$1`: a JSON array of hexadecimal texts.
macro_rules! among_sqlite {
    () => {
        "e.id in (select unhex(value) from json_each($1))"
    };
}

/// Whether `e.id` is one of the ids in `$1`: an array.
macro_rules! among_postgres {
    () => {
        "e.id = any($1)"
    };
}

pub(crate) use {
    among_postgres, among_sqlite, around, columns, followed, heard, readable, unblocked, unmuted,
    visible,
};
