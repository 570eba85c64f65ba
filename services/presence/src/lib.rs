//! Presence: who is online, and who is typing where.
//!
//! Both are leases in the key-value store. Whoever stops saying that they are there runs out, so a crashed
//! browser needs no clean-up, and nothing is kept beyond that.

mod accounts;
mod leases;
mod model;
mod routes;
mod settings;

#[cfg(test)]
mod tests;

use axum::extract::FromRef;
use folkmoot_common::{Context, Service, ServiceName, auth::Verifier};

pub use model::{Presence, Status, Typing, Typist};
pub use settings::Settings;

use crate::leases::Leases;

/// What the routes share.
#[derive(Clone)]
struct AppState {
    ctx: Context,
    leases: Leases,
}

impl FromRef<AppState> for Verifier {
    fn from_ref(state: &AppState) -> Self {
        state.ctx.verifier.clone()
    }
}

/// Starts the service.
///
/// # Errors
/// None today; every service's start has this shape.
pub async fn start(ctx: &Context, settings: &Settings) -> anyhow::Result<Service> {
    let state = AppState {
        ctx: ctx.clone(),
        leases: Leases::new(ctx, settings),
    };
    accounts::start(&state);
    let (router, openapi) = routes::router(state);
    Ok(Service {
        name: ServiceName::Presence,
        router,
        openapi: Some(openapi),
    })
}
