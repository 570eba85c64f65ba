//! Large opaque values: a local folder when embedded, an S3-compatible bucket in production.
//!
//! Objects are written once, under keys that the server makes, and streamed both ways: at most one part of
//! [`PART_BYTES`] of an upload is in memory. An object becomes visible as a whole or not at all.

mod folder;
mod s3;
#[cfg(test)]
mod tests;
mod upload;

use std::{
    ops::Range,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream::BoxStream};
use object_store::{
    GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt, path::Path,
};
use thiserror::Error;
use tracing::warn;

use crate::{
    config::{ObjectStoreUrl, Settings},
    health::{Health, Part},
    http::ApiError,
};

pub use upload::{PART_BYTES, Upload};

/// Why an object could not be stored, read or removed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ObjectError {
    /// There is no such object.
    #[error("there is no such object")]
    NotFound,
    /// The store is away, full, or does not let us in: worth another try.
    #[error("the object store does not work: {0}")]
    Unavailable(String),
}

impl From<object_store::Error> for ObjectError {
    fn from(error: object_store::Error) -> Self {
        match error {
            // A bucket that is not there is no missing object.
            object_store::Error::NotFound { source, .. }
                if !s3::is_missing_bucket(source.as_ref()) =>
            {
                Self::NotFound
            }
            error => Self::Unavailable(describe(&error)),
        }
    }
}

impl From<ObjectError> for ApiError {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::NotFound => {
                Self::not_found("object_not_found", "the stored object is gone")
            }
            ObjectError::Unavailable(reason) => {
                warn!(reason, "the object store is not available");
                Self::unavailable("the object store is not available")
            }
        }
    }
}

/// The error and its causes in one line, without those that only repeat what was said.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.contains(&reason) {
            text = format!("{text}: {reason}");
        }
        cause = error.source();
    }
    text
}

/// The content of an object, in order.
pub type ObjectStream = Pin<Box<dyn Stream<Item = Result<Bytes, ObjectError>> + Send>>;

/// A handle to the object store.
#[derive(Debug, Clone)]
pub struct Objects {
    backend: Backend,
    buffered: Arc<Buffered>,
}

#[derive(Debug, Clone)]
enum Backend {
    Folder(folder::Folder),
    S3(s3::Bucket),
}

/// How many bytes of running uploads wait in memory.
#[derive(Debug, Default)]
struct Buffered {
    now: AtomicUsize,
    peak: AtomicUsize,
}

impl Buffered {
    fn add(&self, bytes: usize) {
        let now = self.now.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.peak.fetch_max(now, Ordering::Relaxed);
    }

    fn remove(&self, bytes: usize) {
        self.now.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Objects {
    /// Opens the store that `settings` name. A local folder is made here; a bucket is made, if the server
    /// allows it, when the first object is stored or the store's health is asked, because a server that is
    /// away must not stop the start.
    ///
    /// # Errors
    /// If a setting cannot be used, or the local folder cannot be made.
    pub async fn open(settings: &Settings, health: &Health) -> anyhow::Result<Self> {
        let backend = match settings.object_store()? {
            ObjectStoreUrl::File(root) => Backend::Folder(folder::Folder::open(&root).await?),
            ObjectStoreUrl::S3(s3) => Backend::S3(s3::Bucket::open(&s3)?),
        };
        let objects = Self {
            backend,
            buffered: Arc::default(),
        };
        let checked = objects.clone();
        health.check(Part::Objects, None, move || {
            let objects = checked.clone();
            async move { objects.check().await.map_err(|error| error.to_string()) }
        });
        Ok(objects)
    }

    /// Begins an object. Nothing is stored before [`Upload::finish`]; dropping the upload gives it up.
    #[must_use]
    pub fn upload(&self, key: &str) -> Upload {
        Upload::new(self.clone(), Path::from(key))
    }

    /// The bytes of `range`, which must lie within the object; the whole object if there is none.
    ///
    /// # Errors
    /// If there is no such object, or the store does not work. The stream may fail later in the same ways.
    pub async fn read(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<ObjectStream, ObjectError> {
        let options = GetOptions::new().with_range(range.map(GetRange::from));
        let found = self.store().get_opts(&Path::from(key), options).await?;
        match found.payload {
            GetResultPayload::File(file, _) => folder::read(file, found.range).await,
            GetResultPayload::Stream(stream) => {
                Ok(stream.map(|chunk| chunk.map_err(ObjectError::from)).boxed())
            }
        }
    }

    /// The object's size in bytes.
    ///
    /// # Errors
    /// If there is no such object, or the store does not work.
    pub async fn size(&self, key: &str) -> Result<u64, ObjectError> {
        Ok(self.store().head(&Path::from(key)).await?.size)
    }

    /// Removes the object, and what an upload that was cut off left of it: `multipart` is that upload's
    /// [`Upload::multipart_id`]. What is not there is no error.
    ///
    /// # Errors
    /// If the store does not work.
    pub async fn delete(&self, key: &str, multipart: Option<&str>) -> Result<(), ObjectError> {
        let path = Path::from(key);
        match &self.backend {
            Backend::Folder(folder) => folder.delete_staged(&path).await?,
            Backend::S3(bucket) => bucket.abort(&path, multipart).await?,
        }
        match self.store().delete(&path).await.map_err(ObjectError::from) {
            Ok(()) | Err(ObjectError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether the store works now.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn check(&self) -> Result<(), ObjectError> {
        match &self.backend {
            Backend::Folder(folder) => folder.check().await,
            Backend::S3(bucket) => bucket.check().await,
        }
    }

    /// The keys below `prefix`, in no order.
    pub fn list(&self, prefix: &str) -> BoxStream<'static, Result<String, ObjectError>> {
        let listed = self.store().list(Some(&Path::from(prefix)));
        listed
            .map(|object| Ok(object?.location.to_string()))
            .boxed()
    }

    /// The most bytes of uploads that were in memory at one time since the start.
    #[must_use]
    pub fn peak_buffered_bytes(&self) -> usize {
        self.buffered.peak.load(Ordering::Relaxed)
    }

    /// Makes the bucket, if that was not done yet.
    async fn ensure_place(&self) -> Result<(), ObjectError> {
        match &self.backend {
            Backend::Folder(_) => Ok(()),
            Backend::S3(bucket) => bucket.ensure().await,
        }
    }

    fn store(&self) -> &dyn ObjectStore {
        match &self.backend {
            Backend::Folder(folder) => folder.store(),
            Backend::S3(bucket) => bucket.store(),
        }
    }
}
