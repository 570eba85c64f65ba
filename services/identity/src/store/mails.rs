//! Mail that waits.
