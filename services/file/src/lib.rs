//! The file service: uploads and downloads, with metadata in SQL and content in an object store.

mod form;
mod janitor;
mod kind;
mod model;
mod name;
mod policy;
mod range;
mod receive;
mod routes;
mod settings;
mod slots;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::FromRef;
use folkmoot_common::{Context, Service, ServiceName, auth::Verifier, db::Db, objects::Objects};

pub use settings::Settings;
pub use store::MIGRATIONS;

/// What the handlers share.
#[derive(Debug, Clone)]
pub(crate) struct App {
    ctx: Context,
    settings: Arc<Settings>,
    store: store::Store,
    objects: Objects,
    slots: slots::Slots,
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
    let (shutdown, swept) = (ctx.shutdown.clone(), app.clone());
    ctx.tasks
        .spawn(async move { shutdown.run_until_cancelled(janitor::run(swept)).await });
    Ok(routes::service(app))
}

impl App {
    async fn open(ctx: &Context, settings: &Settings) -> anyhow::Result<Self> {
        let db = Db::open(ctx, ServiceName::File, store::MIGRATIONS).await?;
        let objects = Objects::open(&ctx.settings, &ctx.health).await?;
        let per_user = settings.file_concurrent_uploads_per_user.get();
        Ok(Self {
            ctx: ctx.clone(),
            slots: slots::Slots::new(settings.file_concurrent_uploads.get(), per_user),
            settings: Arc::new(settings.clone()),
            store: store::Store::new(db),
            objects,
        })
    }
}
