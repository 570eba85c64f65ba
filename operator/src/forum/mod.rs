//! One pass over a forum: generate → dereference → validate → build → apply → prune → status.

pub mod apply;
pub mod build;
pub mod compare;
pub mod conditions;
pub mod dereference;
pub mod desired;
pub mod error;
pub mod events;
pub mod generate;
pub mod pass;
pub mod prune;
pub mod publish;
pub mod reasons;
pub mod references;
pub mod resources;
pub mod rollout;
pub mod scale;
pub mod status;
pub mod validate;
pub mod waves;
