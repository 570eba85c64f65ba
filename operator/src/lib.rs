//! The operator of Folkmoot: it makes the cluster look like each `ForumInstance` says.

pub mod cache;
pub mod forum;
pub mod kinds;
pub mod names;
pub mod pods;
pub mod client;
pub mod context;
pub mod metrics;
pub mod app;
pub mod args;
pub mod controller;
pub mod crd;
pub mod forums;
pub mod invalid;
pub mod leader;
pub mod platform;
pub mod health;
