//! What is made from the types, and what the chart, the manifests and the documentation say of them.

mod generated;
mod yaml;

#[path = "../../../tests/src/fresh.rs"]
#[expect(unreachable_pub, reason = "shared with folkmoot-tests, where it is public")]
mod fresh;
