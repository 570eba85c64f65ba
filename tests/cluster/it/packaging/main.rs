//! What is delivered, on a real API server: the definition and its rules, the samples, the chart, the manifests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod chart;
mod definition;
mod kustomize;
mod render;
mod rights;
mod samples;
mod support;
mod user;
