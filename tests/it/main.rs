//! Integration tests: one program, so that it is linked once.

mod account;
mod chat;
mod discussion;
mod edge;
mod faults;
mod feed;
mod file;
mod harness;
mod identity;
mod kv;
mod kv_groups;
mod kv_timelines;
mod migrate;
mod mounted_keys;
mod moving;
mod notification;
mod openapi;
mod orchestrator;
mod people;
mod presence;
mod readiness;
mod repository;
mod tls;
mod transfer;
