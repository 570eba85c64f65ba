//! What every Folkmoot service stands on: configuration, storage, events, identity and HTTP conventions.
//!
//! No other crate names a driver (sqlx pools, redis, async-nats, object_store): backends are chosen
//! here, by URL, and an unset URL means the embedded one.

pub mod admin;
pub mod auth;
pub mod bus;
pub mod clock;
pub mod config;
pub mod context;
pub mod db;
pub mod edge;
pub mod events;
pub mod exports;
pub mod health;
pub mod http;
pub mod id;
pub mod kv;
pub mod mentions;
pub mod objects;
pub mod server;
pub mod service;
pub mod telemetry;
pub mod transfer;
pub mod upload;

pub use context::Context;
pub use service::{Service, ServiceName};
