//! Schema changes: numbered, paired for both dialects, never edited once released.

use std::borrow::Cow;

use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// The migrations of one service.
#[derive(Debug, Clone, Copy)]
pub struct Migrations(&'static [MigrationSource]);

/// Name (`0001_init`), SQLite text, PostgreSQL text.
type MigrationSource = (&'static str, &'static str, &'static str);

impl Migrations {
    /// `sources` are `(name, SQLite text, PostgreSQL text)`, in order; names begin with their number.
    #[must_use]
    pub const fn new(sources: &'static [MigrationSource]) -> Self {
        Self(sources)
    }

    /// Every name, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, ..)| *name)
    }

    pub(super) fn sqlite(self) -> Migrator {
        self.migrator(|source| source.1)
    }

    pub(super) fn postgres(self) -> Migrator {
        self.migrator(|source| source.2)
    }

    fn migrator(self, text: impl Fn(&MigrationSource) -> &'static str) -> Migrator {
        let sources = self.0.iter().enumerate();
        let migrations = sources.map(|(index, source)| migration(index, source.0, text(source)));
        let mut migrator = Migrator::with_migrations(migrations.collect());
        // Those of a later version, after a return to this one.
        migrator.set_ignore_missing(true);
        migrator
    }
}

fn migration(index: usize, name: &'static str, sql: &'static str) -> Migration {
    let version = i64::try_from(index + 1).unwrap_or(i64::MAX);
    debug_assert!(
        name.starts_with(&format!("{version:04}_")),
        "{name} is out of order"
    );
    Migration::new(
        version,
        Cow::Borrowed(name),
        MigrationType::Simple,
        AssertSqlSafe(sql).into_sql_str(),
        false,
    )
}
