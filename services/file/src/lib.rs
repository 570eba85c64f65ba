//! The file service: uploads and downloads, with metadata in SQL and content in an object store.

mod accounts;
mod model;
mod policy;
mod receive;
mod routes;
mod settings;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::FromRef;
use folkmoot_common::{
    Context, Service, ServiceName,
    auth::Verifier,
    db::Db,
    objects::Objects,
    upload::{Intake, PendingObjects, Slots},
};

pub use settings::Settings;
pub use store::MIGRATIONS;

/// What the handlers share.
#[derive(Debug, Clone)]
pub(crate) struct App {
    ctx: Context,
    settings: Arc<Settings>,
    store: store::Store,
    objects: Objects,
    pending: PendingObjects,
    intake: Intake,
    slots: Slots,
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.ctx.verifier.clone()
    }
}

/// Starts the service. A database or object store that is away does not stop the start.
///
/// # Errors
/// If a setting cannot be used, or a local store cannot be opened.
pub async fn start(ctx: &Context, settings: &Settings) -> anyhow::Result<Service> {
    let app = App::open(ctx, settings).await?;
    app.pending
        .start_sweeping(ctx, &app.objects, app.settings.pending_age());
    accounts::start(&app);
    Ok(routes::service(app))
}

impl App {
    async fn open(ctx: &Context, settings: &Settings) -> anyhow::Result<Self> {
        let db = Db::open(ctx, ServiceName::File, store::MIGRATIONS).await?;
        let objects = Objects::open(&ctx.settings, &ctx.health).await?;
        let pending = PendingObjects::new(&db);
        let per_user = settings.file_concurrent_uploads_per_user.get();
        Ok(Self {
            ctx: ctx.clone(),
            slots: Slots::new(settings.file_concurrent_uploads.get(), per_user),
            intake: Intake::new(ctx, &objects, &pending, "files", settings.limits()),
            settings: Arc::new(settings.clone()),
            store: store::Store::new(db),
            objects,
            pending,
        })
    }
}
