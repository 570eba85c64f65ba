//! Follows, blocks and mutes.
