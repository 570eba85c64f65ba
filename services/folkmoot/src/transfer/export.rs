//! `folkmoot export`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use folkmoot_chat::transfer::Kind as Chat;
use folkmoot_common::{config::Settings, transfer::Record};
use folkmoot_discussion::transfer::Kind as Discussion;
use folkmoot_identity::transfer::Kind as Identity;
use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncSeekExt as _, AsyncWriteExt as _},
};

use super::{
    BATCH,
    checkpoint::{Checkpoint, Writing},
    progress::{Progress, Unit},
    stores::Stores,
};

/// What `folkmoot export` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct ExportArgs {
    /// The file to write, readable by its owner alone. It appears under this name when it is whole.
    pub file: PathBuf,
    /// Tell password hashes too, so that accounts can go on with their passwords elsewhere.
    #[arg(long)]
    pub password_hashes: bool,
    /// Begin at the beginning, whatever an interrupted export to this file has done already.
    #[arg(long)]
    pub restart: bool,
    /// Where the tables are.
    #[command(flatten)]
    pub common: Settings,
}

/// One kind of record, of one service.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Identity(Identity),
    Discussion(Discussion),
    Chat(Chat),
}

/// The order of a file: whatever a record refers to is before it.
fn kinds(password_hashes: bool) -> [Kind; 8] {
    [
        Kind::Identity(Identity::Users { password_hashes }),
        Kind::Identity(Identity::Follows),
        Kind::Discussion(Discussion::Categories),
        Kind::Discussion(Discussion::Threads),
        Kind::Discussion(Discussion::Comments),
        Kind::Discussion(Discussion::Likes),
        Kind::Chat(Chat::Rooms),
        Kind::Chat(Chat::Messages),
    ]
}

/// Writes all records to a file. An export that was interrupted goes on where it was.
///
/// # Errors
/// If the tables cannot be read, or the file cannot be written.
pub async fn export(args: &ExportArgs) -> anyhow::Result<u64> {
    let part = part_of(&args.file);
    let checkpoint = Checkpoint::beside(&args.file);
    let saved = match checkpoint.load::<Writing>().await? {
        Some(saved) if !args.restart && is_long_enough(&part, saved.bytes).await => saved,
        _ => Writing::default(),
    };
    let stores = Stores::open(&args.common).await?;
    let written = write(&stores, args, &part, &checkpoint, saved).await;
    stores.close().await;
    let records = written?;
    fs::rename(&part, &args.file)
        .await
        .with_context(writing(&args.file))?;
    checkpoint.remove().await;
    Ok(records)
}

async fn write(
    stores: &Stores,
    args: &ExportArgs,
    part: &Path,
    checkpoint: &Checkpoint,
    mut at: Writing,
) -> anyhow::Result<u64> {
    let kinds = kinds(args.password_hashes);
    let mut total = 0;
    for kind in kinds {
        total += count(stores, kind).await?;
    }
    let mut progress = Progress::new(total, at.records, Unit::Records);
    let mut file = open(part, at.bytes).await?;
    while let Some(kind) = kinds.get(at.kind) {
        let (records, next) = page(stores, *kind, at.after.as_deref()).await?;
        let lines = lines(&records)?;
        file.write_all(&lines).await.with_context(writing(part))?;
        at.bytes += lines.len() as u64;
        at.records += records.len() as u64;
        at.kind += usize::from(next.is_none());
        at.after = next;
        // The checkpoint must not be ahead of the file.
        file.sync_data().await.with_context(writing(part))?;
        checkpoint.save(&at).await?;
        progress.at(at.records);
    }
    progress.end();
    Ok(at.records)
}

async fn page(
    stores: &Stores,
    kind: Kind,
    after: Option<&str>,
) -> anyhow::Result<(Vec<Record>, Option<String>)> {
    let limit = BATCH as u32;
    match kind {
        Kind::Identity(kind) => stores.identity.export(kind, after, limit).await,
        Kind::Discussion(kind) => stores.discussion.export(kind, after, limit).await,
        Kind::Chat(kind) => stores.chat.export(kind, after, limit).await,
    }
}

async fn count(stores: &Stores, kind: Kind) -> anyhow::Result<u64> {
    Ok(match kind {
        Kind::Identity(kind) => stores.identity.count(kind).await?,
        Kind::Discussion(kind) => stores.discussion.count(kind).await?,
        Kind::Chat(kind) => stores.chat.count(kind).await?,
    })
}

fn lines(records: &[Record]) -> anyhow::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for record in records {
        serde_json::to_writer(&mut lines, record)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Opens a file of which the first `bytes` are whole. It holds addresses: nobody else may read it.
async fn open(path: &Path, bytes: u64) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(false).mode(0o600);
    let mut file = options.open(path).await.with_context(writing(path))?;
    file.set_len(bytes).await.with_context(writing(path))?;
    file.seek(std::io::SeekFrom::End(0))
        .await
        .with_context(writing(path))?;
    Ok(file)
}

async fn is_long_enough(path: &Path, bytes: u64) -> bool {
    let metadata = fs::metadata(path).await;
    metadata.is_ok_and(|metadata| metadata.len() >= bytes)
}

fn part_of(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{name}.part"))
}

fn writing(path: &Path) -> impl Fn() -> String {
    let path = path.display().to_string();
    move || format!("cannot write {path}")
}
