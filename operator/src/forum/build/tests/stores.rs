//! The managed stores, and what the services are told of stores.
