//! One upload, from the first byte to the row.
//!
//! Order is what keeps the store and the table together: the object is written down as pending, then stored, and one
//! transaction makes it a file and pending no more. Whatever fails on the way, the object is given up: first in the
//! table, so that no late commit can want it, then in the store. What cannot be cleaned up at once is left to
//! [`PendingObjects::sweep`].

use std::{fmt::Write as _, time::Duration};

use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use tracing::{error, warn};
use uuid::Uuid;

use super::{Field, FormLimits, PendingObjects, kind, name};
use crate::{
    Context,
    clock::{Ids, SharedClock},
    http::{ApiError, ApiResult},
    objects::{Objects, Upload},
};

/// Takes files into the object store.
#[derive(Debug, Clone)]
pub struct Intake {
    ids: Ids,
    clock: SharedClock,
    objects: Objects,
    pending: PendingObjects,
    folder: &'static str,
    limits: FormLimits,
}

/// An object that is being written, or waits for its row.
#[derive(Debug)]
pub struct Draft {
    /// Its row in the table of pending objects, and the id of the file to be.
    pub id: Uuid,
    /// Where it is in the store.
    pub key: String,
    multipart: Option<String>,
    /// Whether the store was asked to finish the object and has not answered: it may come to be there later.
    in_doubt: bool,
}

/// A file whose bytes have arrived, and may not all be in the store yet.
#[derive(Debug)]
pub struct Incoming {
    upload: Upload,
    filename: String,
    size: u64,
    digest: Sha256,
    sample: Vec<u8>,
}

/// A file that is in the store, and pending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The id of its draft.
    pub id: Uuid,
    /// Where it is in the store.
    pub object_key: String,
    /// Its cleaned name.
    pub filename: String,
    /// What it is by its bytes.
    pub content_type: &'static str,
    /// In bytes.
    pub size: i64,
    /// Of its bytes, in hexadecimal.
    pub sha256: String,
}

/// What giving a draft up came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenUp {
    /// It will never be a file.
    Yes,
    /// It was one already: only the answer of its transaction was lost.
    TooLate,
}

impl Intake {
    /// Stores below `folder` what `limits` allow.
    #[must_use]
    pub fn new(
        ctx: &Context,
        objects: &Objects,
        pending: &PendingObjects,
        folder: &'static str,
        limits: FormLimits,
    ) -> Self {
        Self {
            ids: ctx.ids.clone(),
            clock: ctx.clock.clone(),
            objects: objects.clone(),
            pending: pending.clone(),
            folder,
            limits,
        }
    }

    /// Reads a field's bytes into the store; the draft is noted before the first of them. `None` is what a browser sends
    /// when no file was chosen.
    ///
    /// # Errors
    /// What is wrong with the form; 413; 503 if a store is away. The drafts must then be given up.
    pub async fn read(
        &self,
        mut field: Field,
        drafts: &mut Vec<Draft>,
    ) -> ApiResult<Option<Incoming>> {
        let given = field.file_name().unwrap_or_default().to_owned();
        let mut chunk = field.chunk().await?;
        if chunk.is_none() && given.is_empty() {
            return Ok(None);
        }
        let draft = self.draft(drafts).await?;
        let mut incoming = Incoming {
            upload: self.objects.upload(&draft.key),
            filename: name::sanitise(&given),
            size: 0,
            digest: Sha256::new(),
            sample: Vec::new(),
        };
        while let Some(bytes) = chunk {
            incoming.size += bytes.len() as u64;
            if incoming.size > self.limits.file_bytes {
                return Err(self.limits.too_large());
            }
            let wanted = bytes.len().min(kind::SAMPLE_BYTES - incoming.sample.len());
            incoming.sample.extend_from_slice(&bytes[..wanted]);
            incoming.digest.update(&bytes);
            incoming.upload.write(&bytes).await?;
            let multipart = incoming.upload.multipart_id();
            note_multipart(&self.pending, draft, multipart).await?;
            chunk = field.chunk().await?;
        }
        Ok(Some(incoming))
    }

    async fn draft<'a>(&self, drafts: &'a mut Vec<Draft>) -> ApiResult<&'a mut Draft> {
        let id = self.ids.next();
        let draft = drafts.push_mut(Draft {
            id,
            key: format!("{}/{id}", self.folder),
            multipart: None,
            in_doubt: false,
        });
        self.pending.begin(id, &draft.key, self.clock.now()).await?;
        Ok(draft)
    }

    /// Ends the object. What remains to be done is one transaction that claims the draft.
    ///
    /// # Errors
    /// 503 if the store is away. The drafts must then be given up.
    pub async fn finish(&self, incoming: Incoming, draft: &mut Draft) -> ApiResult<Received> {
        draft.in_doubt = true;
        let is_whole = incoming.size == incoming.sample.len() as u64;
        let received = Received {
            id: draft.id,
            object_key: draft.key.clone(),
            content_type: kind::content_type(&incoming.sample, is_whole),
            filename: incoming.filename,
            size: i64::try_from(incoming.size).map_err(ApiError::internal)?,
            sha256: hex(&incoming.digest.finalize()),
        };
        incoming.upload.finish().await?;
        draft.in_doubt = false;
        Ok(received)
    }

    /// Removes what an upload left that ended with `error`.
    pub async fn give_up(&self, mut draft: Draft, error: &ApiError) -> GivenUp {
        // A part may have been on its way, which the store then takes after the upload was given up.
        let cut =
            [StatusCode::REQUEST_TIMEOUT, StatusCode::SERVICE_UNAVAILABLE].contains(&error.status);
        draft.in_doubt |= cut && draft.multipart.is_some();
        match self.pending.discard(draft.id).await {
            Ok(true) => self.remove(&draft).await,
            Ok(false) => return GivenUp::TooLate,
            Err(error) => {
                warn!(%error, id = %draft.id, "cannot give up an upload now; the sweep will");
            }
        }
        GivenUp::Yes
    }

    async fn remove(&self, draft: &Draft) {
        let deleted = self
            .objects
            .delete(&draft.key, draft.multipart.as_deref())
            .await;
        if let Err(error) = deleted {
            return warn!(%error, id = %draft.id, "cannot remove the object of an upload now; the sweep will");
        }
        if draft.in_doubt {
            // The store may still finish it: the sweep looks again when that is over.
            return;
        }
        if let Err(error) = self.pending.forget(draft.id).await {
            error!(%error, id = %draft.id, "cannot forget an upload that was given up");
        }
    }
}

/// Writes down the name of a multipart upload as soon as there is one: nothing else leads to its parts.
async fn note_multipart(
    pending: &PendingObjects,
    draft: &mut Draft,
    multipart: Option<&str>,
) -> ApiResult<()> {
    let (None, Some(multipart)) = (&draft.multipart, multipart) else {
        return Ok(());
    };
    draft.multipart = Some(multipart.to_owned());
    pending.name_multipart(draft.id, multipart).await?;
    Ok(())
}

/// `reading`, unless it takes longer than `limit` or the process stops first and its time of grace is over.
///
/// # Errors
/// 408, 503, or as `reading` says.
pub async fn in_time<T>(
    ctx: &Context,
    limit: Duration,
    reading: impl Future<Output = ApiResult<T>>,
) -> ApiResult<T> {
    let stopping = async {
        ctx.shutdown.cancelled().await;
        tokio::time::sleep(ctx.settings.shutdown_grace()).await;
    };
    tokio::select! {
        read = reading => read,
        () = tokio::time::sleep(limit) => {
            Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "upload_timeout", "the upload took too long"))
        }
        () = stopping => Err(ApiError::unavailable("the server is stopping")),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
