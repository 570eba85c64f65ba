-- Profiles, relations, exports and deletions.
create table profiles (
    user_id uuid primary key references users (id) on delete cascade
);
