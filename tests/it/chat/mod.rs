//! Chat: the document's contract, resume, limits and attacks, on embedded and on real backends.

mod attacks;
mod contract;
mod members;
mod resume;
mod sockets;

use serde_json::Value;

/// The `seq`s of messages, in the order in which they came.
fn seqs(messages: &[Value]) -> Vec<u64> {
    messages
        .iter()
        .map(|message| message["seq"].as_u64().expect("a seq"))
        .collect()
}
