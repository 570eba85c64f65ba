//! Categories, threads, comments and likes in bulk, for `folkmoot import`, `export` and `seed`.
//!
//! What comes in keeps its id, and a second time changes nothing. Nobody is notified of it: other services hear of an
//! imported thread as of one that was changed.

mod comments;
mod export;
mod likes;
mod threads;

use folkmoot_common::{
    Context,
    bus::Outbox,
    db::sqlx,
    http::ApiResult,
    transfer::{Category, Imported, Record},
    with_writer,
};

use crate::{render::Renderer, store::Store};

pub use export::{Kind, Page};

/// Whether a slug may name a category, and a name show it.
fn is_category(category: &Category) -> bool {
    let text = |text: &str, most| {
        text.chars().count() <= most && !text.chars().any(folkmoot_common::id::is_invisible_control)
    };
    crate::validate::is_tag(&category.slug)
        && !category.name.trim().is_empty()
        && text(&category.name, 100)
        && text(&category.description, 500)
}

const INSERT_CATEGORY: &str = "insert into categories \
    (id, slug, name, description, position, read_role, post_role, created_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing";

/// The tables of discussion, opened for bulk work. Nothing consumes or relays.
pub struct Transfer {
    ctx: Context,
    store: Store,
    outbox: Outbox,
    renderer: Renderer,
}

impl std::fmt::Debug for Transfer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transfer").finish_non_exhaustive()
    }
}

impl Transfer {
    /// Opens the tables. What is to be told waits in the outbox for a running service, as long as `ctx.bus` is not started.
    ///
    /// # Errors
    /// If the settings are wrong, or a local file cannot be opened.
    pub async fn open(ctx: &Context) -> anyhow::Result<Self> {
        let store = Store::open(ctx).await?;
        Ok(Self {
            ctx: ctx.clone(),
            outbox: Outbox::start(ctx, store.db()),
            renderer: Renderer::new(),
            store,
        })
    }

    /// Stores those of `records` that are discussion's, in their order; the others are left alone.
    ///
    /// # Errors
    /// 503 if the database is away. What was stored before it went away stays.
    pub async fn import(&self, records: &[Record]) -> ApiResult<Imported> {
        let mut imported = Imported::default();
        for run in records
            .chunk_by(|one, other| std::mem::discriminant(one) == std::mem::discriminant(other))
        {
            imported += self.import_run(run).await?;
        }
        Ok(imported)
    }

    /// All of `run` are of one kind.
    async fn import_run(&self, run: &[Record]) -> ApiResult<Imported> {
        macro_rules! of {
            ($kind:ident) => {
                run.iter()
                    .filter_map(|record| match record {
                        Record::$kind(record) => Some(record),
                        _ => None,
                    })
                    .collect::<Vec<_>>()
            };
        }
        match run.first() {
            Some(Record::Category(_)) => Ok(self.import_categories(&of!(Category)).await?),
            Some(Record::Thread(_)) => self.import_threads(&of!(Thread)).await,
            Some(Record::Comment(_)) => self.import_comments(&of!(Comment)).await,
            Some(Record::Like(_)) => Ok(self.import_likes(&of!(Like)).await?),
            _ => Ok(Imported::default()),
        }
    }

    async fn import_categories(&self, categories: &[&Category]) -> sqlx::Result<Imported> {
        let mut imported = Imported::default();
        for category in categories {
            if !is_category(category) {
                imported.refused += 1;
                continue;
            }
            let inserted = with_writer!(self.store.db(), db => {
                sqlx::query(INSERT_CATEGORY)
                    .bind(category.id)
                    .bind(&category.slug)
                    .bind(&category.name)
                    .bind(&category.description)
                    .bind(category.position)
                    .bind(&category.read_role)
                    .bind(&category.post_role)
                    .bind(category.created_at)
                    .execute(db)
                    .await?
                    .rows_affected()
            });
            imported.created += inserted;
            // One of that name is as good: threads name their category by it.
            imported.unchanged += 1 - inserted.min(1);
        }
        Ok(imported)
    }
}

/// Pushes `$count` placeholders in brackets: `(…, …)`.
macro_rules! push_ids {
    ($builder:ident, $ids:expr) => {{
        $builder.push("(");
        let mut separated = $builder.separated(", ");
        for id in $ids {
            separated.push_bind(id);
        }
        $builder.push(")");
    }};
}
use push_ids;
