//! Integration tests: one program, so that it is linked once.

mod chat;
mod edge;
mod faults;
mod file;
mod harness;
mod identity;
mod kv;
mod kv_groups;
mod migrate;
mod mounted_keys;
mod moving;
mod notification;
mod openapi;
mod orchestrator;
mod presence;
mod readiness;
mod repository;
mod tls;
