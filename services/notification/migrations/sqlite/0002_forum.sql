-- Notifications of threads, comments, likes and follows. The version before does not set these columns and does not
-- read them: what it lists of such a notification is a title without names.
alter table notifications add column actor_id text;
alter table notifications add column thread_id blob;
alter table notifications add column comment_id blob;
-- The beginning of the comment it is about: shown only to who may read the thread.
alter table notifications add column excerpt text;
-- What several people did to one thing is one notification while it is unread.
alter table notifications add column group_key text;
alter table notifications add column actor_count bigint;
-- JSON: the ids of the latest of them, newest first.
alter table notifications add column recent_actors text;
-- Where it stands in the list; its id as long as nothing was added to it.
alter table notifications add column sort_id blob;
alter table notifications add column updated_at text;
create index notifications_sort_id on notifications (user_id, coalesce(sort_id, id));
create unique index notifications_open_group on notifications (user_id, group_key)
    where group_key is not null and not is_read;
create index notifications_thread_id on notifications (thread_id, user_id) where thread_id is not null;
create index notifications_comment_id on notifications (comment_id) where comment_id is not null;
create index notifications_actor_id on notifications (actor_id) where actor_id is not null;

-- Accounts: since when their roles are known, and whether they are gone. Roles are not known before.
create table members (
    user_id text primary key,
    roles_at text,
    deleted_at text
);
create table member_roles (
    user_id text not null,
    role text not null,
    primary key (user_id, role)
);

-- Who follows, blocks or mutes whom. What has ended stays, so that older news of it is known to be older.
create table relations (
    user_id text not null,
    target_id text not null,
    -- follow, block or mute.
    kind text not null,
    is_active boolean not null,
    changed_at text not null,
    primary key (user_id, target_id, kind)
);
create index relations_target_id on relations (target_id, kind, is_active, user_id);

-- Who may read a category. What other events say of it (carried_at) only counts besides what it said itself
-- (changed_at): both roles are needed then.
create table categories (
    category_id blob primary key,
    read_role text,
    changed_at text,
    also_role text,
    carried_at text
);

-- Threads that something was heard of. What other events say of their category counts besides, as above.
create table threads (
    thread_id blob primary key,
    title text,
    -- The beginning of its text.
    excerpt text,
    category_id blob,
    changed_at text,
    also_category_id blob,
    carried_at text,
    is_deleted boolean not null
);
create index threads_category_id on threads (category_id);

-- Comments that were deleted or edited.
create table comments (
    comment_id blob primary key,
    is_deleted boolean not null,
    changed_at text not null
);

-- Who did what a group tells of, and in which notification they were told of.
create table group_actors (
    -- thread:ID and comment:ID for likes, user:ID for followers.
    group_key text not null,
    actor_id text not null,
    notification_id blob,
    is_active boolean not null,
    changed_at text not null,
    primary key (group_key, actor_id)
);
create index group_actors_notification_id on group_actors (notification_id, is_active, changed_at);
create index group_actors_actor_id on group_actors (actor_id, group_key);
create index group_actors_changed_at on group_actors (changed_at);

-- What somebody chose; what they did not choose has its default.
create table preferences (
    user_id text not null,
    kind text not null,
    in_app boolean not null,
    changed_at text not null,
    primary key (user_id, kind)
);

-- Mentions in threads and comments that wait for somebody of that name to be known.
create table waiting_mentions (
    event_id blob not null,
    -- Lower case.
    username_key text not null,
    sent_at text not null,
    -- JSON.
    payload text not null,
    primary key (event_id, username_key)
);
create index waiting_mentions_username_key on waiting_mentions (username_key, sent_at, event_id);
create index waiting_mentions_sent_at on waiting_mentions (sent_at, event_id);

-- Work on more users than one transaction should touch: done in pieces, each of which moves the cursor.
create table jobs (
    -- That of the event.
    id blob primary key,
    -- JSON.
    payload text not null,
    -- The last user who is done.
    after_user_id text not null,
    ran_at text not null
);
create index jobs_ran_at on jobs (ran_at, id);
