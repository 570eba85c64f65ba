-- Names of users, and who may hear of whom, as identity told.
create table members (
    user_id text primary key,
    username text not null,
    -- Of the newest news of them.
    changed_at timestamptz not null,
    avatar_url text,
    -- Once set, they are shown without a name.
    deleted_at timestamptz
);

create table blocks (
    user_id text not null,
    target_id text not null,
    -- Newest news of the two; a block that was ended stays for a while so that older news of it does not bring it back.
    is_active boolean not null,
    changed_at timestamptz not null,
    primary key (user_id, target_id)
);
create index blocks_target_id on blocks (target_id, user_id);

create table categories (
    id uuid primary key,
    slug text not null,
    name text not null,
    description text not null,
    position integer not null,
    -- Who may read and write; null for everybody and every member.
    read_role text,
    post_role text,
    created_at timestamptz not null,
    constraint categories_slug unique (slug)
);
-- Where threads go that name no category. It is open to everybody until an admin says otherwise.
insert into categories (id, slug, name, description, position, created_at)
    values ('00000000-0000-7000-8000-000000000001', 'general', 'General', '', 0, '2026-01-01T00:00:00+00:00');

create table threads (
    -- UUIDv7.
    id uuid primary key,
    category_id uuid not null references categories (id),
    author_id text not null,
    title text not null,
    -- Markdown, and what was made of it when it was written.
    body text not null,
    body_html text not null,
    -- The version of the renderer that made `body_html`; another one makes it anew when it is read.
    rendered_by integer not null,
    -- The beginning of the text, plain.
    excerpt text not null,
    is_locked boolean not null,
    is_pinned boolean not null,
    comment_count bigint not null,
    like_count bigint not null,
    -- Of the newest comment, or when it was opened: the order of lists.
    last_activity_at timestamptz not null,
    created_at timestamptz not null,
    edited_at timestamptz,
    deleted_at timestamptz,
    deleted_by text
);
create index threads_category_id on threads (category_id, is_pinned, last_activity_at, id);
create index threads_category_created on threads (category_id, id);
create index threads_last_activity on threads (is_pinned, last_activity_at, id);
create index threads_author_id on threads (author_id, id);

create table thread_tags (
    thread_id uuid not null references threads (id) on delete cascade,
    tag text not null,
    primary key (thread_id, tag)
);
create index thread_tags_tag on thread_tags (tag, thread_id);

create table comments (
    -- UUIDv7.
    id uuid primary key,
    thread_id uuid not null references threads (id) on delete cascade,
    parent_id uuid references comments (id),
    -- Its place in the thread, depth first: its parent's path and its own step. See store/tree.rs.
    path text collate "C" not null,
    depth integer not null,
    author_id text not null,
    body text not null,
    body_html text not null,
    rendered_by integer not null,
    like_count bigint not null,
    created_at timestamptz not null,
    edited_at timestamptz,
    deleted_at timestamptz,
    deleted_by text,
    constraint comments_path unique (thread_id, path)
);
create index comments_thread_id on comments (thread_id, id);
create index comments_parent_id on comments (parent_id);
create index comments_author_id on comments (author_id, id);

-- Texts that were replaced, and by whom.
create table revisions (
    id uuid primary key,
    -- The thread or the comment.
    target_id uuid not null,
    title text,
    body text not null,
    edited_by text not null,
    -- When it was replaced.
    edited_at timestamptz not null
);
create index revisions_target_id on revisions (target_id, id);

create table likes (
    -- The thread or the comment.
    target_id uuid not null,
    user_id text not null,
    created_at timestamptz not null,
    primary key (target_id, user_id)
);
create index likes_user_id on likes (user_id, target_id);

-- What is still to be added to the counters of threads and comments: a counter that everybody changes would make everybody
-- wait for everybody. `kind` is like or comment.
create table counter_changes (
    id uuid primary key,
    target_id uuid not null,
    kind text not null,
    change bigint not null,
    -- When it happened: a comment moves its thread up.
    happened_at timestamptz not null
);
create index counter_changes_target_id on counter_changes (target_id);

-- How far a member has read a thread.
create table read_positions (
    user_id text not null,
    thread_id uuid not null references threads (id) on delete cascade,
    -- The newest comment they saw; null when there was none. The later one of two counts.
    comment_id uuid,
    read_at timestamptz not null,
    primary key (user_id, thread_id)
);
create index read_positions_thread_id on read_positions (thread_id);

