//! Writing one object, part by part.

use bytes::BytesMut;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload, multipart::PartId, path::Path};
use tracing::debug;

use super::{Backend, ObjectError, Objects};

/// Size of the parts of a large object: the least that S3 takes.
pub const PART_BYTES: usize = 5 << 20;

/// An object that is being written. At most [`PART_BYTES`] of it are in memory.
#[derive(Debug)]
pub struct Upload {
    objects: Objects,
    key: Path,
    buffer: BytesMut,
    parts: Parts,
}

/// Where the parts go. An object that fits into one part is put at once.
#[derive(Debug)]
enum Parts {
    None,
    Folder(Box<dyn MultipartUpload>),
    S3 {
        id: String,
        done: Vec<PartId>,
    },
    /// Finished or given up: nothing is left to clean.
    Closed,
}

impl Upload {
    pub(super) fn new(objects: Objects, key: Path) -> Self {
        Self {
            objects,
            key,
            buffer: BytesMut::new(),
            parts: Parts::None,
        }
    }

    /// Adds bytes; waits while a full part is on its way to the store.
    ///
    /// # Errors
    /// If the store does not work. The upload must then be given up.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), ObjectError> {
        while !bytes.is_empty() {
            if self.buffer.len() == PART_BYTES {
                self.send_part().await?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(PART_BYTES - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            self.objects.buffered.add(now.len());
            bytes = later;
        }
        Ok(())
    }

    /// The server's name of the upload, once it has taken a part: with it [`Objects::delete`] can clean up
    /// after a process that died. Without a multipart upload there is nothing to clean but the object.
    #[must_use]
    pub fn multipart_id(&self) -> Option<&str> {
        match &self.parts {
            Parts::S3 { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Stores the object. If that fails, what was sent is given up.
    ///
    /// # Errors
    /// If the store does not work. The object may then be there all the same, when only the answer was lost.
    pub async fn finish(mut self) -> Result<(), ObjectError> {
        let finished = self.try_finish().await;
        if finished.is_err() {
            self.abort().await;
        } else {
            self.parts = Parts::Closed;
        }
        finished
    }

    /// Gives the upload up. Failing to clean up is no error: [`Objects::delete`] tries again.
    pub async fn abort(mut self) {
        let parts = std::mem::replace(&mut self.parts, Parts::Closed);
        abort(&self.objects, &self.key, parts).await;
    }

    async fn try_finish(&mut self) -> Result<(), ObjectError> {
        if matches!(self.parts, Parts::None) {
            self.objects.ensure_place().await?;
            let (payload, _held) = self.take_buffer();
            self.objects.store().put(&self.key, payload).await?;
            return Ok(());
        }
        if !self.buffer.is_empty() {
            self.send_part().await?;
        }
        match (&mut self.parts, &self.objects.backend) {
            (Parts::Folder(upload), _) => {
                upload.complete().await?;
            }
            (Parts::S3 { id, done }, Backend::S3(bucket)) => {
                bucket
                    .multipart()
                    .complete_multipart(&self.key, id, std::mem::take(done))
                    .await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn send_part(&mut self) -> Result<(), ObjectError> {
        if matches!(self.parts, Parts::None) {
            self.parts = open_parts(&self.objects, &self.key).await?;
        }
        let (payload, _held) = self.take_buffer();
        match (&mut self.parts, &self.objects.backend) {
            (Parts::Folder(upload), _) => upload.put_part(payload).await?,
            (Parts::S3 { id, done }, Backend::S3(bucket)) => {
                let part = bucket
                    .multipart()
                    .put_part(&self.key, id, done.len(), payload)
                    .await?;
                done.push(part);
            }
            _ => {}
        }
        Ok(())
    }

    fn take_buffer(&mut self) -> (PutPayload, Held) {
        let part = self.buffer.split().freeze();
        let held = Held {
            objects: self.objects.clone(),
            bytes: part.len(),
        };
        (PutPayload::from_bytes(part), held)
    }
}

/// Not a method: an `Upload` may not be shared between threads, and a shared reference to it would make the future so.
async fn open_parts(objects: &Objects, key: &Path) -> Result<Parts, ObjectError> {
    objects.ensure_place().await?;
    match &objects.backend {
        Backend::Folder(folder) => Ok(Parts::Folder(folder.store().put_multipart(key).await?)),
        Backend::S3(bucket) => Ok(Parts::S3 {
            id: bucket.multipart().create_multipart(key).await?,
            done: Vec::new(),
        }),
    }
}

/// Bytes that count as buffered until the store has them.
struct Held {
    objects: Objects,
    bytes: usize,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.objects.buffered.remove(self.bytes);
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.objects.buffered.remove(self.buffer.len());
        let parts = std::mem::replace(&mut self.parts, Parts::Closed);
        // A dropped folder upload removes its file itself.
        let (Parts::S3 { .. }, Ok(runtime)) = (&parts, tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let (objects, key) = (self.objects.clone(), self.key.clone());
        runtime.spawn(async move { abort(&objects, &key, parts).await });
    }
}

async fn abort(objects: &Objects, key: &Path, parts: Parts) {
    let aborted = match (parts, &objects.backend) {
        (Parts::Folder(mut upload), _) => upload.abort().await.map_err(ObjectError::from),
        (Parts::S3 { id, .. }, Backend::S3(bucket)) => bucket.abort(key, Some(&id)).await,
        _ => Ok(()),
    };
    if let Err(error) = aborted {
        debug!(%error, %key, "an upload that was given up could not be cleaned up");
    }
}
