//! Finding people.
