-- What is shown of threads, as discussion told.
create table entries (
    -- The thread; UUIDv7, so that newer ones sort behind older ones.
    id blob primary key,
    -- Nil of a thread that was deleted before anything else was told of it.
    category_id blob not null,
    author_id text not null,
    title text not null,
    excerpt text not null,
    -- JSON array of texts.
    tags text not null,
    created_at text not null,
    -- Of the newest news of it.
    changed_at text not null,
    deleted_at text
);
create index entries_author_id on entries (author_id, id);
create index entries_category_id on entries (category_id, id);

-- How often an entry is liked and commented. Apart from the entries, because they change more often, and because news of a
-- like may come before the thread.
create table entry_counts (
    entry_id blob primary key,
    like_count integer not null,
    comment_count integer not null
);

-- Who likes which thread. One that was taken back stays for a while, so that older news does not bring it back.
create table likes (
    entry_id blob not null,
    user_id text not null,
    is_active boolean not null,
    changed_at text not null,
    primary key (entry_id, user_id)
);
create index likes_user_id on likes (user_id, entry_id);
create index likes_ended on likes (changed_at) where not is_active;

-- Which comments there are. One that was deleted stays for a while, too.
create table comments (
    id blob primary key,
    entry_id blob not null,
    is_active boolean not null,
    changed_at text not null
);
create index comments_entry_id on comments (entry_id);
create index comments_ended on comments (changed_at) where not is_active;

-- Who may read what is in a category; null for everybody.
create table categories (
    id blob primary key,
    read_role text,
    -- Of the newest news of the category itself. 1970 if only a thread told of it.
    changed_at text not null
);

create table members (
    user_id text primary key,
    username text not null,
    avatar_url text,
    -- How many follow them.
    follower_count integer not null,
    -- Too many follow them to hand out what they write: it is merged when followers read.
    is_large boolean not null,
    -- When they last asked for their feed: only to such who do is anything handed out.
    active_at text,
    changed_at text not null,
    deleted_at text
);
create index members_large on members (user_id) where is_large;
create index members_follower_count on members (follower_count);

-- Who follows, blocks and mutes whom. One that was ended stays for a while, so that older news does not bring it back.
create table relations (
    -- follow, block or mute
    kind text not null,
    user_id text not null,
    target_id text not null,
    is_active boolean not null,
    changed_at text not null,
    primary key (kind, user_id, target_id)
);
create index relations_target_id on relations (kind, target_id, user_id);
create index relations_ended on relations (changed_at) where not is_active;

-- Changes of timelines that the key-value store did not take: they are tried again.
create table pending_updates (
    -- entry: what was made of it. author: the newest of theirs, for all followers. timeline: it is to be thrown away.
    kind text not null,
    target text not null,
    created_at text not null,
    primary key (kind, target)
);

-- Events that were taken: they may come again.
create table handled_events (
    id blob primary key,
    handled_at text not null
);
create index handled_events_handled_at on handled_events (handled_at, id);
