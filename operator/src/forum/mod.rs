//! One pass over a forum: generate → dereference → validate → build → apply → prune → status.

pub mod build;
pub mod generate;
pub mod references;
pub mod resources;
pub mod validate;
