use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use folkmoot_common::{
    auth::Caller,
    http::{ApiError, ApiResult, ClientIp, Json, Problem, Query},
    kv::Quota,
    upload::{Form, Full, Slot},
};
use serde::Deserialize;
use std::time::Duration;
use tracing::Instrument;
use utoipa::{IntoParams, ToSchema};

use crate::{
    App,
    model::File,
    policy,
    receive::{self, Labels},
};

/// How long to wait for a place.
const BUSY: Duration = Duration::from_secs(5);

/// What may be in the query instead of in the form.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadQuery {
    /// The room that the file belongs to.
    room_id: Option<String>,
    /// Who uploads; with a token it must be its owner.
    user_id: Option<String>,
    /// The same as `user_id`.
    uploaded_by: Option<String>,
}

/// The form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads as a stream")]
pub(crate) struct UploadForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The room that the file belongs to.
    room_id: Option<String>,
    /// Who uploads; with a token it must be its owner.
    user_id: Option<String>,
}

/// Upload a file.
///
/// The form may have its fields in any order. What the file is, is found from its bytes.
#[utoipa::path(
    post, path = "/upload", tag = "files", params(UploadQuery),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "Stored.", body = File),
        (status = 400, description = "The form is wrong or ended too early.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A token is needed.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token is somebody else's.", body = Problem, content_type = "application/problem+json"),
        (status = 408, description = "The upload stood still.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The file is too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is no form.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many uploads.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The store is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn upload(
    State(app): State<App>,
    caller: Caller,
    ClientIp(address): ClientIp,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> ApiResult<(StatusCode, Json<File>)> {
    let labels = Labels {
        room_id: query.room_id,
        user_id: query.user_id.or(query.uploaded_by),
    };
    policy::uploader(
        &caller,
        labels.user_id.as_deref().filter(|user| !user.is_empty()),
    )?;
    // Without a token a name is only a word, so the address is what counts.
    let counted = caller.member()?.map_or_else(
        || address.to_string(),
        |principal| principal.user_id.clone(),
    );
    let slot = admit(&app, &counted).await?;
    let (parts, body) = request.into_parts();
    let form = Form::new(&parts.headers, body, app.settings.limits())?;
    let tasks = app.ctx.tasks.clone();
    // A task of its own, because a client that goes away cancels this handler, not the cleaning up.
    let receiving = async move {
        let _slot = slot;
        receive::receive(&app, &caller, form, labels).await
    };
    let received = tasks
        .spawn(receiving.in_current_span())
        .await
        .map_err(ApiError::internal)?;
    Ok((StatusCode::CREATED, Json(received?.into())))
}

async fn admit(app: &App, user: &str) -> ApiResult<Slot> {
    let per_minute = app.settings.file_uploads_per_minute;
    if per_minute > 0 {
        let decision = app
            .ctx
            .kv
            .throttle(&format!("upload:{user}"), Quota::per_minute(per_minute))
            .await;
        if !decision.allowed {
            return Err(ApiError::rate_limited(&decision));
        }
    }
    app.slots.take(user).map_err(|full| match full {
        Full::User => ApiError::too_many_requests(BUSY),
        Full::Total => ApiError::unavailable("too many uploads are running").with_retry_after(BUSY),
    })
}
