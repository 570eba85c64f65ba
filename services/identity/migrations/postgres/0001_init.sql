create table users (
    id uuid primary key,
    username text not null,
    -- Lower case: names that differ in case only are the same.
    username_key text not null constraint users_username_key unique,
    email text not null,
    email_key text not null constraint users_email_key unique,
    -- PHC string format.
    password_hash text not null,
    -- Separated by spaces.
    roles text not null,
    created_at timestamptz not null
);

-- A session is a family of refresh tokens, each of which replaces the one before.
create table sessions (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    created_at timestamptz not null,
    refreshed_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index sessions_user_id on sessions (user_id, id);
create index sessions_expires_at on sessions (expires_at, id);

create table refresh_tokens (
    -- SHA-256 of the token.
    hash bytea primary key,
    session_id uuid not null references sessions (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    -- With the token itself it makes the successor again; kept until the successor is used.
    successor_seed bytea
);
create index refresh_tokens_session_id on refresh_tokens (session_id);
create index refresh_tokens_expires_at on refresh_tokens (expires_at, hash);

create table outbox (
    id uuid primary key,
    replica uuid not null,
    payload text not null,
    created_at timestamptz not null
);
create index outbox_replica on outbox (replica, id);
create index outbox_created_at on outbox (created_at, id);
