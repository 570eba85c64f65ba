//! Starts services behind one listener and stops them in order. The executable and the tests share it.

pub mod cli;
mod health;
mod platform;
mod signals;

pub use cli::ServeArgs;
pub use platform::{Listeners, openapi_documents, run};
