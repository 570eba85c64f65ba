//! The engine over real TCP on loopback, served by axum.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod attacks;
mod harness;
mod ordered;
mod outage;
mod redis;
mod sockets;
