//! One upload, from the first byte to the row.
//!
//! Order is what keeps the store and the table together: the object is written down as pending, then stored, and one
//! transaction makes it a file and pending no more. Whatever fails on the way, the object is given up: first in the
//! table, so that no late commit can want it, then in the store. What cannot be cleaned up at once is left to the
//! [`janitor`](crate::janitor).

use axum::http::StatusCode;
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult},
    id,
    objects::Upload,
};
use sha2::{Digest, Sha256};
use tracing::{error, warn};
use uuid::Uuid;

use crate::{
    App,
    form::{self, Field, Form},
    kind,
    model::FileRow,
    name, policy,
};

/// Longest value of a text field in bytes: no identifier is as long.
const MAX_TEXT_BYTES: usize = 256;

/// What a client may say beside the file, in the form or in the query. The form wins.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    pub(crate) room_id: Option<String>,
    pub(crate) user_id: Option<String>,
}

/// An object that is being written.
#[derive(Debug)]
struct Pending {
    id: Uuid,
    key: String,
    multipart: Option<String>,
    /// Whether the store was asked to finish the object and has not answered: it may come to be there later.
    in_doubt: bool,
}

impl Pending {
    fn new(id: Uuid) -> Self {
        Self {
            id,
            key: format!("files/{id}"),
            multipart: None,
            in_doubt: false,
        }
    }
}

/// A file whose bytes have arrived, or are arriving.
struct Incoming {
    upload: Upload,
    filename: String,
    size: u64,
    digest: Sha256,
    sample: Vec<u8>,
}

/// Receives the form and stores its file.
///
/// # Errors
/// What is wrong with the upload, 408 if it takes too long, 503 if a store is away or the process stops. Nothing of
/// it is kept.
pub(crate) async fn receive(
    app: &App,
    caller: &Caller,
    mut form: Form,
    labels: Labels,
) -> ApiResult<FileRow> {
    let mut pending = None;
    let received = tokio::select! {
        received = read(app, caller, &mut form, labels, &mut pending) => received,
        () = tokio::time::sleep(app.settings.upload_timeout()) => {
            Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "upload_timeout", "the upload took too long"))
        }
        () = stopping(app) => Err(ApiError::unavailable("the server is stopping")),
    };
    let Err(error) = received else {
        return received;
    };
    let Some(mut pending) = pending else {
        return Err(error);
    };
    // A part may have been on its way, which the store then takes after the upload was given up.
    let cut =
        [StatusCode::REQUEST_TIMEOUT, StatusCode::SERVICE_UNAVAILABLE].contains(&error.status);
    pending.in_doubt |= cut && pending.multipart.is_some();
    give_up(app, &pending).await.ok_or(error)
}

async fn stopping(app: &App) {
    app.ctx.shutdown.cancelled().await;
    tokio::time::sleep(app.ctx.settings.shutdown_grace()).await;
}

async fn read(
    app: &App,
    caller: &Caller,
    form: &mut Form,
    mut labels: Labels,
    pending: &mut Option<Pending>,
) -> ApiResult<FileRow> {
    form.check_length()?;
    let mut file = None;
    while let Some(field) = form.next().await? {
        match field.name() {
            "file" if file.is_some() => {
                return Err(ApiError::bad_request(
                    "too_many_files",
                    "one file at a time",
                ));
            }
            "file" => file = read_file(app, field, pending).await?,
            "room_id" => labels.room_id = Some(field.text(MAX_TEXT_BYTES).await?),
            "user_id" | "uploaded_by" => labels.user_id = Some(field.text(MAX_TEXT_BYTES).await?),
            _ => field.skip().await?,
        }
    }
    let room_id = labels.room_id.filter(|room| !room.is_empty());
    if let Some(room) = &room_id {
        id::check("room_id", room)?;
    }
    let uploaded_by = policy::uploader(
        caller,
        labels.user_id.as_deref().filter(|user| !user.is_empty()),
    )?;
    let missing = || {
        ApiError::bad_request(
            "missing_file",
            "the form has no field named file with a file",
        )
    };
    let (file, pending) = file.zip(pending.as_mut()).ok_or_else(missing)?;
    store(app, file, pending, room_id, uploaded_by).await
}

