//! `folkmoot migrate`: the schema, apart from the services that use it.

use std::time::Duration;

use folkmoot_common::{
    ServiceName,
    config::Settings,
    db::{self, Migrations},
};
use tokio::time::Instant;

use crate::platform::one_file_each;

/// What `folkmoot migrate` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct MigrateArgs {
    /// Services whose tables are brought up to date [default: all].
    #[arg(value_name = "SERVICE")]
    pub services: Vec<ServiceName>,
    /// Longest wait for a database that is not there yet, in seconds.
    #[arg(long, default_value_t = 60)]
    pub wait_seconds: u32,
    /// What every service shares; only the database is used.
    #[command(flatten)]
    pub common: Settings,
}

/// Applies the migrations of the services in turn.
///
/// # Errors
/// If `DATABASE_URL` cannot be used, the database does not come in time, or a migration fails.
pub async fn migrate(args: &MigrateArgs) -> anyhow::Result<()> {
    let services = match args.services.as_slice() {
        [] => &ServiceName::ALL,
        named => named,
    };
    one_file_each(services, &args.common)?;
    let until = Instant::now() + Duration::from_secs(args.wait_seconds.into());
    for service in services {
        if let Some(migrations) = migrations_of(*service) {
            db::migrate(&args.common, *service, migrations, until).await?;
        }
    }
    Ok(())
}

/// The tables of a service, if it has any.
#[must_use]
pub fn migrations_of(service: ServiceName) -> Option<Migrations> {
    match service {
        ServiceName::Chat => Some(folkmoot_chat::MIGRATIONS),
        ServiceName::Notification => Some(folkmoot_notification::MIGRATIONS),
        ServiceName::File => Some(folkmoot_file::MIGRATIONS),
        ServiceName::Identity => Some(folkmoot_identity::MIGRATIONS),
        ServiceName::Discussion => Some(folkmoot_discussion::MIGRATIONS),
        ServiceName::Feed => Some(folkmoot_feed::MIGRATIONS),
        ServiceName::Presence | ServiceName::Web => None,
    }
}
