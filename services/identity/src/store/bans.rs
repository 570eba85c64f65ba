//! Bans.
