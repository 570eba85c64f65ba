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
mod moving;
mod notification;
mod openapi;
mod presence;
mod readiness;
mod repository;