create table attachments (
    id uuid primary key,
    thread_id uuid not null references threads (id) on delete cascade,
    owner_id text not null,
    object_key text not null,
    filename text not null,
    content_type text not null,
    size bigint not null,
    position integer not null,
    created_at timestamptz not null
);
create unique index attachments_thread_id on attachments (thread_id, position);
create index attachments_owner_id on attachments (owner_id, id);

-- An object that may be in the store and has no attachment: an upload that is running or was given up, or one that was deleted.
create table pending_objects (
    id uuid primary key,
    object_key text not null,
    multipart_id text,
    discarded boolean not null,
    created_at timestamptz not null
);
create index pending_objects_created_at on pending_objects (created_at, id);

-- Whatever takes an attachment away, its object is not forgotten.
create function attachments_leave_objects() returns trigger language plpgsql as $$
begin
    insert into pending_objects (id, object_key, multipart_id, discarded, created_at)
        values (old.id, old.object_key, null, true, old.created_at);
    return old;
end
$$;
create trigger attachments_leave_objects after delete on attachments
    for each row execute function attachments_leave_objects();

create table reports (
    id uuid primary key,
    thread_id uuid not null references threads (id) on delete cascade,
    -- Null when it is about the thread.
    comment_id uuid references comments (id) on delete cascade,
    reporter_id text not null,
    reason text not null,
    -- open, resolved or dismissed
    status text not null,
    resolved_by text,
    resolved_at timestamptz,
    resolution text,
    created_at timestamptz not null
);
create index reports_status on reports (status, id);
create index reports_thread_id on reports (thread_id);
create index reports_comment_id on reports (comment_id);
create index reports_reporter_id on reports (reporter_id, id);
-- One open report of one thing by one member.
create unique index reports_once on reports (reporter_id, thread_id, coalesce(comment_id, thread_id)) where status = 'open';

-- What moderators and admins did. Nothing is ever changed here.
create table audit_log (
    id uuid primary key,
    actor_id text not null,
    actor_name text not null,
    -- For example thread.locked, user.banned
    action text not null,
    -- The thread, comment, category, report or user.
    target_type text not null,
    target_id text not null,
    -- Only who may read it sees the entry; null for what is in no category.
    category_id uuid,
    -- JSON: what it was before, the reason.
    detail text not null,
    created_at timestamptz not null
);
create index audit_log_actor_id on audit_log (actor_id, id);
create index audit_log_target_id on audit_log (target_id, id);

create function audit_log_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only';
end
$$;
create trigger audit_log_append_only before update or delete or truncate on audit_log
    for each statement execute function audit_log_is_append_only();

-- Events that were taken: they may come again.
create table handled_events (
    id uuid primary key,
    handled_at timestamptz not null
);
create index handled_events_handled_at on handled_events (handled_at, id);

create table outbox (
    id uuid primary key,
    replica uuid not null,
    payload text not null,
    created_at timestamptz not null
);
create index outbox_replica on outbox (replica, id);
create index outbox_created_at on outbox (created_at, id);

-- Full text. A thread's has a table of its own: each comment and like changes the row of its thread, which would go through the
-- index of its words again. It has what a search asks besides the words, so that finding reads nothing else. Deleted threads
-- are not in it. Reading the words of a long text elsewhere would cost more than reading them in the row.
create table threads_search (
    id uuid primary key references threads (id) on delete cascade,
    category_id uuid not null,
    author_id text not null,
    search tsvector not null
) with (toast_tuple_target = 8160);
create index threads_search_search on threads_search using gin (search);
create index threads_search_category_id on threads_search (category_id, id);
create index threads_search_author_id on threads_search (author_id, id);

create function threads_update_search() returns trigger language plpgsql as $$
begin
    if new.deleted_at is not null then
        delete from threads_search where id = new.id;
    else
        insert into threads_search (id, category_id, author_id, search)
            values (new.id, new.category_id, new.author_id, to_tsvector('simple', new.title || ' ' || new.body))
            on conflict (id) do update set category_id = excluded.category_id, author_id = excluded.author_id,
                search = excluded.search;
    end if;
    return null;
end
$$;
create trigger threads_search_update after insert or update of title, body, category_id, author_id, deleted_at on threads
    for each row execute function threads_update_search();

alter table comments add column search tsvector generated always as (to_tsvector('simple', body)) stored;
create index comments_search on comments using gin (search);
