//! How far a file has come, beside the file: whoever is interrupted begins there again.
//!
//! A checkpoint may be older than what was done: everything that is done twice changes nothing the second time.

use std::{
    io,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::fs;

/// How far an import has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reading {
    /// Bytes of the file that are done.
    pub(super) offset: u64,
    /// SHA-256 of the beginning of the file, so that another file of the same name is not begun in its middle.
    pub(super) beginning: String,
}

/// How far an export has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Writing {
    /// Bytes of the file that are whole.
    pub(super) bytes: u64,
    /// The kind of record that is being written, by its place in the order.
    pub(super) kind: usize,
    /// Behind which record to go on.
    pub(super) after: Option<String>,
    /// Records so far.
    pub(super) records: u64,
}

/// The file that holds a checkpoint.
#[derive(Debug, Clone)]
pub(super) struct Checkpoint(PathBuf);

impl Checkpoint {
    /// That of `file`.
    pub(super) fn beside(file: &Path) -> Self {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        Self(file.with_file_name(format!(".{name}.checkpoint")))
    }

    /// What was saved; nothing if nothing was, or nothing that can be read.
    ///
    /// # Errors
    /// If the file is there and cannot be read.
    pub(super) async fn load<T: DeserializeOwned>(&self) -> anyhow::Result<Option<T>> {
        match fs::read(&self.0).await {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", self.0.display())),
        }
    }

    /// Saves, as a whole or not at all.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub(super) async fn save(&self, value: &impl Serialize) -> anyhow::Result<()> {
        let writing = || format!("cannot write {}", self.0.display());
        let whole = self.0.with_extension("new");
        fs::write(&whole, serde_json::to_vec(value)?)
            .await
            .with_context(writing)?;
        fs::rename(&whole, &self.0).await.with_context(writing)
    }

    /// Removes it, for everything is done.
    pub(super) async fn remove(&self) {
        // One that stays only costs reading what is there already.
        let _ = fs::remove_file(&self.0).await;
    }
}
