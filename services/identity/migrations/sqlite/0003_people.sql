-- Profiles, relations, exports and deletions.
create table profiles (
    user_id blob primary key references users (id) on delete cascade
);
