//! The HTTP interface.

mod download;
mod files;
mod health;
mod upload;

use folkmoot_common::{
    Service, ServiceName,
    http::{ApiError, ApiResult},
    upload::linger,
};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{App, model::FileRow};

#[derive(OpenApi)]
#[openapi(
    info(title = "Folkmoot files", description = "Uploads and downloads."),
    modifiers(&Security),
    security(("bearer" = []))
)]
struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// The service's routes, at its own root.
pub(crate) fn service(app: App) -> Service {
    let (router, openapi) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(upload::upload))
        .layer(axum::middleware::from_fn_with_state(
            app.ctx.shutdown.clone(),
            linger,
        ))
        .routes(routes!(files::list))
        .routes(routes!(health::health))
        .routes(routes!(files::metadata, files::delete))
        .routes(routes!(download::download))
        .with_state(app)
        .split_for_parts();
    Service {
        name: ServiceName::File,
        router,
        openapi: Some(openapi),
    }
}

async fn find(app: &App, file_id: &str) -> ApiResult<FileRow> {
    // Any other text, in whatever spelling of a UUID, names no file.
    let id = if file_id.len() == 36 {
        Uuid::try_parse(file_id).ok()
    } else {
        None
    };
    let found = match id {
        Some(id) => app.store.find(id).await?,
        None => None,
    };
    found.ok_or_else(no_such_file)
}

fn no_such_file() -> ApiError {
    ApiError::not_found("file_not_found", "there is no such file")
}
