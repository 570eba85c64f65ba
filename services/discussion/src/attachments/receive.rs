//! A form with texts and files, as one request that succeeds or leaves nothing.

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header},
};
use folkmoot_common::{
    http::{ApiError, ApiResult},
    upload::{Draft, Form, GivenUp, Received, in_time, kind},
};
use tracing::{Instrument as _, warn};
use uuid::Uuid;

use super::{LIMITS, MAX_FILES, MAX_TIME};
use crate::{AppState, policy::Reader};

/// What clients call the fields with files.
const FILE_FIELDS: [&str; 7] = [
    "files", "files[]", "file", "media", "media[]", "image", "images",
];
/// Longest text of a field in bytes: a body of only the longest characters.
const MAX_TEXT_BYTES: usize = 256 << 10;

/// What a form brought. Its files are pending.
#[derive(Debug, Default)]
pub(crate) struct Submission {
    texts: Vec<(String, String)>,
    pub(crate) files: Vec<Received>,
}

impl Submission {
    /// The text of a field that there may be once.
    ///
    /// # Errors
    /// 422 if it is there twice.
    pub(crate) fn text(&mut self, name: &str) -> ApiResult<Option<String>> {
        let mut texts = self.all(&[name]);
        match texts.len() {
            0 | 1 => Ok(texts.pop()),
            _ => Err(invalid(format!("the field {name} may be there once"))),
        }
    }

    /// The texts of all fields with one of these names.
    pub(crate) fn all(&mut self, names: &[&str]) -> Vec<String> {
        let taken = self
            .texts
            .extract_if(.., |(name, _)| names.contains(&name.as_str()));
        taken.map(|(_, text)| text).collect()
    }

    /// Tags: once for each, or with commas between them.
    pub(crate) fn tags(&mut self) -> Vec<String> {
        let fields = self.all(&["tags", "tags[]"]);
        let tags = fields.iter().flat_map(|field| field.split(','));
        let tags = tags.map(str::trim).filter(|tag| !tag.is_empty());
        tags.map(str::to_owned).collect()
    }

    /// Refuses what nobody took.
    ///
    /// # Errors
    /// 422.
    pub(crate) fn finish(self) -> ApiResult<Vec<Received>> {
        match self.texts.first() {
            None => Ok(self.files),
            Some((name, _)) => {
                let shown: String = name.chars().take(32).collect();
                Err(invalid(format!("unknown field {shown:?}")))
            }
        }
    }
}

fn invalid(detail: String) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", detail)
}

/// Whether a request brings a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    content_type
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            let kind = value.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("multipart/form-data")
        })
}

/// Receives a form and hands it to `finish`, which makes its files attachments of a thread in one transaction and
/// gives the thread's id.
///
/// # Errors
/// What is wrong with the form; as `finish` says; 408 if it takes too long; 413; 415 for a file of no known kind; 429 and
/// 503 if too many are being received. Nothing of it is kept then.
pub(crate) async fn receive<F, Fut>(
    state: &AppState,
    reader: &Reader,
    request: Request,
    finish: F,
) -> ApiResult<Uuid>
where
    F: FnOnce(Submission) -> Fut + Send + 'static,
    Fut: Future<Output = ApiResult<Uuid>> + Send,
{
    let slot = state.attachments.admit(&reader.principal()?.user_id)?;
    let (parts, body) = request.into_parts();
    let mut form = Form::new(&parts.headers, body, LIMITS)?;
    form.check_length()?;
    let (state, tasks) = (state.clone(), state.ctx.tasks.clone());
    // A task of its own, because a client that goes away cancels this handler, not the cleaning up.
    let receiving = async move {
        let _slot = slot;
        let mut drafts = Vec::new();
        let reading = async {
            let submission = read(&state, &mut form, &mut drafts).await?;
            finish(submission).await
        };
        match in_time(&state.ctx, MAX_TIME, reading).await {
            Ok(thread_id) => Ok(thread_id),
            Err(error) => give_up(&state, drafts, error).await,
        }
    };
    let received = tasks.spawn(receiving.in_current_span()).await;
    received.map_err(ApiError::internal)?
}

async fn read(state: &AppState, form: &mut Form, drafts: &mut Vec<Draft>) -> ApiResult<Submission> {
    let mut submission = Submission::default();
    let intake = &state.attachments.intake;
    while let Some(field) = form.next().await? {
        if !FILE_FIELDS.contains(&field.name()) {
            let name = field.name().to_owned();
            let text = field.text(MAX_TEXT_BYTES).await?;
            submission.texts.push((name, text));
            continue;
        }
        if submission.files.len() >= MAX_FILES as usize {
            return Err(too_many());
        }
        let Some(incoming) = intake.read(field, drafts).await? else {
            continue;
        };
        // The draft of what was read is the last one.
        let Some(draft) = drafts.last_mut() else {
            continue;
        };
        let received = intake.finish(incoming, draft).await?;
        if !kind::is_known(received.content_type) {
            return Err(unknown_kind(&received.filename));
        }
        submission.files.push(received);
    }
    Ok(submission)
}

/// Removes what came of a form that failed. If it did not fail after all, and only the answer was lost, its thread is
/// the answer.
async fn give_up(state: &AppState, drafts: Vec<Draft>, error: ApiError) -> ApiResult<Uuid> {
    let mut thread = None;
    for draft in drafts {
        let id = draft.id;
        if state.attachments.intake.give_up(draft, &error).await == GivenUp::TooLate {
            thread = state
                .store
                .thread_of_attachment(id)
                .await
                .unwrap_or_else(|error| {
                    warn!(%error, "cannot tell what came of an upload");
                    None
                });
        }
    }
    thread.ok_or(error)
}

pub(super) fn too_many() -> ApiError {
    ApiError::bad_request(
        "too_many_files",
        format!("a thread may have {MAX_FILES} files"),
    )
}

fn unknown_kind(filename: &str) -> ApiError {
    let shown: String = filename.chars().take(64).collect();
    ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_file",
        format!("{shown} is no picture, video, sound, text, PDF or ZIP"),
    )
}
