//! What is made from the types, and what the chart, the manifests and the documentation say of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod generated;
mod links;
mod reference;
mod rights;
mod rules;
mod samples;
mod schema;
mod skaffold;
mod text;
mod values;
mod walk;
mod yaml;

#[path = "../../../tests/src/fresh.rs"]
#[expect(
    unreachable_pub,
    reason = "shared with folkmoot-tests, where it is public"
)]
mod fresh;
