//! The tables of feed.

use folkmoot_common::{
    Context, ServiceName,
    db::{Db, Migrations},
};

/// The schema.
pub const MIGRATIONS: Migrations = Migrations::new(&[(
    "0001_init",
    include_str!("../../migrations/sqlite/0001_init.sql"),
    include_str!("../../migrations/postgres/0001_init.sql"),
)]);

/// The tables.
#[derive(Clone)]
pub(crate) struct Store {
    ctx: Context,
    db: Db,
}

impl Store {
    /// Opens the database.
    ///
    /// # Errors
    /// If the settings are wrong, or a local file cannot be opened.
    pub(crate) async fn open(ctx: &Context) -> anyhow::Result<Self> {
        let db = Db::open(ctx, ServiceName::Feed, MIGRATIONS).await?;
        Ok(Self {
            ctx: ctx.clone(),
            db,
        })
    }
}
