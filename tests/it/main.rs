//! Integration tests: one program, so that it is linked once.

#![expect(
    clippy::unwrap_used,
    reason = "scenarios are tests, although the attribute is on what calls them"
)]

mod account;
mod chat;
mod discussion;
mod edge;
mod faults;
mod feed;
mod file;
mod foreign_keys;
mod harness;
mod identity;
mod kv;
mod kv_groups;
mod kv_timelines;
mod matrix;
mod migrate;
mod mounted_keys;
mod moving;
mod notification;
mod notification_forum;
mod openapi;
mod orchestrator;
mod people;
mod presence;
mod quick_start;
mod readiness;
mod repository;
mod revocation;
mod statements;
mod tls;
mod transfer;
mod trust;
