-- A file whose object is stored.
create table files (
    id uuid primary key,
    object_key text not null,
    filename text not null,
    content_type text not null,
    size bigint not null,
    sha256 text not null,
    room_id text,
    uploaded_by text,
    created_at timestamptz not null
);
create index files_room on files (room_id, id);

-- An object that may be in the store and has no file: an upload that is running, was given up or was cut off
-- by a crash, or a file that was deleted. `id` is the file's.
create table pending_objects (
    id uuid primary key,
    object_key text not null,
    multipart_id text,
    -- Once set, the object will be removed and can never become a file.
    discarded boolean not null,
    created_at timestamptz not null
);
create index pending_objects_created_at on pending_objects (created_at, id);
