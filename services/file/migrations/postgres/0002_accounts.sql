-- What somebody uploaded, for them, and for removing it when their account is gone.
create index files_uploaded_by on files (uploaded_by, id);

-- Accounts that have just gone: what they still had on its way is looked for again for a while.
create table deleted_users (
    user_id text primary key,
    deleted_at timestamptz not null
);
create index deleted_users_deleted_at on deleted_users (deleted_at, user_id);
