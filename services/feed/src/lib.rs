//! feed: the read side of what members write. Activity streams and home feeds, made from events.

mod settings;
mod store;

use folkmoot_common::{Context, Service, ServiceName};

pub use settings::Settings;
pub use store::MIGRATIONS;

/// Opens the tables and starts the service.
///
/// # Errors
/// If a setting cannot be used or a local database cannot be opened.
pub async fn start(ctx: &Context, settings: &Settings) -> anyhow::Result<Service> {
    let _ = settings;
    let _store = store::Store::open(ctx).await?;
    Ok(Service {
        name: ServiceName::Feed,
        router: axum::Router::new(),
        openapi: None,
    })
}
