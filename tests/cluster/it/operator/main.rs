//! The operator's executable against a real API server and its controllers, with pods that only say that they run.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bench;
mod dependencies;
mod drift;
mod every_field;
mod fleet;
mod idle;
mod kubelet;
mod leader;
mod objects;
mod process;
mod references;
mod scaling;
mod waves;
