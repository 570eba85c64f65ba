-- Roles by name. `users.roles` goes on: it is the same, ready for a token, and what the version before reads.
create table roles (
    name text primary key,
    description text not null,
    built_in boolean not null,
    created_at timestamptz not null
);
insert into roles (name, description, built_in, created_at) values
    ('member', 'Reads and writes.', true, '2026-01-01T00:00:00+00:00'),
    ('moderator', 'Looks after what others write.', true, '2026-01-01T00:00:00+00:00'),
    ('admin', 'Looks after the platform: roles, categories, moderators.', true, '2026-01-01T00:00:00+00:00');

create table user_roles (
    user_id uuid not null references users (id) on delete cascade,
    role text not null references roles (name),
    granted_at timestamptz not null,
    primary key (user_id, role)
);
create index user_roles_role on user_roles (role, user_id);
insert into user_roles (user_id, role, granted_at) select id, 'member', created_at from users;

-- At most one row: who registered first, and so became admin. It outlives that account.
create table first_account (
    singleton integer primary key check (singleton = 1),
    user_id uuid not null,
    registered_at timestamptz not null
);
insert into first_account (singleton, user_id, registered_at)
    select 1, id, created_at from users order by created_at, id limit 1;

alter table users add column email_verified_at timestamptz;
alter table users add column last_login_at timestamptz;
-- Access tokens of this account that were made before count no more.
alter table users add column tokens_valid_from timestamptz;
create index users_tokens_valid_from on users (tokens_valid_from) where tokens_valid_from is not null;

alter table sessions add column user_agent text;
-- The network, not the machine.
alter table sessions add column network text;
create index sessions_revoked_at on sessions (revoked_at, id) where revoked_at is not null;

create table bans (
    user_id uuid primary key references users (id) on delete cascade,
    -- Nobody: a script, or an account that is gone.
    moderator_id uuid references users (id) on delete set null,
    reason text not null,
    -- For ever without.
    until timestamptz,
    banned_at timestamptz not null,
    -- When it was taken back. It stays for a while, to be told to whom did not hear it.
    lifted_at timestamptz
);
create index bans_moderator_id on bans (moderator_id);
create index bans_banned_at on bans (banned_at, user_id);
create index bans_lifted_at on bans (lifted_at) where lifted_at is not null;

-- One-time codes, one of a kind for each account: a new one replaces the one before.
create table codes (
    user_id uuid not null references users (id) on delete cascade,
    -- reset, verify, change
    kind text not null,
    -- SHA-256 of the code.
    hash bytea not null constraint codes_hash unique,
    -- Where it was sent.
    email text not null,
    email_key text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (user_id, kind)
);
create index codes_expires_at on codes (expires_at);

-- Accounts that wait for their address to be verified. They hold no name.
create table registrations (
    id uuid primary key,
    username text not null,
    username_key text not null,
    display_name text,
    email text not null,
    email_key text not null,
    password_hash text not null,
    code_hash bytea constraint registrations_code_hash unique,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index registrations_email_key on registrations (email_key, id);
create index registrations_expires_at on registrations (expires_at);

-- Mail that waits, and for an hour mail that was sent, so that it can be counted. No code is in here: one is made when the
-- mail leaves.
create table mails (
    id uuid primary key,
    kind text not null,
    email text not null,
    email_key text not null,
    -- The account or the registration that it is about, if that is known.
    about uuid,
    created_at timestamptz not null,
    attempts integer not null,
    -- None when it was sent.
    next_attempt_at timestamptz,
    sent_at timestamptz
);
create index mails_next_attempt_at on mails (next_attempt_at, id) where next_attempt_at is not null;
create index mails_sent on mails (email_key, kind, sent_at);
create index mails_created_at on mails (created_at);
