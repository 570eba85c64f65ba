//! The operator of Folkmoot: it makes the cluster look like each `ForumInstance` says.

pub mod cache;
pub mod forum;
pub mod kinds;
pub mod names;
