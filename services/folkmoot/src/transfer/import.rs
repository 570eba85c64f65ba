//! `folkmoot import`.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use folkmoot_common::{
    config::Settings,
    transfer::{Imported, Record},
};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncBufRead;

use super::{
    BATCH,
    checkpoint::{Checkpoint, Reading},
    lines::{Line, Lines},
    progress::{Progress, Unit},
    stores::Stores,
};

/// As much of a file as tells it from another of its name.
const BEGINNING: u64 = 64 * 1024;
/// Lines that are no records, of which the reasons are shown.
const SHOWN: u64 = 20;

/// What `folkmoot import` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct ImportArgs {
    /// A file of JSON lines as `folkmoot export` writes them; - for standard input.
    pub file: PathBuf,
    /// Begin at the beginning, whatever an interrupted import of this file has done already.
    #[arg(long)]
    pub restart: bool,
    /// Where the tables are.
    #[command(flatten)]
    pub common: Settings,
}

/// Stores the records of a file. An import that was interrupted goes on where it was.
///
/// # Errors
/// If the file cannot be read, or the tables cannot be opened or written.
pub async fn import(args: &ImportArgs) -> anyhow::Result<Imported> {
    if args.file == Path::new("-") {
        let stores = Stores::open(&args.common).await?;
        let lines = Lines::open(Path::new("/dev/stdin"), 0).await?;
        let imported = run(&stores, lines, 0, None).await;
        stores.close().await;
        return imported;
    }
    let length = tokio::fs::metadata(&args.file)
        .await
        .with_context(|| format!("cannot read {}", args.file.display()))?
        .len();
    let checkpoint = Checkpoint::beside(&args.file);
    let beginning = beginning(&args.file)?;
    let offset = match checkpoint.load::<Reading>().await? {
        Some(saved) if !args.restart && saved.beginning == beginning => saved.offset.min(length),
        _ => 0,
    };
    let stores = Stores::open(&args.common).await?;
    let lines = Lines::open(&args.file, offset).await?;
    let imported = run(&stores, lines, length, Some((&checkpoint, beginning))).await;
    stores.close().await;
    let imported = imported?;
    checkpoint.remove().await;
    Ok(imported)
}

async fn run<R: AsyncBufRead + Unpin>(
    stores: &Stores,
    mut lines: Lines<R>,
    length: u64,
    checkpoint: Option<(&Checkpoint, String)>,
) -> anyhow::Result<Imported> {
    let mut progress = Progress::new(length, lines.offset(), Unit::Bytes);
    let mut sum = Imported::default();
    let mut batch = Vec::with_capacity(BATCH);
    let mut broken = 0;
    loop {
        let line = lines.next().await?;
        let at_end = line.is_none();
        match line {
            Some(Line::Record(record)) => batch.push(*record),
            Some(Line::Refused(reason)) => {
                broken += 1;
                sum.refused += 1;
                if broken <= SHOWN {
                    progress.say(format!("line {} is no record: {reason}", lines.number()));
                }
            }
            None => {}
        }
        if batch.len() == BATCH || at_end {
            sum += flush(stores, &mut batch).await?;
            progress.came_to(lines.offset(), sum);
            if let Some((checkpoint, beginning)) = &checkpoint {
                let reading = Reading {
                    offset: lines.offset(),
                    beginning: beginning.clone(),
                };
                checkpoint.save(&reading).await?;
            }
        }
        if at_end {
            break;
        }
    }
    progress.end();
    if sum
        == (Imported {
            refused: broken,
            ..Imported::default()
        })
        && broken > 0
    {
        bail!("nothing in the file is a record");
    }
    Ok(sum)
}

async fn flush(stores: &Stores, batch: &mut Vec<Record>) -> anyhow::Result<Imported> {
    let imported = stores.import(batch).await?;
    batch.clear();
    Ok(imported)
}

fn beginning(file: &Path) -> anyhow::Result<String> {
    let reading = || format!("cannot read {}", file.display());
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).with_context(reading)?;
    opened
        .take(BEGINNING)
        .read_to_end(&mut bytes)
        .with_context(reading)?;
    let digest = Sha256::digest(&bytes);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
