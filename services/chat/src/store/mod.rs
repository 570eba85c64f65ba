//! The tables of the chat service.

mod commit;
mod messages;
mod rooms;
#[cfg(test)]
mod tests;

use folkmoot_common::db::{Db, Migrations};

pub(crate) use commit::Stored;

/// The schema.
pub const MIGRATIONS: Migrations = Migrations::new(&[(
    "0001_init",
    include_str!("../../migrations/sqlite/0001_init.sql"),
    include_str!("../../migrations/postgres/0001_init.sql"),
)]);

/// Rooms and messages.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    db: Db,
}

impl Store {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }
}
