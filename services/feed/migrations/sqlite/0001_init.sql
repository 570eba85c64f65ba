-- What is shown of threads, as discussion told.
create table entries (
    -- The thread; UUIDv7, so that newer ones sort behind older ones.
    id blob primary key,
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

-- Who may read what is in a category; null for everybody.
create table categories (
    id blob primary key,
    read_role text,
    changed_at text not null
);

create table members (
    user_id text primary key,
    username text not null,
    avatar_url text,
    -- How many follow them.
    follower_count integer not null,
    -- When they last asked for their feed: only to such who do is anything handed out.
    active_at text,
    changed_at text not null,
    deleted_at text
);

-- Who follows, blocks and mutes whom. One that was ended stays for a while, so that older news does not bring it back.
create table relations (
    -- follow, block or mute
    kind text not null,
    user_id text not null,
    target_id text not null,
    is_active integer not null,
    changed_at text not null,
    primary key (kind, user_id, target_id)
);
create index relations_target_id on relations (kind, target_id, user_id);

-- Events that were taken: they may come again.
create table handled_events (
    id blob primary key,
    handled_at text not null
);
create index handled_events_handled_at on handled_events (handled_at, id);
