//! HTTP conventions: errors, extractors, paging, and the layers around every service.

mod client_ip;
pub mod docs;
mod error;
mod extract;
mod layers;
pub mod page;

pub use client_ip::ClientIp;
pub use error::{ApiError, ApiResult, Problem};
pub use extract::{Json, Path, Query};
pub use layers::{BodyLimit, with_layers};
pub use page::Page;
