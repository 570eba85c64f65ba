//! Real servers on free ports of this machine, with their data in temporary folders.
//!
//! `shared()` gives one for all tests of this process; they keep apart by database, by key prefix or by bucket.
//! `start()` gives one of the caller's own, to be stopped, paused and started again: it keeps its port and data.

mod certificate;
mod nats;
mod postgres;
mod programs;
mod redis;
mod s3;
mod server;

pub use certificate::Certificate;
pub use nats::Nats;
pub use postgres::Postgres;
pub use redis::Redis;
pub use s3::{Bucket, S3};
pub use server::Server;
