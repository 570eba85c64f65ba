create table notifications (
    -- UUIDv7: newer ones sort behind older ones.
    id blob primary key,
    user_id text not null,
    -- The event it tells of; null for what was posted. An event tells each user once.
    event_id blob,
    notif_type text not null,
    title text not null,
    body text not null,
    room_id text,
    is_read boolean not null,
    created_at text not null,
    constraint notifications_event_id_user_id unique (event_id, user_id)
);
create index notifications_user_id on notifications (user_id, id);
create index notifications_unread on notifications (user_id, id) where not is_read;

-- Who goes by which name, as identity (or, in open mode, chat) told.
create table directory (
    user_id text primary key,
    username text not null,
    -- Lower case.
    username_key text not null,
    -- Earlier mentions of the name meant somebody else.
    mentionable_from text not null,
    seen_at text not null
);
create index directory_username_key on directory (username_key, user_id);

-- Mentions that wait for somebody of that name to be known.
create table pending_mentions (
    event_id blob not null,
    -- Lower case.
    username_key text not null,
    sent_at text not null,
    -- JSON.
    payload text not null,
    primary key (event_id, username_key)
);
create index pending_mentions_username_key on pending_mentions (username_key, sent_at, event_id);
create index pending_mentions_sent_at on pending_mentions (sent_at, event_id);

-- Events that were taken: they may come again.
create table handled_events (
    id blob primary key,
    handled_at text not null
);
create index handled_events_handled_at on handled_events (handled_at, id);
