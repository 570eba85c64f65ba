-- The peer's tables, from what `folkmoot seed` stored: the same rows, with the indexes that its statements want.
create schema peer;
set search_path = peer;

create table users as select user_id as id, username from discussion.members;
alter table users add primary key (id);

create table threads as
    select id, author_id, title, body, body_html, to_tsvector('simple', title || ' ' || body) as search, comment_count, like_count, created_at, last_activity_at
    from discussion.threads where deleted_at is null and author_id in (select id from users);
alter table threads add primary key (id);
create index on threads (last_activity_at, id);
create index on threads (author_id, id);
create index on threads using gin (search);

create table comments as
    select id, thread_id, parent_id, path, depth, author_id, body, body_html, like_count, created_at
    from discussion.comments where deleted_at is null and author_id in (select id from users);
alter table comments add primary key (id);
create index on comments (thread_id, path);

create table likes as select target_id, user_id, created_at from discussion.likes;
alter table likes add primary key (target_id, user_id);
create index on likes (user_id, target_id);

create table follows as
    select cast(user_id as text) as user_id, cast(target_id as text) as target_id
    from identity.relations where kind = 'follow';
alter table follows add primary key (user_id, target_id);

analyze users, threads, comments, likes, follows;
