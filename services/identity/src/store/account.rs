//! Passwords and addresses of accounts.
