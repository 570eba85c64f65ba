//! Exports that were asked for.
