//! The tables of the chat service.

mod accounts;
mod commit;
mod messages;
mod rooms;
#[cfg(test)]
mod tests;

use folkmoot_common::db::{Db, Migrations};

pub(crate) use accounts::Place;
pub(crate) use commit::Stored;

/// The schema.
pub const MIGRATIONS: Migrations = Migrations::new(&[
    (
        "0001_init",
        include_str!("../../migrations/sqlite/0001_init.sql"),
        include_str!("../../migrations/postgres/0001_init.sql"),
    ),
    (
        "0002_accounts",
        include_str!("../../migrations/sqlite/0002_accounts.sql"),
        include_str!("../../migrations/postgres/0002_accounts.sql"),
    ),
]);

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