/// Reads the file's bytes into the store. `None` is what a browser sends when no file was chosen.
async fn read_file(
    app: &App,
    mut field: Field,
    pending: &mut Option<Pending>,
) -> ApiResult<Option<Incoming>> {
    let given = field.file_name().unwrap_or_default().to_owned();
    let mut chunk = field.chunk().await?;
    if chunk.is_none() && given.is_empty() {
        return Ok(None);
    }
    let pending = pending.insert(Pending::new(app.ctx.ids.next()));
    app.store
        .begin(pending.id, &pending.key, app.ctx.clock.now())
        .await?;
    let mut incoming = Incoming {
        upload: app.objects.upload(&pending.key),
        filename: name::sanitise(&given),
        size: 0,
        digest: Sha256::new(),
        sample: Vec::new(),
    };
    while let Some(bytes) = chunk {
        incoming.size += bytes.len() as u64;
        if incoming.size > app.settings.file_max_bytes {
            return Err(form::too_large(app.settings.file_max_bytes));
        }
        let wanted = bytes.len().min(kind::SAMPLE_BYTES - incoming.sample.len());
        incoming.sample.extend_from_slice(&bytes[..wanted]);
        incoming.digest.update(&bytes);
        incoming.upload.write(&bytes).await?;
        note_multipart(app, pending, incoming.upload.multipart_id()).await?;
        chunk = field.chunk().await?;
    }
    Ok(Some(incoming))
}

/// Writes down the name of a multipart upload as soon as there is one: nothing else leads to its parts.
async fn note_multipart(
    app: &App,
    pending: &mut Pending,
    multipart: Option<&str>,
) -> ApiResult<()> {
    let (None, Some(multipart)) = (&pending.multipart, multipart) else {
        return Ok(());
    };
    pending.multipart = Some(multipart.to_owned());
    app.store.name_multipart(pending.id, multipart).await?;
    Ok(())
}

async fn store(
    app: &App,
    file: Incoming,
    pending: &mut Pending,
    room_id: Option<String>,
    uploaded_by: Option<String>,
) -> ApiResult<FileRow> {
    pending.in_doubt = true;
    file.upload.finish().await?;
    pending.in_doubt = false;
    let whole = file.size == file.sample.len() as u64;
    let row = FileRow {
        id: pending.id,
        object_key: pending.key.clone(),
        filename: file.filename,
        content_type: kind::content_type(&file.sample, whole).to_owned(),
        size: i64::try_from(file.size).map_err(ApiError::internal)?,
        sha256: hex(&file.digest.finalize()),
        room_id,
        uploaded_by,
        created_at: app.ctx.clock.now(),
    };
    if !app.store.commit(&row).await? {
        return Err(ApiError::unavailable(
            "the upload took too long and was given up",
        ));
    }
    Ok(row)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Removes what an upload left. Returns its file if it became one after all: then only the answer was lost.
async fn give_up(app: &App, pending: &Pending) -> Option<FileRow> {
    let discarded = match app.store.discard(pending.id).await {
        Ok(discarded) => discarded,
        Err(error) => {
            warn!(%error, id = %pending.id, "cannot give up an upload now; the janitor will");
            return None;
        }
    };
    if !discarded {
        return app.store.find(pending.id).await.unwrap_or_default();
    }
    if let Err(error) = app
        .objects
        .delete(&pending.key, pending.multipart.as_deref())
        .await
    {
        warn!(%error, id = %pending.id, "cannot remove the object of an upload now; the janitor will");
        return None;
    }
    if pending.in_doubt {
        // The store may still finish it: the janitor looks again when that is over.
        return None;
    }
    if let Err(error) = app.store.forget(pending.id).await {
        error!(%error, id = %pending.id, "cannot forget an upload that was given up");
    }
    None
}
