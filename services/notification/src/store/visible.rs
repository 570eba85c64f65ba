//! What a user may see of their notifications, as part of a statement. It is asked whenever something is shown or counted:
//! what was told before access was taken away is not there afterwards.

/// Whether `$user` has a role that a column of a category asks for. Roles that are not known are none.
macro_rules! has_role {
    ($user:literal, $column:literal) => {
        concat!(
            "(",
            $column,
            " is null or ",
            $column,
            " = 'member' or exists (select 1 from member_roles m where m.user_id = ",
            $user,
            " and m.role in (",
            $column,
            ", 'admin')))"
        )
    };
}

/// Whether `$user` does not want to hear of `$actor`, or may not.
///
/// Each of the three is one row of an index, whatever PostgreSQL expects of the values: asked for two kinds at once, a plan
/// that is made for any values reads all who follow the actor, for each user.
macro_rules! is_averse {
    ($user:literal, $actor:literal) => {
        concat!(
            "(",
            $crate::store::visible::tied!($user, $actor, "block"),
            " or ",
            $crate::store::visible::tied!($user, $actor, "mute"),
            " or ",
            $crate::store::visible::tied!($actor, $user, "block"),
            ")"
        )
    };
}

macro_rules! tied {
    ($user:literal, $target:literal, $kind:literal) => {
        concat!(
            "exists (select 1 from relations r where r.user_id = ",
            $user,
            " and r.target_id = ",
            $target,
            " and r.kind = '",
            $kind,
            "' and r.is_active)"
        )
    };
}

/// The tables that [`visible!`](crate::store::visible) needs.
macro_rules! from_notifications {
    () => {
        " from notifications n left join threads t on t.thread_id = n.thread_id \
         left join categories c on c.category_id = t.category_id \
         left join categories b on b.category_id = t.also_category_id \
         left join comments d on d.comment_id = n.comment_id "
    };
}

/// Whether the user of `n` may see it. A thread of which nothing is known is not shown.
macro_rules! visible {
    () => {
        concat!(
            "(n.thread_id is null or (not t.is_deleted \
              and (t.category_id is not null or t.also_category_id is not null) \
              and (t.category_id is null or (c.category_id is not null and ",
            has_role!("n.user_id", "c.read_role"),
            " and ",
            has_role!("n.user_id", "c.also_role"),
            ")) and (t.also_category_id is null or (b.category_id is not null and ",
            has_role!("n.user_id", "b.read_role"),
            " and ",
            has_role!("n.user_id", "b.also_role"),
            ")) and coalesce(d.is_deleted, false) = false)) \
             and not ",
            $crate::store::visible::is_averse!("n.user_id", "n.actor_id")
        )
    };
}

pub(crate) use {from_notifications, has_role, is_averse, tied, visible};
