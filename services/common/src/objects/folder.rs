//! Objects as files of a local folder.

use std::{io::SeekFrom, ops::Range, path::PathBuf, sync::Arc};

use anyhow::Context as _;
use futures_util::{StreamExt, TryStreamExt};
use object_store::{ObjectStore, local::LocalFileSystem, path::Path};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::{ObjectError, ObjectStream};

const READ_BYTES: usize = 64 << 10;

/// A folder.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
    store: Arc<LocalFileSystem>,
}

impl Folder {
    /// Makes the folder if it is not there.
    pub(super) async fn open(root: &std::path::Path) -> anyhow::Result<Self> {
        let unusable = || format!("cannot use the folder {}", root.display());
        tokio::fs::create_dir_all(root)
            .await
            .with_context(unusable)?;
        let root = tokio::fs::canonicalize(root).await.with_context(unusable)?;
        // With `fsync` an object that was reported as stored survives a power cut, as its row does.
        let store = LocalFileSystem::new_with_prefix(&root)
            .with_context(unusable)?
            .with_fsync(true);
        Ok(Self {
            root,
            store: Arc::new(store),
        })
    }

    pub(super) fn store(&self) -> &dyn ObjectStore {
        self.store.as_ref()
    }

    /// The store writes `<key>#1` and renames it at the end. Keys are used once, so there is no `#2`.
    pub(super) async fn delete_staged(&self, key: &Path) -> Result<(), ObjectError> {
        let staged = self.root.join(format!("{key}#1"));
        match tokio::fs::remove_file(staged).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unavailable(&error)),
            _ => Ok(()),
        }
    }

    pub(super) async fn check(&self) -> Result<(), ObjectError> {
        let metadata = tokio::fs::metadata(&self.root)
            .await
            .map_err(|error| unavailable(&error))?;
        if !metadata.is_dir() || metadata.permissions().readonly() {
            return Err(ObjectError::Unavailable(
                "the folder cannot be written".to_owned(),
            ));
        }
        Ok(())
    }
}

/// Reads larger pieces than the store's own stream does: each is a hop to a blocking thread.
pub(super) async fn read(
    file: std::fs::File,
    range: Range<u64>,
) -> Result<ObjectStream, ObjectError> {
    let mut file = tokio::fs::File::from_std(file);
    file.seek(SeekFrom::Start(range.start))
        .await
        .map_err(|error| unavailable(&error))?;
    let reader = file.take(range.end - range.start);
    Ok(ReaderStream::with_capacity(reader, READ_BYTES)
        .map_err(|error| unavailable(&error))
        .boxed())
}

fn unavailable(error: &std::io::Error) -> ObjectError {
    ObjectError::Unavailable(error.to_string())
}
