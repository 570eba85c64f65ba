//! The end of an account.
