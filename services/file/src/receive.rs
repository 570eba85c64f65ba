//! Receiving the form of an upload.

use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult},
    id,
    upload::{Draft, Form, GivenUp, Incoming, in_time},
};

use crate::{App, model::FileRow, policy};

/// Longest value of a text field in bytes: no identifier is as long.
const MAX_TEXT_BYTES: usize = 256;

/// What a client may say beside the file, in the form or in the query. The form wins.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    pub(crate) room_id: Option<String>,
    pub(crate) user_id: Option<String>,
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
    let mut drafts = Vec::new();
    let reading = read(app, caller, &mut form, labels, &mut drafts);
    let received = in_time(&app.ctx, app.settings.upload_timeout(), reading).await;
    let Err(error) = received else {
        return received;
    };
    let Some(draft) = drafts.pop() else {
        return Err(error);
    };
    let id = draft.id;
    match app.intake.give_up(draft, &error).await {
        GivenUp::Yes => Err(error),
        GivenUp::TooLate => app.store.find(id).await.unwrap_or_default().ok_or(error),
    }
}

async fn read(
    app: &App,
    caller: &Caller,
    form: &mut Form,
    mut labels: Labels,
    drafts: &mut Vec<Draft>,
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
            "file" => file = app.intake.read(field, drafts).await?,
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
    let (file, draft) = file.zip(drafts.last_mut()).ok_or_else(missing)?;
    store(app, file, draft, room_id, uploaded_by).await
}

async fn store(
    app: &App,
    file: Incoming,
    draft: &mut Draft,
    room_id: Option<String>,
    uploaded_by: Option<String>,
) -> ApiResult<FileRow> {
    let received = app.intake.finish(file, draft).await?;
    let row = FileRow {
        id: received.id,
        object_key: received.object_key,
        filename: received.filename,
        content_type: received.content_type.to_owned(),
        size: received.size,
        sha256: received.sha256,
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
