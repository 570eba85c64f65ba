//! The pure parts of the load test: WebSocket framing, the time stamp inside a message, the latency
//! histogram, the search for the highest rate, and the tables. All I/O is in `realtime/`.

pub mod frame;
pub mod histogram;
pub mod report;
pub mod schedule;
pub mod search;
pub mod stamp;
