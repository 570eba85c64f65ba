//! The operator of Folkmoot: it makes the cluster look like each `ForumInstance` says.

pub mod forum;
