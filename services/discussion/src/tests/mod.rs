//! The service through its router and its consumers, on SQLite and the memory stores.
