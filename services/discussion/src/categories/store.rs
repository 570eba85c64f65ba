use folkmoot_common::{
    bus::Event,
    db::{sqlx, unique_violation},
    in_transaction, with_reader,
};
use uuid::Uuid;

use crate::{
    AppState,
    audit::Entry,
    policy::Reader,
    record,
    store::{CategoryRow, Store},
    visible,
};

const LIST: &str = concat!(
    "select id, slug, name, description, position, read_role, post_role, created_at from categories g \
     where (g.position, g.slug) > ($2, $3) and ",
    visible!("$1"),
    " order by g.position, g.slug limit $4"
);
const INSERT: &str = "insert into categories \
    (id, slug, name, description, position, read_role, post_role, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
const UPDATE: &str = "update categories set slug = $2, name = $3, description = $4, position = $5, read_role = $6, \
    post_role = $7 where id = $1";
const DELETE: &str = "delete from categories where id = $1";

pub(super) enum Updated {
    Yes,
    Gone,
    Taken,
}

pub(super) enum Deleted {
    Yes,
    NotEmpty,
}

/// False if the slug is taken.
pub(super) async fn insert(
    state: &AppState,
    row: &CategoryRow,
    entry: &Entry,
    event: &Event,
) -> sqlx::Result<bool> {
    in_transaction!(&state.store.db, tx => {
        let query = sqlx::query(INSERT).bind(row.id).bind(&row.slug).bind(&row.name).bind(&row.description);
        let query = query.bind(row.position).bind(&row.read_role).bind(&row.post_role).bind(row.created_at);
        match query.execute(&mut *tx).await {
            Err(error) if unique_violation(&error).is_some() => return Ok(false),
            other => other?,
        };
        record!(tx, state.ctx, entry);
        state.outbox.enqueue(&mut *tx, event).await?;
    });
    Ok(true)
}

pub(super) async fn update(
    state: &AppState,
    row: &CategoryRow,
    entry: &Entry,
    event: &Event,
) -> sqlx::Result<Updated> {
    in_transaction!(&state.store.db, tx => {
        let query = sqlx::query(UPDATE).bind(row.id).bind(&row.slug).bind(&row.name).bind(&row.description);
        let query = query.bind(row.position).bind(&row.read_role).bind(&row.post_role);
        match query.execute(&mut *tx).await {
            Err(error) if unique_violation(&error).is_some() => return Ok(Updated::Taken),
            Ok(done) if done.rows_affected() == 0 => return Ok(Updated::Gone),
            other => other?,
        };
        record!(tx, state.ctx, entry);
        state.outbox.enqueue(&mut *tx, event).await?;
    });
    Ok(Updated::Yes)
}

pub(super) async fn delete(state: &AppState, id: Uuid, entry: &Entry) -> sqlx::Result<Deleted> {
    in_transaction!(&state.store.db, tx => {
        match sqlx::query(DELETE).bind(id).execute(&mut *tx).await {
            Err(error) if is_in_use(&error) => return Ok(Deleted::NotEmpty),
            other => other?,
        };
        record!(tx, state.ctx, entry);
    });
    Ok(Deleted::Yes)
}

fn is_in_use(error: &sqlx::Error) -> bool {
    let database = error.as_database_error();
    database.is_some_and(|error| error.is_foreign_key_violation())
}

impl Store {
    /// Categories that the reader may see, in their order, behind one.
    pub(super) async fn categories(
        &self,
        reader: &Reader,
        (position, slug): (i32, &str),
        limit: u32,
    ) -> sqlx::Result<Vec<CategoryRow>> {
        with_reader!(&self.db, db => {
            let query = sqlx::query_as(LIST).bind(reader.roles_key().into_owned());
            query.bind(position).bind(slug).bind(i64::from(limit)).fetch_all(db).await
        })
    }
}
