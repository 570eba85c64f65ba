-- How somebody wants to be shown. Without a row there is only the name of the account.
create table profiles (
    user_id uuid primary key references users (id) on delete cascade,
    display_name text,
    bio text,
    website text,
    location text,
    -- A file of the file service.
    avatar_file_id uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

-- Who follows, blocks and mutes whom.
create table relations (
    -- follow, block or mute
    kind text not null,
    user_id uuid not null references users (id) on delete cascade,
    target_id uuid not null references users (id) on delete cascade,
    -- Newer ones sort behind older ones.
    id uuid not null,
    created_at timestamptz not null,
    primary key (user_id, kind, target_id)
);
create index relations_user_id on relations (user_id, kind, id);
create index relations_target_id on relations (target_id, kind, id);

-- A count is the account's and what is still to be added to it: so a change takes no lock that others wait for.
alter table users add column follower_count bigint not null default 0;
alter table users add column following_count bigint not null default 0;
create table follow_changes (
    id bigint generated always as identity primary key,
    user_id uuid not null,
    followers bigint not null,
    following bigint not null
);
create index follow_changes_user_id on follow_changes (user_id, id);

-- Accounts that are gone. Nobody may take their name at once, and their last tokens are refused for as long as they last.
create table deleted_users (
    user_id uuid primary key,
    -- SHA-256 of the name in lower case.
    name_hash bytea not null,
    deleted_at timestamptz not null
);
create index deleted_users_name_hash on deleted_users (name_hash);
create index deleted_users_deleted_at on deleted_users (deleted_at, user_id);

-- Without a reference to the account: the objects must be removed when that is gone.
create table exports (
    id uuid primary key,
    user_id uuid not null,
    -- Whether parts are waited for.
    running boolean not null,
    requested_at timestamptz not null,
    -- When the services were last asked.
    told_at timestamptz not null,
    expires_at timestamptz not null
);
create index exports_user_id on exports (user_id, id);
create unique index exports_running on exports (user_id) where running = true;
create index exports_told_at on exports (told_at, id) where running = true;
create index exports_expires_at on exports (expires_at, id);

create table export_parts (
    export_id uuid not null references exports (id) on delete cascade,
    service text not null,
    bytes bigint not null,
    written_at timestamptz not null,
    primary key (export_id, service)
);

-- Names are ASCII. In the order of their bytes, whatever the database's language, so that a prefix is a range.
create index users_username_key_bytes on users (username_key collate "C");
