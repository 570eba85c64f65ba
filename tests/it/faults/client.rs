//! The client that keeps and checks promises; other suites use it too.

pub(crate) use folkmoot_tests::app::{Client, Progress};
