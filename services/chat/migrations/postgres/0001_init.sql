create table rooms (
    -- Bytewise, as SQLite orders it: the keyset of the room list must not depend on a locale.
    id text collate "C" primary key,
    name text not null,
    description text not null,
    created_at timestamptz not null,
    -- The seq of the room's latest message. Taken from here in the transaction that stores a message.
    last_seq bigint not null default 0
);

create table messages (
    room_id text collate "C" not null references rooms (id),
    seq bigint not null,
    id uuid not null,
    user_id text not null,
    username text not null,
    content text not null,
    message_type text not null,
    file_url text,
    -- The sender's own name for the message: a second send of it is the same message.
    client_id text,
    created_at timestamptz not null,
    primary key (room_id, seq)
);

create unique index messages_client_id on messages (room_id, user_id, client_id) where client_id is not null;

-- Names seen in rooms, to tell other services of each once.
create table participants (
    user_id text not null,
    username text not null,
    primary key (user_id, username)
);

create table outbox (
    id uuid primary key,
    replica uuid not null,
    payload text not null,
    created_at timestamptz not null
);
create index outbox_replica on outbox (replica, id);
create index outbox_created_at on outbox (created_at, id);
