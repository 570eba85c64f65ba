//! The engine over real TCP on loopback, served by axum.

mod attacks;
mod harness;
mod ordered;
mod outage;
mod redis;
mod sockets;
