//! The operator of Folkmoot: it makes the cluster look like each `ForumInstance` says.

pub mod app;
pub mod args;
pub mod cache;
pub mod client;
pub mod context;
pub mod controller;
pub mod crd;
pub mod forum;
pub mod forums;
pub mod health;
pub mod invalid;
pub mod kinds;
pub mod leader;
pub mod metrics;
pub mod names;
pub mod platform;
pub mod pods;
pub mod text;
