//! A part of an export while it is written.

use serde::Serialize;

use crate::objects::{ObjectError, Upload};

/// JSON lines on their way into the object store. At most 5 MiB of them are in memory.
///
/// Each line is `{"type": …, "data": …}`. Dropping the lines gives the part up.
#[derive(Debug)]
pub struct Lines {
    upload: Upload,
    count: u64,
    bytes: u64,
}

#[derive(Serialize)]
struct Line<'a, T> {
    r#type: &'a str,
    data: &'a T,
}

impl Lines {
    pub(super) fn new(upload: Upload) -> Self {
        Self {
            upload,
            count: 0,
            bytes: 0,
        }
    }

    /// Adds a line: `data`, and in a word what it is.
    ///
    /// # Errors
    /// If `data` has no JSON form, or the object store does not work.
    pub async fn write(
        &mut self,
        r#type: &str,
        data: &(impl Serialize + Sync),
    ) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(&Line { r#type, data })?;
        line.push(b'\n');
        self.upload.write(&line).await?;
        self.count += 1;
        self.bytes += line.len() as u64;
        Ok(())
    }

    /// How many were written.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Stores the part and returns its size in bytes.
    pub(super) async fn finish(self) -> Result<u64, ObjectError> {
        self.upload.finish().await?;
        Ok(self.bytes)
    }
}
