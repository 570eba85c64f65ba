create table rooms (
    id text primary key,
    name text not null,
    description text not null,
    created_at text not null,
    -- The seq of the room's latest message. Taken from here in the transaction that stores a message.
    last_seq integer not null default 0
) without rowid;

-- In the order in which they are read: a room's messages by seq.
create table messages (
    room_id text not null references rooms (id),
    seq integer not null,
    id blob not null,
    user_id text not null,
    username text not null,
    content text not null,
    message_type text not null,
    file_url text,
    -- The sender's own name for the message: a second send of it is the same message.
    client_id text,
    created_at text not null,
    primary key (room_id, seq)
) without rowid;

create unique index messages_client_id on messages (room_id, user_id, client_id) where client_id is not null;

-- Names seen in rooms, to tell other services of each once.
create table participants (
    user_id text not null,
    username text not null,
    primary key (user_id, username)
) without rowid;

create table outbox (
    id blob primary key,
    replica blob not null,
    payload text not null,
    created_at text not null
);
create index outbox_replica on outbox (replica, id);
create index outbox_created_at on outbox (created_at, id);
