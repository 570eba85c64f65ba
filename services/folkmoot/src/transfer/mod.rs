//! `folkmoot import`, `export` and `seed`: what a community wrote, as JSON lines, straight from and into the tables.
//!
//! They may run beside serving processes, which hear of what was imported by its events.

mod checkpoint;
mod export;
mod import;
mod lines;
mod progress;
mod seed;
mod stores;

pub use export::{ExportArgs, export};
pub use import::{ImportArgs, import};
pub use seed::Shape;

use folkmoot_common::{config::Settings, transfer::Imported};

use self::{
    progress::{Progress, Unit},
    stores::Stores,
};

/// Records that are stored together.
const BATCH: usize = 500;

/// What `folkmoot seed` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct SeedArgs {
    /// What the community is like.
    #[command(flatten)]
    pub shape: Shape,
    /// Print the records instead of storing them.
    #[arg(long)]
    pub print: bool,
    /// Where the tables are.
    #[command(flatten)]
    pub common: Settings,
}

/// Stores a made-up community. Done again with the same arguments it changes nothing, so one that was interrupted is
/// simply begun again.
///
/// # Errors
/// If the tables cannot be opened or written.
pub async fn seed(args: &SeedArgs) -> anyhow::Result<Imported> {
    if args.print {
        print(&args.shape)?;
        return Ok(Imported::default());
    }
    let stores = Stores::open(&args.common).await?;
    let stored = store(&stores, &args.shape).await;
    stores.close().await;
    stored
}

async fn store(stores: &Stores, shape: &Shape) -> anyhow::Result<Imported> {
    let mut progress = Progress::new(shape.records(), 0, Unit::Records);
    let (mut sum, mut done) = (Imported::default(), 0);
    let mut records = seed::records(shape);
    loop {
        let batch: Vec<_> = records.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        sum += stores.import(&batch).await?;
        done += batch.len() as u64;
        progress.came_to(done, sum);
    }
    progress.end();
    Ok(sum)
}

#[expect(clippy::print_stdout, reason = "what a command prints is its result")]
fn print(shape: &Shape) -> anyhow::Result<()> {
    for record in seed::records(shape) {
        println!("{}", serde_json::to_string(&record)?);
    }
    Ok(())
}

/// What it came to, in words.
#[must_use]
pub fn summary(imported: Imported) -> String {
    progress::sum(imported)
}
