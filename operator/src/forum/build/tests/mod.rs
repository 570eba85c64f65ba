//! Tests of the whole build.

mod changes;
mod edge;
mod every_object;
pub(in crate::forum) mod fixtures;
mod golden;
mod pods;
mod restricted;
mod stores;
mod who_speaks_to_whom;
