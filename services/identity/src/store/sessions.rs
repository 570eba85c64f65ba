//! Somebody's sessions.
