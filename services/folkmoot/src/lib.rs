//! Starts services behind one listener and stops them in order. The executable and the tests share it.

mod admin;
pub mod cli;
mod health;
mod migrate;
mod platform;
mod signals;
pub mod transfer;

pub use cli::ServeArgs;
pub use migrate::{MigrateArgs, migrate, migrations_of};
pub use platform::{Listeners, openapi_documents, run};
