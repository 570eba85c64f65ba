//! Accounts that wait for their address to be verified.
